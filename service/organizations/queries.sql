-- Teams and memberships of the caller's organization.
-- owns: organization, team, team_member

-- name: insert_organization(organization_id, handle, name, time_zone, currency, language)!
insert into organization (organization_id, handle, name, time_zone, currency, language)
values (:organization_id, :handle, :name, :time_zone, :currency, :language);

-- name: limit(kudos_a_day, kudos_to_one_a_week, requests_a_minute, requests_a_minute_each)
-- What is null stays.
update organization set
    kudos_a_day = coalesce(:kudos_a_day, kudos_a_day),
    kudos_to_one_a_week = coalesce(:kudos_to_one_a_week, kudos_to_one_a_week),
    requests_a_minute = coalesce(:requests_a_minute, requests_a_minute),
    requests_a_minute_each = coalesce(:requests_a_minute_each, requests_a_minute_each)
returning kudos_a_day, kudos_to_one_a_week, requests_a_minute, requests_a_minute_each;

-- name: insert_team(external_id, name, department)
insert into team (external_id, name, department)
values (coalesce(:external_id, gen_random_uuid()::text), :name, :department)
returning id, external_id, name, department;

-- name: update_team(id, name, department)
update team set name = :name, department = :department
where id = :id
returning id, external_id, name, department;

-- name: delete_team(id)!
-- The key of its memberships is restrictive: this works as long as it never had any.
delete from team where id = :id;

-- name: team(id)
select id, external_id, name, department from team where id = :id;

-- name: team_for_change(id)
select id, external_id, name, department from team where id = :id for update;

-- name: twin(name, department, id)
-- Another team that is called the same in the same department.
select t.id
from team as t
where lower(t.name) = lower(:name) and t.department is not distinct from :department::text
    and t.id is distinct from :id::uuid
limit 1;

-- name: teams(after_key, after_id, most)
select id, external_id, name, department
from team
where :after_key::text is null or (name, id) > (:after_key, :after_id::uuid)
order by name, id
limit :most;

-- name: insert_member(team_id, person_id, role, from_at, to_at)
-- Of one that was taken back, so that it never lasted, the same row is taken up again.
insert into team_member as m (team_id, person_id, role, from_at, to_at)
values (:team_id, :person_id, :role, :from_at, :to_at)
on conflict (organization_id, team_id, person_id, from_at) do update
set role = excluded.role, to_at = excluded.to_at
where m.to_at = m.from_at
returning id, team_id, person_id, role, from_at, to_at;

-- name: update_member(id, role, to_at)
update team_member set role = :role, to_at = :to_at
where id = :id
returning id, team_id, person_id, role, from_at, to_at;

-- name: is_member(team_id, person_id, at)
-- Whether somebody is in a team at a moment, or will be later.
select exists (
    select from team_member as m
    where m.team_id = :team_id and m.person_id = :person_id and (m.to_at is null or m.to_at > greatest(:at, m.from_at)));

-- name: member_for_change(id, team_id)
select id, team_id, person_id, role, from_at, to_at
from team_member where id = :id and team_id = :team_id for update;

-- name: members(team_id, after_key, after_id, most)
select id, team_id, person_id, role, from_at, to_at
from team_member
where team_id = :team_id
  and (:after_key::uuid is null or (person_id, id) > (:after_key, :after_id::uuid))
order by person_id, id
limit :most;
