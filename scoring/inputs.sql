-- What a run needs to know besides the evidence and the policy.

-- name: others()
-- Everybody else's transactions in this database: what they write may carry a time before now, and appear later.
select locks.virtualtransaction
from pg_locks as locks
join pg_stat_activity as activity on activity.pid = locks.pid
where locks.locktype = 'virtualxid'
  and locks.granted
  and locks.pid <> pg_backend_pid()
  and activity.datname = current_database()
  and activity.usesysid = (select oid from pg_roles where rolname = session_user);

-- name: moment()
select clock_timestamp();

-- name: pinned(id)
-- What a run was made of.
select as_of, recorded_until, policy_id, evidence_digest, scores_digest
from scoring_run
where id = :id;
