-- Rights: who looked at me, and the audit log for HR.

-- name: read_own(person_id)
-- The wall of the audit log opens for what concerns one person, until the transaction ends.
select set_config('app.audit_of', :person_id::uuid::text, true);

-- name: take_along(person_id)
-- Opens the log and the views of one person's own feedback, until the transaction ends.
select set_config('app.audit_of', :person_id::uuid::text, true), set_config('app.data_of', :person_id::uuid::text, true);

-- name: read_all()
select set_config('app.audit_of_all', 'yes', true);

-- name: looks(person_id, after_key, after_id, most)
-- Also exports of everything, which hold this person's data too.
select a.id, a.at, a.role, a.action, a.purpose
from audit as a
where (a.subject_id = :person_id or a.subject_id is null and concerns_everybody(a.action))
  and a.actor_id is distinct from :person_id
  and (:after_key::timestamptz is null or (a.at, a.id) < (:after_key, :after_id::uuid))
order by a.at desc, a.id desc
limit :most;

-- name: audit(after_key, after_id, most)
select a.id, a.at, a.actor_id, a.role, a.action, a.subject_id, a.purpose, a.detail
from audit as a
where :after_key::timestamptz is null or (a.at, a.id) < (:after_key, :after_id::uuid)
order by a.at desc, a.id desc
limit :most;
