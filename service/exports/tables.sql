-- The tables that can be exported, in an order that stays. Of figures only what was released, of people who are shown.
-- Each tells what was so at `until`, when the export was asked for: what was opened, decided, turned on or recorded later
-- is in none of them, and what was corrected later stands as it was known. What was hidden, withdrawn, retracted or
-- erased later is in none of them either (DECISIONS 45, 67, 69).

-- name: people(run_id, until)
-- Everybody who is here, with the level of those who chose to be seen by then and still do; days are the organization's.
select p.external_id as person, p.name, p.title, p.role, part.teams,
    (p.joined_at at time zone (select o.time_zone from organization as o))::date as joined_at,
    l.level::bigint as level, l.name as level_name, l.since as level_since,
    case when l.person_id is null then 'not shown' else 'shown' end as figures
from people_known(:until::timestamptz) as p
join person as today on today.id = p.id
left join (
    select m.person_id, string_agg(t.name, '; ' order by t.name, t.external_id) as teams
    from memberships_known(:until) as m
    join teams_known(:until) as t on t.id = m.team_id
    where m.recorded_at <= :until and (m.from_at is null or m.from_at <= :until)
      and (m.to_at is null or m.to_at > :until)
    group by m.person_id
) as part on part.person_id = p.id
left join scoring_run as r on r.id = :run_id::uuid
left join released_level as l on l.run_id = r.id and l.person_id = p.id
    and p.id in (select seen.person_id from person_shown as seen) and not withdrew_since(p.id, r.recorded_until)
    and not exists (select from visibility as v where v.person_id = p.id and v.changed_at > :until)
where p.recorded_at <= :until and (p.left_at is null or p.left_at > :until)
  and (today.left_at is null or today.left_at > statement_timestamp())
order by p.external_id;

-- name: scores(run_id, until, least)
-- Every person has every dimension of the run, so that nothing tells who chose not to be seen from who is new.
with dimension as (
    select distinct s.dimension as name
    from released_score as s
    where s.run_id = :run_id::uuid and s.subject_kind = 'person'
), wanted as (
    select 'person' as kind, p.id, p.external_id, p.name, d.name as dimension,
        p.id in (select seen.person_id from person_shown as seen) and not withdrew_since(p.id, r.recorded_until)
        and not exists (select from visibility as v where v.person_id = p.id and v.changed_at > :until) as open
    from people_known(:until::timestamptz) as p
    join person as today on today.id = p.id
    cross join dimension as d
    join scoring_run as r on r.id = :run_id
    where p.recorded_at <= :until and (p.left_at is null or p.left_at > :until)
      and (today.left_at is null or today.left_at > statement_timestamp())
    union all
    select 'team', t.id, t.external_id, t.name, s.dimension, true
    from released_score as s
    join teams_known(:until) as t on t.id = s.subject_id
    where s.run_id = :run_id and s.subject_kind = 'team'
)
select w.kind, w.external_id as subject, w.name, w.dimension,
    round(s.estimate::numeric, 4)::float8 as estimate, round(s.low::numeric, 4)::float8 as low_80,
    round(s.high::numeric, 4)::float8 as high_80,
    case when s.run_id is not null then exists (
        select from contest as c
        where c.person_id = w.id and c.dimension = w.dimension and c.opened_at <= :until
          and (c.decided_at is null or c.decided_at > :until)) end as contested,
    case when s.run_id is null then 'not shown' else 'shown' end as figures
from wanted as w
left join released_score as s on s.run_id = :run_id and s.subject_id = w.id and s.subject_kind = w.kind
    and s.dimension = w.dimension and w.open and s.evidence >= (
        select coalesce((p.policy ->> 'minimum_voices')::float8, :least::float8)
        from scoring_run as r
        join scoring_policy as p on p.id = r.policy_id
        where r.id = :run_id)
order by w.kind, w.external_id, w.dimension;

