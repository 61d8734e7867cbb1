-- Organizations, the roles that may read them, and the wall between them.

-- The roles belong to the whole server, so another database may have made them already.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['talkoot_web', 'talkoot_worker', 'talkoot_lookup'] loop
        begin
            execute format('create role %I nologin', wanted);
        exception when duplicate_object or unique_violation then null;
        end;
        execute format('grant %I to current_user', wanted);
    end loop;
end
$$;

revoke create on schema public from public;
grant usage on schema public to talkoot_web, talkoot_worker, talkoot_lookup;

create function current_organization_id() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.organization_id', true), '')::uuid;

comment on function current_organization_id() is
    'The organization of this transaction; null where none was set, and then no row is seen.';

-- Used by migrations only: every table of an organization gets the same wall, in the same words.
create procedure wall_off(tenant_table regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format(
        'create policy same_organization on %s'
        ' using (organization_id = current_organization_id())'
        ' with check (organization_id = current_organization_id())', tenant_table);
end
$$;

create table organization (
    organization_id uuid primary key default gen_random_uuid(),
    handle          text not null check (handle ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name            text not null check (length(name) between 1 and 200),
    time_zone       text not null check (length(time_zone) between 1 and 64),
    currency        text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    language        text not null default 'fi' check (language in ('fi', 'en')),
    demo            boolean not null default false,
    created_at      timestamptz not null default now(),
    constraint organization_handle_unique unique (handle)
);

call wall_off('organization');
grant select on organization to talkoot_web, talkoot_worker;
grant insert, update on organization to talkoot_worker;

-- What is asked before an organization is known is asked through functions of this role, and nothing else is.
grant select on organization to talkoot_lookup;
create policy lookup on organization for select to talkoot_lookup using (true);

create function organizations()
    returns table (organization_id uuid, handle text, name text, time_zone text, demo boolean)
    language sql stable security definer set search_path = pg_catalog, pg_temp
    begin atomic
        select o.organization_id, o.handle, o.name, o.time_zone, o.demo
        from public.organization as o
        order by o.handle;
    end;

grant create on schema public to talkoot_lookup;
alter function organizations() owner to talkoot_lookup;
revoke create on schema public from talkoot_lookup;
revoke execute on function organizations() from public;
grant execute on function organizations() to talkoot_web, talkoot_worker;
