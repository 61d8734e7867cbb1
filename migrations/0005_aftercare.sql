-- Calls due after a deal, and how an account passes from one person to the next.

create table care_task (
    organization_id   uuid not null default current_organization_id()
                      references organization on delete restrict,
    id                uuid not null default gen_random_uuid(),
    external_id       text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version           integer not null default 1 check (version >= 1),
    project_id        uuid not null,
    owner_id          uuid not null,
    kind              text not null check (kind in ('3m', '12m', '24m', 'recurring')),
    due_at            timestamptz not null,
    done_at           timestamptz,
    outcome           text check (outcome in ('well', 'repaired', 'open')),
    needs_changed     boolean,
    moved_by_customer boolean,
    recorded_at       timestamptz not null default now(),
    primary key (organization_id, id),
    constraint care_task_external_id_unique unique (organization_id, external_id, version),
    constraint care_task_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint care_task_owner_fk
        foreign key (organization_id, owner_id) references person (organization_id, id) on delete restrict
);
create index care_task_due on care_task (organization_id, due_at, id);
create index care_task_by_owner on care_task (organization_id, owner_id, due_at);

create table handover (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version         integer not null default 1 check (version >= 1),
    project_id      uuid not null,
    from_person_id  uuid not null,
    to_person_id    uuid not null,
    at              timestamptz not null default now(),
    accepted_at     timestamptz,
    rating          smallint check (rating between 1 and 5),  -- by the one who took over
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint handover_external_id_unique unique (organization_id, external_id, version),
    constraint handover_not_to_self check (from_person_id <> to_person_id),
    constraint handover_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint handover_from_person_fk
        foreign key (organization_id, from_person_id) references person (organization_id, id) on delete restrict,
    constraint handover_to_person_fk
        foreign key (organization_id, to_person_id) references person (organization_id, id) on delete restrict
);
create index handover_by_project on handover (organization_id, project_id);

call wall_off('care_task');
call wall_off('handover');
-- A task is planned first and done later, so its result is written into its row.
grant select, insert, update on care_task to talkoot_web, talkoot_worker;
grant select, insert on handover to talkoot_web, talkoot_worker;
grant update (accepted_at, rating) on handover to talkoot_web, talkoot_worker;
