-- Contacts due after a deal, and how they went.
-- owns: care_task

-- name: insert(external_id, project_id, owner_id, kind, due_at)
insert into care_task (external_id, project_id, owner_id, kind, due_at)
values (coalesce(:external_id, gen_random_uuid()::text), :project_id, :owner_id, :kind, :due_at)
returning id, external_id, project_id, owner_id, kind, due_at, done_at, outcome, needs_changed, moved_by_customer;

-- name: may_work(project_id, person_id)
select may_work_in(:project_id, :person_id);

-- name: for_change(id)
-- The newest version of the task that once had this id: an import may have corrected it since.
select c.id, c.external_id, c.project_id, c.owner_id, c.kind, c.due_at, c.done_at, c.outcome, c.needs_changed,
       c.moved_by_customer
from care_task as c
where c.external_id = (select named.external_id from care_task as named where named.id = :id)
order by c.version desc
limit 1
for update;

-- name: by_id(id)
select c.id, c.external_id, c.project_id, c.owner_id, c.kind, c.due_at, c.done_at, c.outcome, c.needs_changed,
       c.moved_by_customer
from care_task as c
where c.id = :id;

-- name: finish(id, done_at, outcome, needs_changed, moved_by_customer)
update care_task
set done_at = :done_at, outcome = :outcome, needs_changed = :needs_changed, moved_by_customer = :moved_by_customer
where id = :id
returning id, external_id, project_id, owner_id, kind, due_at, done_at, outcome, needs_changed, moved_by_customer;

-- name: open(owner_id, after_key, after_id, most)
-- What is not done yet, the most urgent first; without an owner, everybody's.
select c.id, c.external_id, c.project_id, c.owner_id, c.kind, c.due_at, c.done_at, c.outcome, c.needs_changed,
       c.moved_by_customer
from care_task as c
where c.done_at is null
  and (:owner_id::uuid is null or c.owner_id = :owner_id)
  and (:after_key::timestamptz is null or (c.due_at, c.id) > (:after_key, :after_id::uuid))
  and not exists (select from retraction as r where r.care_id = c.id)
  and not exists (
      select from care_task as newer where newer.external_id = c.external_id and newer.version > c.version
  )
order by c.due_at, c.id
limit :most;
