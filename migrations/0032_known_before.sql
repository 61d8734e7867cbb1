-- What exports told of people, teams, customers and projects before it was corrected, so that an export taken again
-- gives the same bytes. Kept only where an export was asked for while it was so: what no file ever told is not kept.

create table known_before (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    kind            text not null check (kind in ('person', 'team', 'team_member', 'customer', 'project')),  -- its table
    subject_id      uuid not null,
    was             jsonb not null,        -- the columns that exports tell, as they were
    until_at        timestamptz not null,  -- when it was corrected
    primary key (organization_id, id)
);
create index known_before_of on known_before (organization_id, kind, subject_id, until_at);

call wall_off('known_before');
grant select, insert, delete on known_before to talkoot_web, talkoot_worker;

-- When a membership became known; those from before this migration were known always.
alter table team_member add column recorded_at timestamptz not null default '-infinity';
alter table team_member alter column recorded_at set default now();

-- Runs when a correction commits, under a lock that asking for an export takes alone (service/exports/queries.sql): each
-- correction is wholly before an export, and seen in it, or wholly after. An erasure leaves nothing behind.
create function keep_known() returns trigger
    language plpgsql
as $$
begin
    if nullif(current_setting('app.erased', true), '') is not null then
        return null;
    end if;
    perform pg_advisory_xact_lock_shared(hashtextextended('export ' || old.organization_id, 0));
    insert into known_before (organization_id, kind, subject_id, was, until_at)
    select old.organization_id, tg_table_name, old.id, (
            select jsonb_object_agg(one.key, one.value)
            from jsonb_each(to_jsonb(old)) as one
            where one.key = any (tg_argv)), clock_timestamp()
    where exists (
        select from export_job as e
        where e.asked_at > coalesce(
            (select max(b.until_at) from known_before as b where b.kind = tg_table_name and b.subject_id = old.id),
            (to_jsonb(old) ->> 'recorded_at')::timestamptz, '-infinity'));
    return null;
end $$;

create function forget_known() returns trigger
    language plpgsql
as $$
begin
    delete from known_before where kind = tg_table_name and subject_id = old.id;
    return null;
end $$;

create constraint trigger person_known after update on person deferrable initially deferred for each row
    when (row(old.name, old.title, old.role, old.joined_at, old.left_at)
        is distinct from row(new.name, new.title, new.role, new.joined_at, new.left_at))
    execute function keep_known('name', 'title', 'role', 'joined_at', 'left_at');
create constraint trigger team_known after update on team deferrable initially deferred for each row
    when (old.name is distinct from new.name)
    execute function keep_known('name');
create constraint trigger team_member_known after update on team_member deferrable initially deferred for each row
    when (old.to_at is distinct from new.to_at)
    execute function keep_known('to_at');
create constraint trigger customer_known after update on customer deferrable initially deferred for each row
    when (old.name is distinct from new.name)
    execute function keep_known('name');
create constraint trigger project_known after update on project deferrable initially deferred for each row
    when (row(old.name, old.kind, old.customer_id, old.started_at, old.ended_at, old.outcome)
        is distinct from row(new.name, new.kind, new.customer_id, new.started_at, new.ended_at, new.outcome))
    execute function keep_known('name', 'kind', 'customer_id', 'started_at', 'ended_at', 'outcome');

-- Who or what was added by mistake and is taken away again leaves nothing either.
create trigger person_forgotten after delete on person for each row execute function forget_known();
create trigger team_forgotten after delete on team for each row execute function forget_known();

-- How things were known at a moment; what exports do not tell is as it is today.
create function known_at(of_kind text, moment timestamptz) returns table (subject_id uuid, was jsonb)
    language sql stable
as $$
    select distinct on (b.subject_id) b.subject_id, b.was
    from known_before as b
    where b.kind = of_kind and b.until_at > moment
    order by b.subject_id, b.until_at
$$;

create function people_known(moment timestamptz) returns setof person
    language sql stable
as $$
    select k.*
    from person as now
    left join known_at('person', moment) as b on b.subject_id = now.id
    cross join lateral jsonb_populate_record(now, coalesce(b.was, '{}')) as k
$$;

create function teams_known(moment timestamptz) returns setof team
    language sql stable
as $$
    select k.*
    from team as now
    left join known_at('team', moment) as b on b.subject_id = now.id
    cross join lateral jsonb_populate_record(now, coalesce(b.was, '{}')) as k
$$;

create function memberships_known(moment timestamptz) returns setof team_member
    language sql stable
as $$
    select k.*
    from team_member as now
    left join known_at('team_member', moment) as b on b.subject_id = now.id
    cross join lateral jsonb_populate_record(now, coalesce(b.was, '{}')) as k
$$;

create function customers_known(moment timestamptz) returns setof customer
    language sql stable
as $$
    select k.*
    from customer as now
    left join known_at('customer', moment) as b on b.subject_id = now.id
    cross join lateral jsonb_populate_record(now, coalesce(b.was, '{}')) as k
$$;

create function projects_known(moment timestamptz) returns setof project
    language sql stable
as $$
    select k.*
    from project as now
    left join known_at('project', moment) as b on b.subject_id = now.id
    cross join lateral jsonb_populate_record(now, coalesce(b.was, '{}')) as k
$$;

comment on function people_known(timestamptz) is 'People as exports that were asked for at that moment told of them.';
comment on function teams_known(timestamptz) is 'Teams as exports that were asked for at that moment told of them.';
comment on function memberships_known(timestamptz) is 'Memberships as exports that were asked for at that moment told of them.';
comment on function customers_known(timestamptz) is 'Customers as exports that were asked for at that moment told of them.';
comment on function projects_known(timestamptz) is 'Projects as exports that were asked for at that moment told of them.';
