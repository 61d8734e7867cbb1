-- What the page to thank someone offers: people as they are typed, projects, criteria; and what was just sent.

-- name: suggested(wanted, person_id, without, most)
-- People whose name has what was typed, one of their names beginning so first, and of these those I share projects with;
-- one may be left out. Teams are looked up of those who are shown alone.
select w.id, w.name, w.title, t.name as team
from (
    select p.id, p.name, p.title, ' ' || p.name ilike '% ' || :wanted || '%' as begins, p.id in (
            select other.person_id
            from project_member as mine
            join project_member as other on other.project_id = mine.project_id
            where mine.person_id = :person_id) as near
    from person as p
    where p.left_at is null and p.id is distinct from :without::uuid and p.name ilike '%' || :wanted || '%'
    order by begins desc, near desc, p.name, p.id
    limit :most) as w
left join lateral (
    select team.name
    from team_member as m
    join team on team.id = m.team_id
    where m.person_id = w.id and m.to_at is null
    order by m.from_at desc nulls last, team.id
    limit 1) as t on true
order by w.begins desc, w.near desc, w.name, w.id;

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
