-- Projects and their members.
-- owns: project, project_member

-- name: insert(external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id)
insert into project (external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id)
values (
    coalesce(:external_id, gen_random_uuid()::text), :name, :kind, :customer_id, coalesce(:started_at, now()),
    :ended_at, :outcome, :territory, :continues_id
)
returning id, external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id;

-- name: update(id, name, customer_id, ended_at, outcome, territory, continues_id)
update project
set name = :name, customer_id = :customer_id, ended_at = :ended_at, outcome = :outcome, territory = :territory,
    continues_id = :continues_id
where id = :id
returning id, external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id;

-- name: project(id)
select id, external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id
from project where id = :id;

-- name: for_change(id)
select id, external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id
from project where id = :id for update;

-- name: projects(after_key, after_id, most)
select id, external_id, name, kind, customer_id, started_at, ended_at, outcome, territory, continues_id
from project
where :after_key::timestamptz is null or (started_at, id) < (:after_key, :after_id::uuid)
order by started_at desc, id desc
limit :most;

-- name: may_work(project_id, person_id)
select may_work_in(:project_id, :person_id);

-- name: insert_member(project_id, person_id, role, share, from_at, to_at)
insert into project_member (project_id, person_id, role, share, from_at, to_at)
values (:project_id, :person_id, :role, :share, :from_at, :to_at)
returning id, project_id, person_id, role, share, from_at, to_at;

-- name: update_member(id, share, to_at)
update project_member set share = :share, to_at = :to_at
where id = :id
returning id, project_id, person_id, role, share, from_at, to_at;

-- name: member_for_change(id, project_id)
select id, project_id, person_id, role, share, from_at, to_at
from project_member where id = :id and project_id = :project_id for update;

-- name: members(project_id, after_key, after_id, most)
select id, project_id, person_id, role, share, from_at, to_at
from project_member
where project_id = :project_id
  and (:after_key::uuid is null or (person_id, id) > (:after_key, :after_id::uuid))
order by person_id, id
limit :most;
