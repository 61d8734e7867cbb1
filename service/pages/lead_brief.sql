-- A brief before a talk: what to thank somebody for, what customers said, how they have grown, what goes on.

-- name: praise(people)
-- For each of these people the newest words of a customer about a project of theirs.
select p.id as person_id, said.project_id, said.project, said.comment, said.at
from unnest(:people::uuid[]) as p (id)
cross join lateral (
    select j.id as project_id, j.name as project, s.comment, s.at
    from project_member as m
    join signal_now as s on s.project_id = m.project_id
    join project as j on j.id = m.project_id
    where m.person_id = p.id and s.comment is not null and s.own_word and s.kind <> 'complaint'
      and coalesce(s.value >= 4, true)
    order by s.at desc, s.id
    limit 1) as said;

-- name: person(id)
select p.id, p.name, p.title, p.joined_at, t.name as team
from person as p
left join lateral (
    select team.name
    from team_now as m
    join team on team.id = m.team_id
    where m.person_id = p.id
    order by m.from_at desc nulls last, team.id
    limit 1) as t on true
where p.id = :id and coalesce(p.left_at > statement_timestamp(), true);

-- name: work(person_id, since, most)
-- What they are in now, and what ended lately; whether a customer was heard of it.
select j.id, j.name, c.name as customer, j.ended_at, m.role,
    exists (select from signal_now as s where s.project_id = j.id and s.own_word) as heard
from (
    select part.project_id, max(part.role) as role
    from project_member as part
    where part.person_id = :person_id
    group by part.project_id
) as m
join project as j on j.id = m.project_id
left join customer as c on c.id = j.customer_id
where j.ended_at is null or j.ended_at >= :since
order by j.ended_at desc nulls first, j.started_at desc, j.id
limit :most;

-- name: counts(person_id, since, now)
-- Thanks of the time given and received, calls that are overdue, and whether something they contest waits.
select
    (select count(*)::integer from kudos as k where k.giver_id = :person_id and k.at >= :since) as given,
    (select count(*)::integer from kudos_now as k
     where k.receiver_id = :person_id and k.at >= :since) as received,
    (select count(*)::integer from care_task as c
     where c.owner_id = :person_id and c.done_at is null and c.due_at <= :now
       and not exists (select from retraction as r where r.care_id = c.id)
       and not exists (
           select from care_task as newer
           where newer.external_id = c.external_id and newer.version > c.version)) as overdue;
