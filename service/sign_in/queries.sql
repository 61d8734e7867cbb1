-- Sign-in: providers, who is who there, sign-ins under way, and how often somebody tried.
-- owns: sign_in_setting, sign_in_domain, identity, sign_in_flow, sign_in_attempt

-- name: doors(handle, domain, address)
-- Asked before an organization is known, so through a definer function.
select organization_id, person_id from sign_in_doors(:handle, :domain, :address);

-- name: setting()
select s.issuer, s.client_id, s.client_secret,
    array(select d.domain from sign_in_domain as d order by d.domain) as domains
from sign_in_setting as s;

-- name: setting_view()
select s.issuer, s.client_id, s.client_secret is not null as has_client_secret,
    array(select d.domain from sign_in_domain as d order by d.domain) as domains
from sign_in_setting as s;

-- name: put_setting(issuer, client_id, client_secret, keep)!
-- With another issuer the old one's secret never stays.
insert into sign_in_setting as s (issuer, client_id, client_secret)
values (:issuer, :client_id, :client_secret)
on conflict (organization_id) do update set
    issuer = excluded.issuer, client_id = excluded.client_id, changed_at = statement_timestamp(),
    client_secret = case
        when :keep::boolean and s.issuer = excluded.issuer and s.client_id = excluded.client_id then s.client_secret
        else excluded.client_secret end;

-- name: reseal(client_secret)!
update sign_in_setting set client_secret = :client_secret;

-- name: end_setting()!
delete from sign_in_setting;

-- name: end_domains()!
delete from sign_in_domain;

-- name: put_domains(domains)!
insert into sign_in_domain (domain) select unnest(:domains::text[]);

-- name: begin_flow(credential_id, browser_hash, issuer, next)!
insert into sign_in_flow (credential_id, browser_hash, issuer, next)
values (:credential_id, :browser_hash, :issuer, :next);

-- name: flow(credential_id)
select f.browser_hash, f.issuer, f.next from sign_in_flow as f where f.credential_id = :credential_id;

-- name: linked(issuer, subject)
select i.person_id from identity as i where i.issuer = :issuer and i.subject = :subject;

-- name: people_of(address)
-- Whose address this is, of those who are here.
select p.id
from person as p
where lower(p.email) = :address and (p.left_at is null or p.left_at > statement_timestamp())
limit 2;

-- name: is_here(person_id)
select true from person as p where p.id = :person_id and (p.left_at is null or p.left_at > statement_timestamp());

-- name: link(issuer, subject, person_id)!
insert into identity (issuer, subject, person_id) values (:issuer, :subject, :person_id) on conflict do nothing;

-- name: unlink(person_id)!
delete from identity where person_id = :person_id;

-- name: greeting(person_id)
-- For whom a link is, and where.
select p.name as person, coalesce(p.language, o.language) as language, o.name as organization, p.email
from organization as o
join person as p on p.id = :person_id and (p.left_at is null or p.left_at > statement_timestamp());

-- name: try_once(key, since)
-- How often this was tried since then, this time included; some old rows are cleared away on the way.
with old as (
    select a.key, a.since
    from sign_in_attempt as a
    where a.since < :since::timestamptz - interval '1 hour'
    limit 20
    for update skip locked
), cleared as (
    delete from sign_in_attempt as a using old where a.key = old.key and a.since = old.since
)
insert into sign_in_attempt as a (key, since) values (:key, :since)
on conflict (organization_id, key, since) do update set tries = a.tries + 1
returning a.tries;
