-- The network of help: who helps whom across departments, told of many people or not at all.

-- name: help(k, most, since, now)
-- Help that is on record: thanks (whoever got them helped, and lets thanks count) and accepted hand-overs. People in a
-- cell are those who helped; of fewer than :k it is said that there are some, not how many.
-- Departments of fewer than :k people, and all beyond the :most largest, are one ('').
with sized as (
    select b.department,
        count(*) >= :k::integer
        and row_number() over (order by count(*) desc, b.department) <= :most::integer as told
    from department_now as b
    group by b.department
), placed as materialized (
    select b.person_id, case when s.told then b.department else '' end as department
    from department_now as b
    join sized as s on s.department = b.department
), counting as (
    select distinct on (c.person_id) c.person_id, c.given
    from consent as c
    where c.source = 'kudos'
    order by c.person_id, c.at desc, c.recorded_at desc, c.id
), given as (
    select k.receiver_id as helper_id, k.giver_id as helped_id
    from kudos_now as k
    join counting as c on c.person_id = k.receiver_id and c.given
    where k.at >= :since and k.at < :now
    union all
    select h.from_person_id, h.to_person_id
    from handover as h
    where h.accepted_at >= :since and h.accepted_at < :now
      and not exists (select from retraction as r where r.handover_id = h.id)
      and not exists (select from handover as newer where newer.external_id = h.external_id and newer.version > h.version)
), helpers as (
    select distinct g.helper_id, helper.department as helper, helped.department as helped
    from given as g
    join placed as helper on helper.person_id = g.helper_id
    join placed as helped on helped.person_id = g.helped_id
    where helper.department <> helped.department
), counted as (
    select h.helper, h.helped, count(*) as people
    from helpers as h
    group by h.helper, h.helped
)
select c.helper, c.helped, case when c.people >= :k then c.people::integer end as people
from counted as c
order by c.people desc, c.helper, c.helped;

-- name: names(k, most)
-- The departments that the picture tells apart, the largest first; the rest as one.
with sized as (
    select b.department, count(*) as people,
        count(*) >= :k::integer
        and row_number() over (order by count(*) desc, b.department) <= :most::integer as told
    from department_now as b
    group by b.department
)
select case when s.told then s.department else '' end as name
from sized as s
group by 1
order by bool_or(s.told) desc, sum(s.people) desc, 1;

-- name: shared(since)
-- How many projects of the time had people of both departments.
with present as materialized (
    select distinct m.project_id, b.department
    from project_member as m
    join project as p on p.id = m.project_id
    join department_now as b on b.person_id = m.person_id
    where coalesce(p.ended_at >= :since, true)
)
select one.department as name, other.department as other, count(*)::integer as projects
from present as one
join present as other on other.project_id = one.project_id and other.department > one.department
group by one.department, other.department;
