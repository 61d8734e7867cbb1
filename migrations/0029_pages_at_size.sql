-- Pages at ten thousand people: what they search and sort by has an index, and what takes a while to count is kept.

-- Counts of a whole organization, in steps and groups that point at nobody: the web may read them, and count nothing itself
-- while they are there.
create table kept_figures (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    kind            text not null check (kind in ('participation', 'help')),
    k               integer not null check (k between 3 and 10),  -- of how many people a figure is made at least
    counted_at      timestamptz not null,
    content         jsonb not null,
    primary key (organization_id, kind)
);

call wall_off('kept_figures');
grant select on kept_figures to talkoot_web;
grant select, insert, update on kept_figures to talkoot_worker;

-- The audit log by who looked, and by what was done.
create index audit_of_actor on audit (organization_id, actor_id, at desc, id desc);
create index audit_of_action on audit (organization_id, action, at desc, id desc);

-- Whether evidence was retracted, for what the unique key does not begin with.
create index retraction_of_signal on retraction (organization_id, signal_id) where signal_id is not null;
create index retraction_of_care on retraction (organization_id, care_id) where care_id is not null;

-- Who of HR may decide on contests at all: from the few who hold the role, instead of asking everybody for theirs.
create index credential_of_hr on credential (organization_id, person_id) where role = 'hr' and revoked_at is null;

create function hr_deciders() returns table (person_id uuid)
    language sql stable
    begin atomic
        select p.id
        from role_grant as g
        join person as p on p.id = g.person_id
        where g.role = 'hr' and role_of(p.organization_id, p.id) = 'hr'
          and (p.left_at is null or p.left_at > statement_timestamp())
        union
        -- A token of that role, which the operator's shell makes, needs no grant.
        select p.id
        from credential as c
        join person as p on p.id = c.person_id
        where c.role = 'hr' and c.revoked_at is null and c.expires_at > statement_timestamp()
          and (p.left_at is null or p.left_at > statement_timestamp());
    end;

comment on function hr_deciders() is 'Who works in HR now: those granted the role, and those of its tokens.';

create or replace function hr_decides_on(person uuid) returns boolean
    language sql stable
    return exists (select from organization as o where o.organization_id = current_organization_id() and o.demo)
        or exists (
            select from hr_deciders() as d
            where d.person_id <> person and not leads(d.person_id, person));
