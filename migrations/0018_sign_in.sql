-- Sign-in: each organization's provider, who is who there, sign-ins under way, granted roles, scopes, idle sessions.

create table sign_in_setting (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    issuer          text not null check (length(issuer) between 1 and 500),
    client_id       text not null check (length(client_id) between 1 and 500),
    client_secret   text check (length(client_secret) between 1 and 1000),  -- sent to the provider, shown to nobody
    changed_at      timestamptz not null default now(),
    primary key (organization_id)
);

-- A claim across organizations, so only the operator's shell makes it, and only one organization has it.
create table sign_in_domain (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    domain          text not null check (domain ~ '^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$'),
    primary key (organization_id, domain),
    constraint sign_in_domain_unique unique (domain)
);

create table identity (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    issuer          text not null check (length(issuer) between 1 and 500),
    subject         text not null check (length(subject) between 1 and 255),
    person_id       uuid not null,
    linked_at       timestamptz not null default now(),
    primary key (organization_id, id),
    constraint identity_subject_unique unique (organization_id, issuer, subject),
    -- An address that went to somebody else with a new account must not open the old one's person.
    constraint identity_person_unique unique (organization_id, issuer, person_id),
    constraint identity_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

-- The state is a credential of kind `flow`; nonce and verifier are made from the browser's secret, which is kept nowhere.
create table sign_in_flow (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    credential_id   uuid not null,
    browser_hash    bytea not null check (length(browser_hash) = 32),
    issuer          text not null check (length(issuer) between 1 and 500),
    next            text not null check (length(next) between 1 and 2000),
    primary key (organization_id, credential_id),
    constraint sign_in_flow_credential_fk
        foreign key (organization_id, credential_id) references credential (organization_id, id) on delete restrict
);

-- How often an address or a client tried lately. They belong to no organization yet: all stand under the nil id.
create table sign_in_attempt (
    organization_id uuid not null default current_organization_id(),
    key             bytea not null check (length(key) = 32),
    since           timestamptz not null,
    tries           integer not null default 1,
    primary key (organization_id, key, since)
);
create index sign_in_attempt_by_age on sign_in_attempt (organization_id, since);

create table role_grant (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    person_id       uuid not null,
    role            text not null check (role in ('hr', 'administrator')),
    granted_at      timestamptz not null default now(),
    granted_by_id   uuid,  -- empty for the operator's shell
    primary key (organization_id, id),
    constraint role_grant_unique unique (organization_id, person_id, role),
    constraint role_grant_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict,
    constraint role_grant_granted_by_fk
        foreign key (organization_id, granted_by_id) references person (organization_id, id) on delete restrict
);

call wall_off('sign_in_setting');
call wall_off('sign_in_domain');
call wall_off('identity');
call wall_off('sign_in_flow');
call wall_off('sign_in_attempt');
call wall_off('role_grant');
grant select, insert, update, delete on sign_in_setting to talkoot_web, talkoot_worker;
grant select on sign_in_domain to talkoot_web;
grant select, insert, delete on sign_in_domain to talkoot_worker;
grant select, insert on identity to talkoot_web;
grant select, delete on identity to talkoot_worker;
grant select, insert on sign_in_flow to talkoot_web;
grant select, insert, update, delete on sign_in_attempt to talkoot_web;
grant select on sign_in_flow, sign_in_attempt to talkoot_worker;
grant select, insert, delete on role_grant to talkoot_web, talkoot_worker;

alter table credential drop constraint credential_kind_check;
alter table credential add constraint credential_kind_check check (kind in ('token', 'session', 'link', 'flow'));
alter table credential
    add column scopes text[] not null default '{read,write}'
        constraint credential_scopes_check check (scopes <@ '{read,write,export}'::text[]),
    add column seen_at timestamptz not null default now();
grant update (seen_at) on credential to talkoot_web, talkoot_worker;

-- What somebody may do at this moment; the higher role holds what the lower ones may.
create function role_of(of_organization_id uuid, of_person_id uuid) returns text
    language sql stable set search_path = pg_catalog, pg_temp
    begin atomic
        select case
            when exists (
                select from public.role_grant as g
                where g.organization_id = of_organization_id and g.person_id = of_person_id
                  and g.role = 'administrator') then 'administrator'
            when exists (
                select from public.role_grant as g
                where g.organization_id = of_organization_id and g.person_id = of_person_id
                  and g.role = 'hr') then 'hr'
            when exists (
                select from public.team_member as m
                where m.organization_id = of_organization_id and m.person_id = of_person_id and m.role = 'lead'
                  and (m.from_at is null or m.from_at <= statement_timestamp())
                  and (m.to_at is null or m.to_at > statement_timestamp())) then 'lead'
            else 'employee' end;
    end;
revoke execute on function role_of(uuid, uuid) from public;
grant execute on function role_of(uuid, uuid) to talkoot_web, talkoot_worker, talkoot_lookup;

grant select (organization_id, person_id, role) on role_grant to talkoot_lookup;
grant select (organization_id, person_id, role, from_at, to_at) on team_member to talkoot_lookup;
grant select (organization_id, issuer) on sign_in_setting to talkoot_lookup;
grant select on sign_in_domain to talkoot_lookup;
grant select (email) on person to talkoot_lookup;
create policy lookup on role_grant for select to talkoot_lookup using (true);
create policy lookup on team_member for select to talkoot_lookup using (true);
create policy lookup on sign_in_setting for select to talkoot_lookup using (true);
create policy lookup on sign_in_domain for select to talkoot_lookup using (true);
create index person_by_email on person (lower(email));

-- A session dies with its role, when it was idle too long, and with its person's last day. An example organization's
-- sessions keep the role that was chosen: nobody was granted one there.
drop function credentials_of(bytea[]);
create function credentials_of(hashes bytea[])
    returns table (
        hash bytea, organization_id uuid, id uuid, kind text, person_id uuid, role text, scopes text[], stale boolean)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select c.hash, c.organization_id, c.id, c.kind, c.person_id, c.role, c.scopes,
            c.kind = 'session' and c.seen_at < statement_timestamp() - interval '5 minutes'
        from public.credential as c
        where c.hash = any (hashes) and c.revoked_at is null and c.expires_at > statement_timestamp()
          and not exists (
              select from public.person as p
              where p.organization_id = c.organization_id and p.id = c.person_id
                and p.left_at <= statement_timestamp()
          )
          and (c.kind <> 'session' or (
              c.seen_at > statement_timestamp() - interval '2 hours'
              and (c.role = public.role_of(c.organization_id, c.person_id) or exists (
                  select from public.organization as o
                  where o.organization_id = c.organization_id and o.demo))));
    end;

comment on function credentials_of(bytea[]) is 'Whose live credentials these are; asked before an organization is known.';

-- By handle or domain: whose provider. By address: that, or else who may be sent a link. Example people never are.
create function sign_in_doors(handle text, domain text, address text)
    returns table (organization_id uuid, person_id uuid)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select o.organization_id, null::uuid
        from public.organization as o
        join public.sign_in_setting as s on s.organization_id = o.organization_id
        where not o.demo and (o.handle = sign_in_doors.handle or exists (
            select from public.sign_in_domain as d
            where d.organization_id = o.organization_id and d.domain = sign_in_doors.domain))
        union all
        select o.organization_id, p.id
        from public.person as p
        join public.organization as o on o.organization_id = p.organization_id
        where lower(p.email) = sign_in_doors.address and not o.demo
          and (p.left_at is null or p.left_at > statement_timestamp())
          and not exists (select from public.sign_in_setting as s where s.organization_id = o.organization_id)
        order by 1, 2
        limit 10;
    end;

comment on function sign_in_doors(text, text, text) is
    'Where somebody may sign in; asked before an organization is known.';

grant create on schema public to talkoot_lookup;
alter function credentials_of(bytea[]) owner to talkoot_lookup;
alter function sign_in_doors(text, text, text) owner to talkoot_lookup;
revoke create on schema public from talkoot_lookup;
revoke execute on function credentials_of(bytea[]), sign_in_doors(text, text, text) from public;
grant execute on function credentials_of(bytea[]) to talkoot_web, talkoot_worker;
grant execute on function sign_in_doors(text, text, text) to talkoot_web;
