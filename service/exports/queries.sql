-- Exports that were asked for, and what became of them.
-- owns: export_job, known_before

-- name: insert(what, format, purpose, asked_by_id)
-- Of the newest run there is at this moment, which no correction is half through (migrations/0032_known_before.sql).
with alone as materialized (
    select pg_advisory_xact_lock(hashtextextended('export ' || current_organization_id(), 0))
)
insert into export_job (what, format, purpose, asked_by_id, run_id, asked_at)
select :what, :format, :purpose, :asked_by_id, (
    select r.id from scoring_run as r order by r.as_of desc, r.published_at desc limit 1), clock_timestamp()
from alone
returning id;

-- name: export(id)
select e.id, e.what, e.format, e.purpose, p.name as asked_by, e.asked_at, e.run_id, y.version as policy_version,
    e.row_count as rows, e.making, e.byte_count as bytes, e.digest, e.changed,
    exists (select from erasure as x where x.at > e.asked_at) as erased, e.taken, e.taken_at
from export_job as e
left join person as p on p.id = e.asked_by_id
left join scoring_run as r on r.id = e.run_id
left join scoring_policy as y on y.id = r.policy_id
where e.id = :id;

-- name: exports(after_key, after_id, most)
select e.id, e.what, e.format, e.purpose, p.name as asked_by, e.asked_at, e.run_id, y.version as policy_version,
    e.row_count as rows, e.making, e.byte_count as bytes, e.digest, e.changed,
    exists (select from erasure as x where x.at > e.asked_at) as erased, e.taken, e.taken_at
from export_job as e
left join person as p on p.id = e.asked_by_id
left join scoring_run as r on r.id = e.run_id
left join scoring_policy as y on y.id = r.policy_id
where :after_key::timestamptz is null or (e.asked_at, e.id) < (:after_key, :after_id::uuid)
order by e.asked_at desc, e.id desc
limit :most;

-- name: about(id)
select e.what, e.asked_at, e.run_id, y.version as policy_version, r.as_of as scored_until
from export_job as e
left join scoring_run as r on r.id = e.run_id
left join scoring_policy as y on y.id = r.policy_id
where e.id = :id;

-- name: begin(id)!
update export_job set making = true, row_count = 0, taken = taken + 1, taken_at = statement_timestamp() where id = :id;

-- name: tell(id, row_count)!
update export_job set row_count = :row_count where id = :id;

-- name: finish(id, row_count, byte_count, digest)!
update export_job
set making = false, row_count = :row_count, byte_count = :byte_count, digest = :digest,
    changed = changed or digest is not null and digest <> :digest
where id = :id;

-- name: leave(id)!
update export_job set making = false where id = :id;
