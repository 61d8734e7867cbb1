-- Rows that are one person's alone: the web sees them for the person that a transaction is set to.

-- name: be(person_id)
-- Until the transaction ends.
select set_config('app.person_id', :person_id::uuid::text, true);
