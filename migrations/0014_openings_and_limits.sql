-- Contacts may look into the projects opened to them; thanks have an allowance; and what was asked of us is counted.

alter table credential
    add column contact_id uuid,
    drop constraint credential_role_check,
    add constraint credential_role_check
        check (role in ('employee', 'lead', 'hr', 'administrator', 'service', 'contact')),
    add constraint credential_of_a_contact
        check ((role = 'contact') = (contact_id is not null) and (contact_id is null or person_id is null)),
    add constraint credential_contact_fk
        foreign key (organization_id, contact_id) references contact (organization_id, id) on delete restrict;
create index credential_by_contact on credential (organization_id, contact_id) where contact_id is not null;

create table project_opening (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    project_id      uuid not null,
    contact_id      uuid not null,
    opened_at       timestamptz not null default now(),
    opened_by_id    uuid,  -- empty where a service did
    closed_at       timestamptz,
    primary key (organization_id, id),
    constraint project_opening_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint project_opening_contact_fk
        foreign key (organization_id, contact_id) references contact (organization_id, id) on delete restrict,
    constraint project_opening_opened_by_fk
        foreign key (organization_id, opened_by_id) references person (organization_id, id) on delete restrict
);
create unique index project_opening_unique
    on project_opening (organization_id, project_id, contact_id) where closed_at is null;
create index project_opening_to on project_opening (organization_id, contact_id, project_id);

call wall_off('project_opening');
grant select, insert on project_opening to talkoot_web;
grant update (closed_at) on project_opening to talkoot_web;
grant select on project_opening to talkoot_worker;

alter table organization
    add column kudos_a_day integer not null default 10 check (kudos_a_day between 1 and 1000000),
    add column kudos_to_one_a_week integer not null default 3 check (kudos_to_one_a_week between 1 and 1000000),
    add column requests_a_minute integer not null default 60000 check (requests_a_minute between 20 and 100000000),
    add column requests_a_minute_each integer not null default 1200  -- of one credential
        check (requests_a_minute_each between 20 and 100000000);
create index kudos_given on kudos (organization_id, giver_id, at desc);

-- How many requests each process was allowed, minute by minute. Not in the log: after a crash the count begins anew.
-- Without keys: it is written on the way of every request, and forgotten within the hour.
create unlogged table allowance (
    organization_id uuid not null default current_organization_id(),
    subject_id      uuid not null,  -- a credential, or the organization itself
    minute          bigint not null,  -- since 1970
    drawn           integer not null,
    primary key (organization_id, subject_id, minute)
);
create index allowance_by_age on allowance (organization_id, minute);

call wall_off('allowance');
grant select, insert, update, delete on allowance to talkoot_web, talkoot_worker;
