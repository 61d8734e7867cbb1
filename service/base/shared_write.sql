-- What a shared write leaves beside its rows: the answers kept under their keys, and the events.
-- owns: idempotency, event

-- name: leave(kind, subject_ids, route, status, actor_ids, keys, body_hashes, responses)!
with kept as (
    insert into idempotency (actor_id, route, key, body_hash, status, response)
    select given.actor_id, :route, given.key, given.body_hash, :status, given.response
    from unnest(:actor_ids::uuid[], :keys::text[], :body_hashes::bytea[], :responses::text[])
        as given (actor_id, key, body_hash, response)
)
insert into event (kind, subject_id)
select :kind, happened.subject_id
from unnest(:subject_ids::uuid[]) with ordinality as happened (subject_id, place)
order by happened.place;
