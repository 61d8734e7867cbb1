-- The audit log: rows are added, never changed. No `returning`: the web may not read what it has written about others.
-- owns: audit

-- name: insert(actor_id, role, action, subject_id, purpose, detail)!
insert into audit (actor_id, role, action, subject_id, purpose, detail)
values (:actor_id, :role, :action, :subject_id, :purpose, :detail);

-- name: insert_each(actor_id, role, action, subject_ids, purpose)!
insert into audit (actor_id, role, action, subject_id, purpose)
select :actor_id, :role, :action, seen.id, :purpose
from unnest(:subject_ids::uuid[]) as seen (id);
