-- Events: the outbox that every write leaves a row in, in its own transaction.
-- owns: event

-- name: insert(kind, subject_id, payload)!
insert into event (kind, subject_id, payload)
values (:kind, :subject_id, :payload);

-- name: undelivered(most)
-- The oldest events that no subscriber has seen; other workers' rows are skipped, not waited for.
select id, kind, subject_id, payload, recorded_at
from event
where delivered_at is null
order by id
limit :most
for update skip locked;

-- name: deliver(ids)!
update event set delivered_at = statement_timestamp() where id = any (:ids);
