-- Credentials: the tokens and sessions by which people and programs are known.
-- owns: credential, role_grant

-- name: credentials_of(hashes)
-- Asked before an organization is known, so through a definer function.
select hash, organization_id, id, kind, person_id, role, scopes, stale
from credentials_of(:hashes::bytea[]);

-- name: insert(kind, hash, person_id, role, name, expires_at, scopes, device)
insert into credential (kind, hash, person_id, role, name, expires_at, scopes, device)
values (:kind, :hash, :person_id, :role, :name, :expires_at, :scopes, :device)
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

-- name: see(ids)!
update credential set seen_at = statement_timestamp() where id = any (:ids::uuid[]) and revoked_at is null;

-- name: tokens(after_key, after_id, most)
-- The newest first.
select
    c.id, c.name, c.role, c.scopes, c.person_id, p.name as person_name, c.created_at, c.expires_at, c.revoked_at
from credential as c
left join person as p on p.id = c.person_id
where c.kind = 'token' and (:after_key::timestamptz is null or (c.created_at, c.id) < (:after_key, :after_id::uuid))
order by c.created_at desc, c.id desc
limit :most;

-- name: token(id)
select
    c.id, c.name, c.role, c.scopes, c.person_id, p.name as person_name, c.created_at, c.expires_at, c.revoked_at
from credential as c
left join person as p on p.id = c.person_id
where c.kind = 'token' and c.id = :id;

-- name: revoke_token(id)!
update credential set revoked_at = statement_timestamp() where id = :id and kind = 'token' and revoked_at is null;

-- name: revive_token(id)!
-- Not once it has expired, its person has left, or the role it was made for was taken.
update credential as c set revoked_at = null
where c.id = :id and c.kind = 'token' and c.revoked_at is not null and c.expires_at > statement_timestamp()
  and (c.person_id is null or exists (
      select from person as p
      where p.id = c.person_id and (p.left_at is null or p.left_at > statement_timestamp())))
  and (c.person_id is null or c.role not in ('hr', 'administrator') or exists (
      select from role_grant as g where g.person_id = c.person_id and g.role = c.role));

-- name: sessions(person_id)
-- Where somebody is signed in at this moment, the newest first.
select c.id, c.device, c.created_at, c.seen_at, c.expires_at
from credential as c
where c.person_id = :person_id and c.kind = 'session' and c.revoked_at is null
  and c.expires_at > statement_timestamp() and c.seen_at > statement_timestamp() - interval '2 hours'
order by c.created_at desc, c.id desc
limit 200;

-- name: end_sessions(person_id)!
update credential set revoked_at = statement_timestamp()
where person_id = :person_id and kind = 'session' and revoked_at is null;

-- name: end_session(person_id, id)!
update credential set revoked_at = statement_timestamp()
where id = :id and person_id = :person_id and kind = 'session' and revoked_at is null;

-- name: end_other_sessions(person_id, kept_id)!
update credential set revoked_at = statement_timestamp()
where person_id = :person_id and kind = 'session' and id <> :kept_id and revoked_at is null;

-- name: role_now(person_id)
-- What somebody who is here may do at this moment; nothing where they have left.
select role_of(p.organization_id, p.id)
from person as p
where p.id = :person_id and (p.left_at is null or p.left_at > statement_timestamp());

-- name: grants(after_key, after_id, most)
select g.id, g.person_id, p.name as person_name, g.role, g.granted_at
from role_grant as g
join person as p on p.id = g.person_id
where :after_key::timestamptz is null or (g.granted_at, g.id) < (:after_key, :after_id::uuid)
order by g.granted_at desc, g.id desc
limit :most;

-- name: granted(person_id, role)
select g.id, g.person_id, p.name as person_name, g.role, g.granted_at
from role_grant as g
join person as p on p.id = g.person_id
where g.person_id = :person_id and g.role = :role;

-- name: grant_of(id)
select g.id, g.person_id, p.name as person_name, g.role, g.granted_at
from role_grant as g
join person as p on p.id = g.person_id
where g.id = :id;

-- name: grant_role(person_id, role, granted_by_id)!
insert into role_grant (person_id, role, granted_by_id) values (:person_id, :role, :granted_by_id)
on conflict do nothing;

-- name: withdraw_role(person_id, role)!
delete from role_grant where person_id = :person_id and role = :role;

-- name: administrators_alone()
-- One at a time takes an administrator's role, so that of the last two not both lose it.
select pg_advisory_xact_lock(hashtextextended('administrators ' || current_organization_id(), 0));

-- name: administrators()
-- How many there are who can still sign in.
select count(*)::integer
from role_grant as g
join person as p on p.id = g.person_id
where g.role = 'administrator' and (p.left_at is null or p.left_at > statement_timestamp());

-- name: end_role(person_id, role)!
-- What was made for a role dies with it.
update credential set revoked_at = statement_timestamp()
where person_id = :person_id and role = :role and kind in ('token', 'session') and revoked_at is null;

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
