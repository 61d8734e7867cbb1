-- Projects of every kind, who was in them with which share, their money, agreements and documents.

create table project (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    name            text not null check (length(name) between 1 and 200),
    kind            text not null check (kind in ('opportunity', 'development', 'delivery')),
    customer_id     uuid,
    started_at      timestamptz not null default now(),
    ended_at        timestamptz,
    outcome         text check (outcome in ('done', 'won', 'lost', 'stopped')),
    territory       text check (length(territory) between 1 and 200),
    continues_id    uuid,
    primary key (organization_id, id),
    constraint project_external_id_unique unique (organization_id, external_id),
    constraint project_ends_after_start check (ended_at >= started_at),
    constraint project_customer_fk
        foreign key (organization_id, customer_id) references customer (organization_id, id) on delete restrict,
    constraint project_continues_fk
        foreign key (organization_id, continues_id) references project (organization_id, id) on delete restrict
);
create index project_newest on project (organization_id, started_at desc, id desc);
create index project_by_customer on project (organization_id, customer_id);

create table project_member (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    project_id      uuid not null,
    person_id       uuid not null,
    role            text check (length(role) between 1 and 200),
    share           double precision check (share >= 0 and share <= 1000000),
    from_at         timestamptz,
    to_at           timestamptz,
    primary key (organization_id, id),
    constraint project_member_unique
        unique nulls not distinct (organization_id, project_id, person_id, role, from_at),
    constraint project_member_ends_after_start check (to_at >= from_at),
    constraint project_member_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint project_member_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);
create index project_member_by_person on project_member (organization_id, person_id);

create table project_money (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    project_id      uuid not null,
    kind            text not null check (kind in
                    ('revenue', 'margin', 'list_value', 'agreed_price', 'agreed_effort', 'delivered_effort')),
    amount          numeric not null check (amount between -1e15 and 1e15),
    unit            text not null check (length(unit) between 1 and 20),  -- a currency, or hours, days …
    known_at        timestamptz not null,
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint project_money_unique unique (organization_id, project_id, kind, unit, known_at),
    constraint project_money_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict
);

create table agreement (
    organization_id    uuid not null default current_organization_id()
                       references organization on delete restrict,
    id                 uuid not null default gen_random_uuid(),
    project_id         uuid not null,
    scope_agreed       boolean not null,
    scope_communicated boolean not null,
    scope_measurable   boolean not null,
    confirmed_by_id    uuid,
    at                 timestamptz not null,
    recorded_at        timestamptz not null default now(),
    primary key (organization_id, id),
    constraint agreement_unique unique (organization_id, project_id, at),
    constraint agreement_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint agreement_confirmed_by_fk
        foreign key (organization_id, confirmed_by_id) references contact (organization_id, id) on delete restrict
);

create table document (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version         integer not null default 1 check (version >= 1),  -- of a corrected row; the newest counts
    project_id      uuid not null,
    author_id       uuid not null,
    title           text not null check (length(title) between 1 and 200),
    at              timestamptz not null default now(),
    used_by_id      uuid,
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint document_external_id_unique unique (organization_id, external_id, version),
    constraint document_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint document_author_fk
        foreign key (organization_id, author_id) references person (organization_id, id) on delete restrict,
    constraint document_used_by_fk
        foreign key (organization_id, used_by_id) references project (organization_id, id) on delete restrict
);
create index document_by_project on document (organization_id, project_id);

call wall_off('project');
call wall_off('project_member');
call wall_off('project_money');
call wall_off('agreement');
call wall_off('document');
grant select, insert, update on project, project_member to talkoot_web, talkoot_worker;
grant select, insert on project_money, agreement, document to talkoot_web, talkoot_worker;
