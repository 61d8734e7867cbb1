-- People, their teams, their leaves, and what they consented to.

create table person (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    name            text not null check (length(name) between 1 and 200),
    email           text check (length(email) between 1 and 320),
    title           text check (length(title) between 1 and 200),
    role            text check (role in ('seller', 'expert', 'carer', 'lead', 'other')),
    joined_at       timestamptz,
    left_at         timestamptz,
    language        text check (language in ('fi', 'en')),
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint person_external_id_unique unique (organization_id, external_id),
    constraint person_leaves_after_joining check (left_at >= joined_at)
);
create index person_by_name on person (organization_id, name, id);

create table team (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    name            text not null check (length(name) between 1 and 200),
    department      text check (length(department) between 1 and 200),
    primary key (organization_id, id),
    constraint team_external_id_unique unique (organization_id, external_id)
);
create index team_by_name on team (organization_id, name, id);

create table team_member (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    team_id         uuid not null,
    person_id       uuid not null,
    role            text not null check (role in ('member', 'lead')),
    from_at         timestamptz,
    to_at           timestamptz,
    primary key (organization_id, id),
    constraint team_member_unique unique nulls not distinct (organization_id, team_id, person_id, from_at),
    constraint team_member_ends_after_start check (to_at >= from_at),
    constraint team_member_team_fk
        foreign key (organization_id, team_id) references team (organization_id, id) on delete restrict,
    constraint team_member_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);
create index team_member_by_person on team_member (organization_id, person_id);

create table leave (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    person_id       uuid not null,
    from_at         timestamptz not null,
    to_at           timestamptz,
    primary key (organization_id, id),
    constraint leave_unique unique (organization_id, person_id, from_at),
    constraint leave_ends_after_start check (to_at >= from_at),
    constraint leave_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

create table consent (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    person_id       uuid not null,
    source          text not null check (source in ('peers', 'customers', 'kudos')),
    given           boolean not null,
    at              timestamptz not null default now(),
    recorded_at     timestamptz not null default now(),
    reason          text check (length(reason) between 1 and 4000),  -- why an operator assumed it
    primary key (organization_id, id),
    constraint consent_unique unique (organization_id, person_id, source, at),
    constraint consent_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

call wall_off('person');
call wall_off('team');
call wall_off('team_member');
call wall_off('leave');
call wall_off('consent');
grant select, insert, update on person, team, team_member, leave to talkoot_web, talkoot_worker;
grant select, insert on consent to talkoot_web, talkoot_worker;
