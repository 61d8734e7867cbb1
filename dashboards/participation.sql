-- Participation, as HR may see it: counts in steps of k, of groups of 2k people or more, so that no number says of one
-- person that they joined or did not. What somebody chose is read by nobody: whoever chose anything has joined.

-- name: by_team(at, k)
-- By team; small teams of a department together, and what is still small with others'. A group under 2k tells nothing.
-- Materialized: where many people came since statistics were made, each part would else be worked out for each person.
with member as materialized (
    select distinct on (m.person_id) m.person_id, t.id as team_id, t.name as team, t.department
    from team_member as m
    join team as t on t.id = m.team_id
    where coalesce(m.from_at <= :at, true) and coalesce(m.to_at > :at, true)
    order by m.person_id, m.from_at desc nulls last, t.id
), known as materialized (
    select v.person_id from visibility as v where v.changed_at <= :at
    union
    select c.person_id from consent as c where c.at <= :at
), sized as (
    select m.team_id, m.team, m.department, k.person_id is not null as joined,
        count(*) over (partition by m.team_id) >= 2 * :k::integer as whole
    from person as p
    left join member as m on m.person_id = p.id
    left join known as k on k.person_id = p.id
    where coalesce(p.joined_at <= :at, true) and coalesce(p.left_at > :at, true)
), placed as (
    select s.*, s.department is not null and (s.whole and s.team_id is not null
            or count(*) filter (where not s.whole) over (partition by s.department) >= 2 * :k) as own
    from sized as s
), grouped as (
    select case when p.own then p.department end as department,
        case when p.own and p.whole then p.team end as team, count(*)::integer as people,
        (count(*) filter (where p.joined))::integer as joined
    from placed as p
    group by 1, 2, case when p.own and p.whole then p.team_id end
)
select g.department, g.team, g.people,
    case when g.people >= 2 * :k then :k * least(g.joined / :k, g.people / :k - 1) end as low,
    case when g.people >= 2 * :k then case when g.joined / :k >= g.people / :k - 1 then g.people
        else :k * (g.joined / :k) + :k - 1 end end as high
from grouped as g
order by g.department nulls last, g.team nulls last, g.people;

-- name: everybody(ends, k)
-- The same of everybody at the end of each of some days, the latest first.
with consented as materialized (
    select c.person_id, min(c.at) as at from consent as c group by c.person_id
), here as materialized (
    select coalesce(p.joined_at, '-infinity') as from_at, coalesce(p.left_at, 'infinity') as to_at,
        least(v.changed_at, c.at) as joined_at
    from person as p
    left join visibility as v on v.person_id = p.id
    left join consented as c on c.person_id = p.id
), counted as (
    select e.at, count(*)::integer as people, (count(*) filter (where h.joined_at <= e.at))::integer as joined
    from unnest(:ends::timestamptz[]) as e (at)
    join here as h on h.from_at <= e.at and h.to_at > e.at
    group by e.at
)
select c.at,
    c.people,
    case when c.people >= 2 * :k::integer then :k * least(c.joined / :k, c.people / :k - 1) end as low,
    case when c.people >= 2 * :k then case when c.joined / :k >= c.people / :k - 1 then c.people
        else :k * (c.joined / :k) + :k - 1 end end as high
from counted as c
order by c.at desc;

-- name: rounds(most)
-- Rounds somebody opened, with what the night counted in steps of k.
select r.opened_at as at, r.people, r.answered as low, r.answered + r.k - 1 as high
from feedback_round as r
where not r.standing and r.people > 0
order by r.opened_at desc, r.id
limit :most;

-- name: thanked(since)
-- How many people gave so many thanks since then; thanks are everybody's to see.
select least(g.given, 11)::integer as given, count(*)::integer as people
from (
    select p.id, count(k.id) as given
    from person as p
    left join kudos as k on k.giver_id = p.id and k.at >= :since::timestamptz
        and not exists (select from kudos as n where n.external_id = k.external_id and n.version > k.version)
    where p.left_at is null or p.left_at > statement_timestamp()
    group by p.id) as g
group by 1
order by 1;

-- name: heard_by_quarter(zone, since)
-- Finished projects that have a customer, and of how many one was heard, the latest quarter first.
select date_trunc('quarter', p.ended_at, :zone) as at, count(*)::integer as people,
    (count(*) filter (where h.heard))::integer as low, (count(*) filter (where h.heard))::integer as high
from project as p
cross join lateral (
    select exists (
        select from signal as s
        where s.project_id = p.id and s.kind not in ('observation', 'usage')
            and not exists (select from retraction as r where r.signal_id = s.id)) as heard) as h
where p.customer_id is not null and p.ended_at >= :since::timestamptz and p.ended_at <= statement_timestamp()
group by 1
order by 1 desc;

-- name: heard_by_department(since)
-- The same by department; a project counts in every department of its people.
select d.department, null as team, count(*)::integer as people,
    (count(*) filter (where d.heard))::integer as low, (count(*) filter (where d.heard))::integer as high
from (
    select distinct p.id, t.department, exists (
        select from signal as s
        where s.project_id = p.id and s.kind not in ('observation', 'usage')
            and not exists (select from retraction as r where r.signal_id = s.id)) as heard
    from project as p
    join project_member as m on m.project_id = p.id
    join team_member as tm on tm.person_id = m.person_id
        and coalesce(tm.from_at <= p.ended_at, true) and coalesce(tm.to_at > p.started_at, true)
    join team as t on t.id = tm.team_id and t.department is not null
    where p.customer_id is not null and p.ended_at >= :since::timestamptz and p.ended_at <= statement_timestamp()
) as d
group by d.department
order by d.department;

-- name: zone()
select o.time_zone from organization as o;
