-- Who is calling (tokens and sessions), repeated requests, the outbox of events, and the audit log.

create table credential (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    kind            text not null check (kind in ('token', 'session', 'link')),
    hash            bytea not null check (length(hash) = 32),  -- SHA-256 of the secret, which is kept nowhere
    person_id       uuid,
    role            text not null check (role in ('employee', 'lead', 'hr', 'administrator', 'service')),
    name            text check (length(name) between 1 and 200),
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null,
    revoked_at      timestamptz,
    primary key (organization_id, id),
    constraint credential_hash_unique unique (hash),
    constraint credential_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);
create index credential_by_person on credential (organization_id, person_id);

create table idempotency (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    actor_id        uuid not null,  -- the credential
    route           text not null check (length(route) between 1 and 200),
    key             text not null check (length(key) between 1 and 200),
    body_hash       bytea not null check (length(body_hash) = 32),
    status          smallint not null,
    response        text not null check (length(response) <= 1000000),
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, actor_id, route, key),
    constraint idempotency_actor_fk
        foreign key (organization_id, actor_id) references credential (organization_id, id) on delete restrict
);
create index idempotency_by_age on idempotency (organization_id, recorded_at);

create table event (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              bigint generated always as identity,
    kind            text not null check (length(kind) between 1 and 100),
    subject_id      uuid,
    payload         jsonb not null default '{}',
    recorded_at     timestamptz not null default now(),
    delivered_at    timestamptz,
    primary key (organization_id, id)
);
create index event_undelivered on event (organization_id, id) where delivered_at is null;

create table audit (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    at              timestamptz not null default now(),
    actor_id        uuid,  -- the person; empty for the operator's shell
    role            text not null check (length(role) between 1 and 100),
    action          text not null check (length(action) between 1 and 100),
    subject_id      uuid,
    detail          text check (length(detail) between 1 and 4000),
    primary key (organization_id, id),
    constraint audit_actor_fk
        foreign key (organization_id, actor_id) references person (organization_id, id) on delete restrict
);
create index audit_newest on audit (organization_id, at desc, id desc);
create index audit_of_subject on audit (organization_id, subject_id, at desc);

call wall_off('credential');
call wall_off('idempotency');
call wall_off('event');
call wall_off('audit');
grant select, insert on credential to talkoot_web, talkoot_worker;
grant update (revoked_at) on credential to talkoot_web, talkoot_worker;
grant select, insert on idempotency to talkoot_web;
grant select, insert, delete on idempotency to talkoot_worker;
grant select, insert on event to talkoot_web, talkoot_worker;
grant update (delivered_at) on event to talkoot_worker;
grant select, insert on audit to talkoot_web, talkoot_worker;

grant select on credential to talkoot_lookup;
create policy lookup on credential for select to talkoot_lookup using (true);

create function credentials_of(hashes bytea[])
    returns table (hash bytea, organization_id uuid, id uuid, kind text, person_id uuid, role text)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select c.hash, c.organization_id, c.id, c.kind, c.person_id, c.role
        from public.credential as c
        where c.hash = any (hashes) and c.revoked_at is null and c.expires_at > statement_timestamp();
    end;

comment on function credentials_of(bytea[]) is 'Whose live credentials these are; asked before an organization is known.';

grant create on schema public to talkoot_lookup;
alter function credentials_of(bytea[]) owner to talkoot_lookup;
revoke create on schema public from talkoot_lookup;
revoke execute on function credentials_of(bytea[]) from public;
grant execute on function credentials_of(bytea[]) to talkoot_web, talkoot_worker;
