-- Answers kept under the caller's Idempotency-Key, in the transaction of the effect they report.
-- owns: idempotency

-- name: queue(lock)
-- Requests with one key come one after the other; the lock goes with the transaction.
select pg_advisory_xact_lock(:lock)::text;

-- name: kept(actor_id, route, key)
select actor_id, key, body_hash, status, response
from idempotency
where actor_id = :actor_id and route = :route and key = :key;

-- name: kept_among(route, actor_ids, keys)
select i.actor_id, i.key, i.body_hash, i.status, i.response
from unnest(:actor_ids::uuid[], :keys::text[]) as asked (actor_id, key)
join idempotency as i on i.actor_id = asked.actor_id and i.route = :route and i.key = asked.key;

-- name: keep(actor_id, route, key, body_hash, status, response)!
insert into idempotency (actor_id, route, key, body_hash, status, response)
values (:actor_id, :route, :key, :body_hash, :status, :response);

-- name: purge(before)!
delete from idempotency where recorded_at < :before;
