-- What a lead sees of their teams: which these are, who is in them, how they stand, and what waits for somebody.

-- name: teams(person_id, every, wanted, most)
-- Those that one leads now come first; of HR the others follow. Of many those whose name or department has what was typed.
with led as materialized (
    select m.team_id from team_now as m where m.person_id = :person_id::uuid and m.role = 'lead'
)
select t.id, t.name, t.department, t.id in (select led.team_id from led) as own
from team as t
where (:every::boolean or t.id in (select led.team_id from led))
  and (:wanted::text = '' or t.name ilike '%' || :wanted || '%' or t.department ilike '%' || :wanted || '%')
order by own desc, t.name, t.id
limit :most;

-- name: team(id, person_id, every)
-- One of the same.
select t.id, t.name, t.department, led.is_led as own
from team as t
cross join lateral (
    select exists (
        select from team_now as m
        where m.team_id = t.id and m.person_id = :person_id::uuid and m.role = 'lead') as is_led
) as led
where t.id = :id::uuid and (:every::boolean or led.is_led);

-- name: members(team_id)
select p.id, p.name, p.title, m.role = 'lead' as leads
from team_now as m
join person as p on p.id = m.person_id
where m.team_id = :team_id
order by p.name, p.id;

-- name: dimensions(run_id, people)
-- What there are figures of, for any of these people.
select distinct s.dimension as key, coalesce(c.name, s.dimension) as name
from released_score as s
left join criterion as c on c.external_id = s.dimension
where s.run_id = :run_id and s.subject_id = any (:people::uuid[]) and s.subject_kind = 'person'
order by 1;

-- name: figures(run_id, people, dimension, least)
-- Of fewer voices than :least nothing: refused, new and thin evidence look the same.
select s.subject_id as id, s.estimate, s.low, s.high
from released_score as s
where s.run_id = :run_id and s.subject_id = any (:people::uuid[]) and s.dimension = :dimension
  and s.evidence >= :least;

-- name: trend(subject_id, dimension, least, since)
-- One released figure for each month: that of its last run. Those of other rules than the newest stand on another scale,
-- and are left out.
select r.as_of, s.estimate, s.low, s.high
from (
    select distinct on (date_trunc('month', run.as_of)) run.id, run.as_of, run.policy_id
    from scoring_run as run
    where run.as_of >= :since
    order by date_trunc('month', run.as_of), run.as_of desc, run.published_at desc
) as r
join released_score as s on s.run_id = r.id and s.subject_id = :subject_id and s.dimension = :dimension
    and s.evidence >= :least
where r.policy_id = (
    select run.policy_id from scoring_run as run order by run.as_of desc, run.published_at desc limit 1)
order by r.as_of;

-- name: ruled_at(since)
-- From when on the newest run's rules have held, where runs since then stand on other rules, and so on another scale.
with newest as (
    select run.policy_id from scoring_run as run order by run.as_of desc, run.published_at desc limit 1
)
select min(run.as_of) filter (where run.policy_id = newest.policy_id)
from scoring_run as run
cross join newest
where run.policy_id = newest.policy_id or run.as_of >= :since
having bool_or(run.policy_id <> newest.policy_id);

-- name: heard(team_id, since, now, most)
-- What customers said lately of projects with somebody of the team, one answer once.
select w.comment, w.at, w.project_id, w.project, w.customer, w.source, signed_by(w.response) as signed
from (
    select distinct on (coalesce(s.response, s.id::text))
        s.comment, s.at, s.id, s.response, s.kind as source, j.id as project_id, j.name as project, c.name as customer
    from signal_now as s
    join project as j on j.id = s.project_id
    left join customer as c on c.id = j.customer_id
    where s.comment is not null and s.own_word and s.at >= :since and s.at < :now
      and s.project_id = any (array(
          select part.project_id
          from team_now as m
          join project_member as part on part.person_id = m.person_id
          where m.team_id = :team_id))
    order by coalesce(s.response, s.id::text), s.at desc) as w
order by w.at desc, w.id
limit :most;

-- name: unheard(team_id, since, young, now, mails, most)
-- Projects of which no customer's own word is known: those that ended since then, and those that have run for a while.
select p.id, p.name, c.name as customer, p.started_at, p.ended_at,
    array(
        select distinct member.name
        from project_member as m
        join person as member on member.id = m.person_id
        where m.project_id = p.id and coalesce(member.left_at > :now, true)
        order by member.name) as people,
    asked.at as asked_at, asked.contact_id as asked_contact_id, asked.contact as asked_contact,
    willing.id as contact_id, willing.name as contact, resting.name as resting, resting.until as rests_until
from project as p
join customer as c on c.id = p.customer_id
left join lateral (
    select s.asked_at as at, n.id as contact_id, coalesce(n.name, n.role, '–') as contact
    from survey as s
    join contact as n on n.id = s.contact_id
    where s.project_id = p.id
    order by s.asked_at desc, s.id
    limit 1) as asked on true
left join lateral (
    select n.id, coalesce(n.name, n.role, '–') as name
    from contact as n
    where n.customer_id = p.customer_id and (n.email is not null or not :mails::boolean) and coalesce(n.rhythm, '') <> 'never'
      and coalesce(contact_rests_until(n.id, p.id, true) <= :now, true)
      and not exists (select from survey as s where s.project_id = p.id and s.contact_id = n.id)
    order by coalesce(n.known, false) desc, n.name, n.id
    limit 1) as willing on true
