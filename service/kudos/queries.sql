-- Kudos: thanks are not edited; the one who received them can hide them.
-- owns: kudos, retraction

-- name: queue(givers)
-- Whoever gives waits for their own thanks that are being given elsewhere; in one order, so that nobody waits in a ring.
select count(pg_advisory_xact_lock(hashtextextended(giver::text, 5)))
from (select distinct unnest(:givers::uuid[]) as giver order by giver) as one_after_another;

-- name: give(given)
-- Many at once. For each row in order: null where it was written, else what it names that is not there, or which
-- allowance is used up: `day` or `one`, with how many it holds. What stands before it in the same request counts too,
-- and so does what another process, whose clock or queue was ahead, gave a moment later.
-- Scalar subqueries, because the planner would rather hash a whole table than look up ten rows.
with asked as (
    select *
    from rows from (
        jsonb_to_recordset(:given::jsonb) as (
            id uuid, external_id text, giver_id uuid, receiver_id uuid, project_id uuid, criterion text, message text,
            at timestamptz
        )
    ) with ordinality as g (id, external_id, giver_id, receiver_id, project_id, criterion, message, at, place)
), checked as materialized (
    select
        a.*,
        (select c.id from criterion as c where c.external_id = a.criterion) as criterion_id,
        (select p.id from person as p where p.id = a.giver_id) as giver_there,
        (select p.id from person as p where p.id = a.receiver_id) as receiver_there,
        (select p.id from project as p where p.id = a.project_id) as project_there
    from asked as a
), judged as materialized (
    select
        c.*,
        case
            when c.giver_there is null then 'giver'
            when c.receiver_there is null then 'receiver'
            when c.project_id is not null and c.project_there is null then 'project'
            when c.criterion is not null and c.criterion_id is null then 'criterion'
        end as unknown
    from checked as c
), counted as materialized (
    select
        j.*, o.kudos_a_day, o.kudos_to_one_a_week,
        (select count(*) from kudos as k
         where k.giver_id = j.giver_id and k.version = 1 and k.at > j.at - interval '24 hours' and k.at < j.at + interval '5 minutes')
        + (select count(*) from judged as b
           where b.giver_id = j.giver_id and b.unknown is null and b.place < j.place
             and b.at > j.at - interval '24 hours' and b.at < j.at + interval '5 minutes') as of_day,
        (select count(*) from kudos as k
         where k.giver_id = j.giver_id and k.receiver_id = j.receiver_id and k.version = 1
           and k.at > j.at - interval '7 days' and k.at < j.at + interval '5 minutes')
        + (select count(*) from judged as b
           where b.giver_id = j.giver_id and b.receiver_id = j.receiver_id and b.unknown is null and b.place < j.place
             and b.at > j.at - interval '7 days' and b.at < j.at + interval '5 minutes') as of_one
    from judged as j
    cross join organization as o
), allowed as materialized (
    select
        c.*,
        case
            when c.unknown is not null then c.unknown
            when c.of_day >= c.kudos_a_day then 'day'
            when c.of_one >= c.kudos_to_one_a_week then 'one'
        end as trouble
    from counted as c
), written as (
    insert into kudos (id, external_id, giver_id, receiver_id, project_id, criterion_id, message, at)
    select id, external_id, giver_id, receiver_id, project_id, criterion_id, message, at
    from allowed
    where trouble is null
)
select trouble, case trouble when 'day' then kudos_a_day when 'one' then kudos_to_one_a_week end as most
from allowed
order by place;

-- name: newest(after_key, after_id, most)
-- What was hidden, or corrected since, is not shown.
select k.id, k.external_id, k.giver_id, k.receiver_id, k.project_id, c.external_id as criterion, k.message, k.at,
    exists (select from contest as x where x.kudos_id = k.id and x.decided_at is null) as contested
from kudos as k
left join criterion as c on c.id = k.criterion_id
where (:after_key::timestamptz is null or (k.at, k.id) < (:after_key, :after_id::uuid))
  and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
  and not exists (select from kudos as newer where newer.external_id = k.external_id and newer.version > k.version)
order by k.at desc, k.id desc
limit :most;

-- name: received(receiver_id, after_key, after_id, most)
select k.id, k.external_id, k.giver_id, k.receiver_id, k.project_id, c.external_id as criterion, k.message, k.at,
    exists (select from contest as x where x.kudos_id = k.id and x.decided_at is null) as contested
from kudos as k
left join criterion as c on c.id = k.criterion_id
where k.receiver_id = :receiver_id
  and (:after_key::timestamptz is null or (k.at, k.id) < (:after_key, :after_id::uuid))
  and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
  and not exists (select from kudos as newer where newer.external_id = k.external_id and newer.version > k.version)
order by k.at desc, k.id desc
limit :most;

-- name: received_by(id, receiver_id)
-- The newest version of what was once given this id.
select newest.id
from kudos as named
join kudos as newest on newest.external_id = named.external_id
where named.id = :id
  and newest.receiver_id = :receiver_id
  and not exists (
      select from kudos as newer where newer.external_id = newest.external_id and newer.version > newest.version
  );

-- name: given_by(id, giver_id)
-- When one gave it oneself; what is hidden or taken back is there no more.
select k.at
from kudos as k
where k.id = :id and k.giver_id = :giver_id
  and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null);

-- name: hide(id, by_id)!
-- Hiding twice is hiding.
insert into retraction (kudos_id, reason, by_id)
select :id::uuid, 'hidden', :by_id::uuid
where not exists (
    select from retraction as r where r.kudos_id = :id and r.reason <> 'corrected' and r.undone_at is null);

-- name: show(id, by_id)!
-- Only what its receiver hid; runs from now on count it again.
update retraction set undone_at = statement_timestamp()
where kudos_id = :id and by_id = :by_id and reason = 'hidden' and undone_at is null;

-- name: hidden(receiver_id, after_key, after_id, most)
-- What this person received and hid; nobody else is shown it.
select k.id, k.external_id, k.giver_id, k.receiver_id, k.project_id, c.external_id as criterion, k.message, k.at,
    exists (select from contest as x where x.kudos_id = k.id and x.decided_at is null) as contested
from kudos as k
left join criterion as c on c.id = k.criterion_id
where k.receiver_id = :receiver_id
  and (:after_key::timestamptz is null or (k.at, k.id) < (:after_key, :after_id::uuid))
  and exists (
      select from retraction as r
      where r.kudos_id = k.id and r.by_id = :receiver_id and r.reason = 'hidden' and r.undone_at is null)
  and not exists (select from kudos as newer where newer.external_id = k.external_id and newer.version > k.version)
order by k.at desc, k.id desc
limit :most;
