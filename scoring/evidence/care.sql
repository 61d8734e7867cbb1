-- Evidence: after-care calls, when they were due, when they were done, and what came of them.

-- name: rows(recorded_until)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    c.external_id as id,
    j.external_id as project,
    p.external_id as owner,
    c.kind,
    c.due_at as due,
    c.done_at as done,
    c.outcome,
    c.needs_changed::integer as needs_changed,
    c.moved_by_customer::integer as moved_by_customer
from care_task c
join project j on j.id = c.project_id
join person p on p.id = c.owner_id
where c.recorded_at < :recorded_until
  and not exists (
      select from care_task newer
      where newer.external_id = c.external_id and newer.version > c.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
