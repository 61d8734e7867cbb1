-- What every page needs to know of its reader, and whom the demo's sign-in offers.

-- name: reader(person_id)
select p.name, p.language, o.name as organization, o.time_zone
from organization as o
left join person as p on p.id = :person_id;

-- name: demo_organizations()
-- Asked before an organization is known, so through a definer function.
select organization_id, handle, name from organizations() where demo;

-- name: examples(wanted, most)
-- Example people: leads and HR first, then those with most projects; how many match in all.
select p.id, p.name, p.title, t.name as team, d.role, (count(*) over ())::integer as matching
from person as p
left join lateral (
    select team.name, m.role
    from team_member as m
    join team on team.id = m.team_id
    where m.person_id = p.id and m.to_at is null
    order by m.role, m.from_at desc nulls last, team.id
    limit 1) as t on true
cross join lateral (
    select case when p.title ~* '\y(HR|henkilöstö\w*)\y' then 'hr' when t.role = 'lead' then 'lead' else 'employee' end
        as role) as d
where p.left_at is null
    and (:wanted::text = '' or p.name ilike '%' || :wanted || '%' or p.title ilike '%' || :wanted || '%'
         or t.name ilike '%' || :wanted || '%')
order by d.role = 'employee', d.role, (select count(*) from project_member as m where m.person_id = p.id) desc, p.id
limit :most;

-- name: demo_role(person_id)
-- The same rule for one person.
select case
    when exists (select from role_grant as g where g.person_id = p.id and g.role = 'administrator') then 'administrator'
    when exists (select from role_grant as g where g.person_id = p.id) then 'hr'
    when p.title ~* '\y(HR|henkilöstö\w*)\y' then 'hr'
    when exists (select from team_member as m where m.person_id = p.id and m.to_at is null and m.role = 'lead')
        then 'lead'
    else 'employee' end as role
from person as p
where p.id = :person_id and p.left_at is null;

-- name: named(ids)
select p.id, p.name from person as p where p.id = any (:ids::uuid[]);
