-- What the page to thank someone offers: people as they are typed, projects, criteria; and what was just sent.

-- name: suggested(wanted, person_id, without, most)
-- People whose name has what was typed, one left out; those I share projects with come first, and often are enough.
with near as materialized (
    select distinct other.person_id as id
    from project_member as mine
    join project_member as other on other.project_id = mine.project_id
    where mine.person_id = :person_id and other.person_id <> :person_id
), close as materialized (
    select p.id, p.name, p.title, true as near, :wanted::text = '' or p.name ilike :wanted || '%' as begins
    from near
    join person as p on p.id = near.id
    where p.left_at is null and p.id is distinct from :without::uuid
        and (:wanted = '' or p.name ilike '%' || :wanted || '%')
    order by begins desc, p.name, p.id
    limit :most::integer
), found as (
    select c.* from close as c
    union all
    (select p.id, p.name, p.title, false, :wanted = '' or p.name ilike :wanted || '%' as begins
     from person as p
     where (select count(*) from close) < :most
        and p.left_at is null and p.id is distinct from :without
        and (:wanted = '' or p.name ilike '%' || :wanted || '%')
        and p.id not in (select near.id from near)
     order by begins desc, p.name, p.id
     limit :most)
    order by near desc, begins desc, name, id
    limit :most
)
select f.id, f.name, f.title, t.name as team
from found as f
left join lateral (
    select team.name
    from team_member as m
    join team on team.id = m.team_id
    where m.person_id = f.id and m.to_at is null
    order by m.from_at desc nulls last, team.id
    limit 1) as t on true
order by f.near desc, f.begins desc, f.name, f.id;

-- name: named(name, without)
-- Who is called exactly this.
select p.id, p.name, p.title, t.name as team
from person as p
left join lateral (
    select team.name
    from team_member as m
    join team on team.id = m.team_id
    where m.person_id = p.id and m.to_at is null
    order by m.from_at desc nulls last, team.id
    limit 1) as t on true
where p.left_at is null and lower(p.name) = lower(:name) and p.id is distinct from :without::uuid
order by p.id
limit 10;

-- name: match(id)
select p.id, p.name, p.title, t.name as team
from person as p
left join lateral (
    select team.name
    from team_member as m
    join team on team.id = m.team_id
    where m.person_id = p.id and m.to_at is null
    order by m.from_at desc nulls last, team.id
    limit 1) as t on true
where p.id = :id and p.left_at is null;

-- name: my_projects(person_id, most)
-- The projects I am or was in, the latest first.
select p.id, p.name
from project as p
where exists (select from project_member as m where m.project_id = p.id and m.person_id = :person_id)
order by p.ended_at desc nulls first, p.started_at desc, p.id
limit :most;

-- name: criteria()
select c.external_id as key, c.name
from criterion as c
order by c.external_id;

-- name: sent_by_form(key, giver_id)
-- What an earlier sending of the same form gave.
select k.id
from kudos as k
where k.external_id = :key and k.giver_id = :giver_id;

-- name: sent(id, giver_id)
-- One's own thanks just given.
select k.id, k.at, p.name as receiver
from kudos as k
join person as p on p.id = k.receiver_id
where k.id = :id and k.giver_id = :giver_id and not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null);
