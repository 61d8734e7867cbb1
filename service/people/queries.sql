-- People. The organization is filled in by the column's default, never by the caller.
-- owns: person

-- name: insert(external_id, name, email, title, role, joined_at, left_at, language)
insert into person (external_id, name, email, title, role, joined_at, left_at, language)
values (coalesce(:external_id, gen_random_uuid()::text), :name, :email, :title, :role, :joined_at, :left_at, :language)
returning id, external_id, name, email, title, role, joined_at, left_at, language;

-- name: update(id, name, email, title, role, joined_at, left_at, language)
update person
set name = :name, email = :email, title = :title, role = :role, joined_at = :joined_at, left_at = :left_at,
    language = :language
where id = :id
returning id, external_id, name, email, title, role, joined_at, left_at, language;

-- name: delete(id)!
-- Every key to a person is restrictive: this works as long as there is nothing of theirs.
delete from person where id = :id;

-- name: person(id)
select id, external_id, name, email, title, role, joined_at, left_at, language from person where id = :id;

-- name: for_change(id)
-- Somebody who was erased is nobody to be corrected.
select id, external_id, name, email, title, role, joined_at, left_at, language
from person as p
where p.id = :id and not exists (select from erasure as e where e.person_id = p.id)
for update of p;

-- name: other_at(email, id)
-- Somebody else who is here and has this address.
select p.id
from person as p
where lower(p.email) = lower(:email) and p.id is distinct from :id::uuid
    and (p.left_at is null or p.left_at > statement_timestamp())
limit 1;

-- name: people(after_key, after_id, most)
select id, external_id, name, email, title, role, joined_at, left_at, language
from person
where :after_key::text is null or (name, id) > (:after_key, :after_id::uuid)
order by name, id
limit :most;

-- name: administers_alone(id)
-- Whether this is the one administrator there is; asked one at a time, as when the role is taken (service/auth).
with alone as materialized (
    select pg_advisory_xact_lock(hashtextextended('administrators ' || current_organization_id(), 0))
)
select coalesce(array_agg(g.person_id) = array[:id::uuid], false)
from alone
cross join role_grant as g
join person as p on p.id = g.person_id
where g.role = 'administrator' and (p.left_at is null or p.left_at > statement_timestamp());
