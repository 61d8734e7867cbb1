-- What a page shows of a person: who they are, what they earned, and what was said.

-- name: person(id)
select p.id, p.name, p.title, p.left_at, t.name as team,
    exists (select from erasure as e where e.person_id = p.id) as erased
from person as p
left join lateral (
    select team.name
    from team_member as m
    join team on team.id = m.team_id
    where m.person_id = p.id and (m.to_at is null or m.to_at > statement_timestamp())
    order by m.from_at desc nulls last, team.id
    limit 1) as t on true
where p.id = :id;

-- name: level(run_id, person_id)
select l.level, l.progress, l.since, l.missing
from released_level as l
where l.run_id = :run_id and l.person_id = :person_id;

-- name: cleared(run_id, person_id)
-- Stages with at least two stars, and all of them.
select (count(*) filter (where coalesce(s.colleagues, false)::integer + coalesce(s.customer, false)::integer
                               + coalesce(s.left_behind, false)::integer >= 2))::integer as cleared,
    count(*)::integer as finished
from released_stage as s
where s.run_id = :run_id and s.person_id = :person_id;

-- name: scores(run_id, person_id)
select s.dimension, c.name as criterion, s.estimate, s.low, s.high, voices_told(s.evidence, s.dimension, p.policy) as evidence
from released_score as s
join scoring_run as r on r.id = s.run_id
join scoring_policy as p on p.id = r.policy_id
left join criterion as c on c.external_id = s.dimension
where s.run_id = :run_id and s.subject_id = :person_id and s.subject_kind = 'person'
order by s.dimension;

-- name: thanks(person_id, most)
-- Thanks received, newest first, without those that were hidden; last those whose giver was erased, with their words.
select k.id, k.message, k.at, giver.id as giver_id, giver.name as giver, project.name as project,
    exists (select from erasure as e where e.person_id = k.giver_id) as gone,
    exists (select from contest as c where c.kudos_id = k.id and c.decided_at is null) as contested
from kudos as k
join person as giver on giver.id = k.giver_id
left join project on project.id = k.project_id
where k.receiver_id = :person_id and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
    and not exists (select from kudos as newer where newer.external_id = k.external_id and newer.version > k.version)
order by gone, k.at desc, k.id desc
limit :most;

-- name: decided(person_id, since)
select c.id from contest as c where c.person_id = :person_id and c.decided_at >= :since and c.decision <> 'withdrawn';

-- name: contested(person_id)
select c.dimension from contest as c
where c.person_id = :person_id and c.dimension is not null and c.decided_at is null;

-- name: words(person_id, most)
-- What customers said, in their own words, of projects this person was in; one answer once.
select w.comment, w.at, w.project, w.customer, w.source, signed_by(w.response) as signed
from (
    select distinct on (coalesce(s.response, s.id::text))
        s.comment, s.at, s.id, s.response, s.kind as source, project.name as project, customer.name as customer
    from project_member as m
    join signal as s on s.project_id = m.project_id
    join project on project.id = m.project_id
    left join customer on customer.id = project.customer_id
    where m.person_id = :person_id and s.comment is not null and s.kind not in ('observation', 'usage')
        and not exists (select from retraction as r where r.signal_id = s.id)
        and not exists (
            select from signal as newer where newer.external_id = s.external_id and newer.version > s.version)
    order by coalesce(s.response, s.id::text), s.at desc) as w
order by w.at desc, w.id
limit :most;

-- name: could_thank(person_id, most)
-- Colleagues of my latest projects whom I have not thanked for three months; the least thanked of a project first.
select w.id, w.name, w.title, w.project_id, w.project
from (
    select distinct on (other.person_id) p.id, p.name, p.title, project.id as project_id, project.name as project,
        coalesce(project.ended_at, statement_timestamp()) as last_at
    from project_member as mine
    join project_member as other on other.project_id = mine.project_id and other.person_id <> mine.person_id
    join project on project.id = mine.project_id
    join person as p on p.id = other.person_id and p.left_at is null
    where mine.person_id = :person_id
        and not exists (
            select from kudos as k
            where k.receiver_id = p.id and k.giver_id = :person_id
                and k.at > statement_timestamp() - interval '90 days')
    order by other.person_id, coalesce(project.ended_at, statement_timestamp()) desc, project.id) as w
order by w.last_at desc,
    (select count(*) from kudos as k
     where k.receiver_id = w.id and k.at > statement_timestamp() - interval '180 days'), w.id
limit :most;