-- name: projects(run_id, until)
-- Satisfaction never as a bare mean: how many customers were heard, what they gave, the estimate and its interval.
select j.external_id as project, j.name, j.kind, c.name as customer, j.started_at,
    case when j.ended_at <= :until then j.ended_at end as ended_at,
    case when j.ended_at > :until then null else j.outcome end as outcome,
    coalesce(heard.voices, 0) as customers_heard,
    coalesce(heard.ones, 0) as satisfaction_1, coalesce(heard.twos, 0) as satisfaction_2,
    coalesce(heard.threes, 0) as satisfaction_3, coalesce(heard.fours, 0) as satisfaction_4,
    coalesce(heard.fives, 0) as satisfaction_5,
    round(s.estimate::numeric, 4)::float8 as satisfaction, round(s.low::numeric, 4)::float8 as low_80,
    round(s.high::numeric, 4)::float8 as high_80,
    case when s.run_id is null then 'not shown' else 'shown' end as figures
from projects_known(:until::timestamptz) as j
left join customers_known(:until) as c on c.id = j.customer_id
left join (
    select g.project_id, count(distinct coalesce(g.response, g.external_id)) as voices,
        count(*) filter (where g.aspect = 'satisfaction' and round(g.value) = 1) as ones,
        count(*) filter (where g.aspect = 'satisfaction' and round(g.value) = 2) as twos,
        count(*) filter (where g.aspect = 'satisfaction' and round(g.value) = 3) as threes,
        count(*) filter (where g.aspect = 'satisfaction' and round(g.value) = 4) as fours,
        count(*) filter (where g.aspect = 'satisfaction' and round(g.value) = 5) as fives
    from signal as g
    where g.recorded_at <= :until
      and not exists (select from retraction as x where x.signal_id = g.id)
      and not exists (select from signal as newer where newer.external_id = g.external_id and newer.version > g.version)
    group by g.project_id
) as heard on heard.project_id = j.id
left join released_score as s on s.run_id = :run_id::uuid and s.subject_id = j.id and s.subject_kind = 'project'
    and s.dimension = 'satisfaction' and heard.voices > 0
where j.recorded_at <= :until
order by j.external_id;

-- name: badges(until)
-- Badges that people hold; what was taken back or corrected is not among them.
select b.external_id as grant, b.badge, p.external_id as person, p.name, j.name as project, g.name as given_by,
    b.at as granted_at, exists (
        select from contest as x
        where x.badge_id = b.id and x.opened_at <= :until and (x.decided_at is null or x.decided_at > :until)) as contested
from badge_grant as b
join people_known(:until::timestamptz) as p on p.id = b.receiver_id
left join projects_known(:until) as j on j.id = b.project_id
left join people_known(:until) as g on g.id = b.giver_id
where b.recorded_at <= :until
  and not exists (select from retraction as r where r.badge_id = b.id)
  and not exists (
      select from badge_grant as newer where newer.external_id = b.external_id and newer.version > b.version)
order by b.external_id;

-- name: evidence(until)
-- What is open anyway: thanks, and what customers said; never colleagues' answers, nor who it was at the customer.
select 'kudos' as kind, k.external_id as evidence, k.at, g.external_id as from_person, p.external_id as to_person,
    j.external_id as project, c.name as customer, q.external_id as about, null as aspect, null::float8 as value,
    k.message as words, exists (
        select from contest as x
        where x.kudos_id = k.id and x.opened_at <= :until and (x.decided_at is null or x.decided_at > :until)) as contested
from kudos as k
join person as g on g.id = k.giver_id
join person as p on p.id = k.receiver_id
left join projects_known(:until::timestamptz) as j on j.id = k.project_id
left join customers_known(:until) as c on c.id = j.customer_id
left join criterion as q on q.id = k.criterion_id
where k.recorded_at <= :until
  and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
  and not exists (select from kudos as newer where newer.external_id = k.external_id and newer.version > k.version)
union all
select s.kind, s.external_id, s.at, null, null, j.external_id, c.name, s.about, s.aspect, s.value, s.comment,
    exists (
        select from contest as x
        where x.signal_id = s.id and x.opened_at <= :until and (x.decided_at is null or x.decided_at > :until))
from signal as s
join projects_known(:until) as j on j.id = s.project_id
left join customers_known(:until) as c on c.id = j.customer_id
where s.recorded_at <= :until
  and not exists (select from retraction as r where r.signal_id = s.id)
  and not exists (select from signal as newer where newer.external_id = s.external_id and newer.version > s.version)
order by kind, evidence;