left join lateral (
    select coalesce(n.name, n.role, '–') as name, rest.until
    from contact as n
    cross join lateral (
        select case when coalesce(n.rhythm, '') <> 'never'
            then contact_rests_until(n.id, p.id, asked.contact_id is null) end as until) as rest
    where n.customer_id = p.customer_id and (n.id = asked.contact_id or asked.contact_id is null and willing.id is null)
      and (n.rhythm = 'never' or rest.until > :now)
    order by coalesce(n.known, false) desc, n.name, n.id
    limit 1) as resting on true
where (p.ended_at >= :since and p.ended_at <= :now or p.ended_at is null and p.started_at <= :young)
  and exists (
      select from project_member as part
      join team_now as m on m.person_id = part.person_id
      where part.project_id = p.id and m.team_id = :team_id)
  and not exists (select from signal_now as s where s.project_id = p.id and s.own_word)
order by coalesce(p.ended_at, p.started_at), p.id
limit :most;

-- name: askable(project_id)
-- Whom of a project's customer one could hand a link to: they have not answered, and did not say that they do not wish to.
select n.id::text as key, coalesce(n.name, n.role, '–') as name
from project as p
join contact as n on n.customer_id = p.customer_id
where p.id = :project_id and coalesce(n.rhythm, '') <> 'never'
    and coalesce(contact_rests_until(n.id, p.id, not exists (
        select from survey as s where s.project_id = p.id and s.contact_id = n.id)) <= statement_timestamp(), true)
    and not exists (
        select from survey as s
        where s.project_id = p.id and s.contact_id = n.id and s.answered_at is not null)
order by coalesce(n.known, false) desc, n.name, n.id
limit 20;

-- name: resting(project_id)
-- Those of a project's customer who are not asked now, as they wish; without a day, who wishes not to be asked at all.
select r.name, r.until
from (
    select n.id, coalesce(n.name, n.role, '–') as name, coalesce(n.rhythm, '') = 'never' as never,
        case when coalesce(n.rhythm, '') <> 'never' then contact_rests_until(n.id, p.id, not exists (
            select from survey as s where s.project_id = p.id and s.contact_id = n.id)) end as until
    from project as p
    join contact as n on n.customer_id = p.customer_id
    where p.id = :project_id
) as r
where r.never or r.until > statement_timestamp()
order by r.name, r.id
limit 20;

-- name: contacts(project_id)
-- Those of the customer, and whoever else it is open to.
select n.id::text as key, coalesce(n.name, n.role, '–') as name
from project as p
join contact as n on n.customer_id = p.customer_id or n.id in (
    select o.contact_id from project_opening as o where o.project_id = :project_id and o.closed_at is null)
where p.id = :project_id
order by coalesce(n.known, false) desc, n.name, n.id
limit 100;

-- name: has_contact(project_id, contact_id)
-- Whether somebody is among the same.
select exists (
    select from project as p
    join contact as n on n.customer_id = p.customer_id or n.id in (
        select o.contact_id from project_opening as o where o.project_id = :project_id and o.closed_at is null)
    where p.id = :project_id and n.id = :contact_id);

-- name: care_due(team_id, owner_id, until, most)
-- Calls that are due by then, of this team's people or of one person; the most overdue first.
select c.id, c.kind, c.due_at, owner.id as owner_id, owner.name as owner, p.id as project_id, p.name as project,
    customer.name as customer, said.comment, said.at as said_at, (
        select n.name
        from contact as n
        where n.customer_id = p.customer_id
        order by coalesce(n.known, false) desc, n.name, n.id
        limit 1) as contact
from care_task as c
join project as p on p.id = c.project_id
join person as owner on owner.id = c.owner_id
left join customer on customer.id = p.customer_id
left join lateral (
    select s.comment, s.at
    from signal_now as s
    where s.project_id = p.id and s.comment is not null and s.own_word
    order by s.at desc
    limit 1) as said on true
where c.done_at is null and c.due_at <= :until
  and c.owner_id in (
      select m.person_id from team_now as m where m.team_id = :team_id::uuid union all select :owner_id::uuid)
  and not exists (select from retraction as r where r.care_id = c.id)
  and not exists (select from care_task as newer where newer.external_id = c.external_id and newer.version > c.version)
order by c.due_at, c.id
limit :most;

-- name: project(project_id, person_id, every)
-- One in which the reader, or somebody they lead now, takes or took part; of HR any.
select p.id, p.name, c.name as customer, p.ended_at
from project as p
left join customer as c on c.id = p.customer_id
where p.id = :project_id and (:every::boolean or takes_part(p.id, :person_id::uuid));

-- name: said(project_id, most)
-- What its customers said in their own words, newest first; one answer once.
select w.comment, w.at, w.project_id, w.project, w.customer, w.source, signed_by(w.response) as signed
from (
    select distinct on (coalesce(s.response, s.id::text))
        s.comment, s.at, s.id, s.response, s.kind as source, j.id as project_id, j.name as project, c.name as customer
    from signal_now as s
    join project as j on j.id = s.project_id
    left join customer as c on c.id = j.customer_id
    where s.project_id = :project_id and s.comment is not null and s.own_word
    order by coalesce(s.response, s.id::text), s.at desc) as w
order by w.at desc, w.id
limit :most;
