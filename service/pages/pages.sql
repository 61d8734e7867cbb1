-- What every page needs to know of its reader, and whom the demo's sign-in offers.

-- name: reader(person_id)
select p.name, p.language, o.name as organization, o.time_zone
from organization as o
left join person as p on p.id = :person_id;

-- name: demo_organizations()
-- Asked before an organization is known, so through a definer function.
select organization_id, handle, name from organizations() where demo;

-- name: examples(wanted, most)
-- Example people, of each role by turns those who were thanked most and so have most to see; how many match in all.
with matching as (
    select p.id, p.name, p.title, t.name as team, d.role, (count(*) over ())::integer as matching,
        row_number() over (
            partition by d.role
            order by (select count(*) from kudos as k where k.receiver_id = p.id) desc, p.id) as place
    from person as p
    left join lateral (
        select team.name
        from team_member as m
        join team on team.id = m.team_id
        where m.person_id = p.id and m.to_at is null
        order by m.role, m.from_at desc nulls last, team.id
        limit 1) as t on true
    cross join lateral (select role_of(p.organization_id, p.id) as role) as d
    where p.left_at is null
        and (:wanted::text = '' or p.name ilike '%' || :wanted || '%' or p.title ilike '%' || :wanted || '%'
             or t.name ilike '%' || :wanted || '%')
)
select id, name, title, team, role, matching from matching order by place, role limit :most;

-- name: demo_role(person_id)
select role_of(p.organization_id, p.id) from person as p where p.id = :person_id and p.left_at is null;

-- name: named(ids)
select p.id, p.name from person as p where p.id = any (:ids::uuid[]);
