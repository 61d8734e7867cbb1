-- Credentials: the tokens and sessions by which people and programs are known.
-- owns: credential

-- name: credentials_of(hashes)
-- Asked before an organization is known, so through a definer function.
select hash, organization_id, id, kind, person_id, role
from credentials_of(:hashes::bytea[]);

-- name: insert(kind, hash, person_id, role, name, expires_at)
insert into credential (kind, hash, person_id, role, name, expires_at)
values (:kind, :hash, :person_id, :role, :name, :expires_at)
returning id;

-- name: insert_for_contact(kind, hash, contact_id, name, expires_at)
insert into credential (kind, hash, contact_id, role, name, expires_at)
values (:kind, :hash, :contact_id, 'contact', :name, :expires_at)
returning id;

-- name: contact_known_as(given)
-- Whom the operator means: an external id, or an email address that only one contact has.
select min(c.id::text)::uuid from contact as c
where c.external_id = :given or lower(c.email) = lower(:given)
having count(*) = 1;

-- name: tokens()
select c.id, c.name, c.role, c.person_id, p.name as person_name, c.created_at, c.expires_at, c.revoked_at
from credential as c
left join person as p on p.id = c.person_id
where c.kind = 'token'
order by c.created_at desc, c.id desc
limit 1000;

-- name: revoke(id)!
update credential set revoked_at = statement_timestamp() where id = :id and revoked_at is null;

-- name: person_named(given)
-- Whom the operator means: an external id, else an email address, else a name.
select p.id
from person as p
where p.external_id = :given or lower(p.email) = lower(:given) or p.name = :given
order by (p.external_id = :given) desc, (lower(p.email) = lower(:given)) desc
limit 2;

-- name: person_known_as(given)
select p.id from person as p where p.external_id = :given;
