-- Open evidence: kudos, badges, and what customers let us learn; and the retractions of any evidence.

create table kudos (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version         integer not null default 1 check (version >= 1),
    giver_id        uuid not null,
    receiver_id     uuid not null,
    project_id      uuid,
    criterion_id    uuid,
    message         text not null check (length(message) between 1 and 4000),
    at              timestamptz not null default now(),
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint kudos_external_id_unique unique (organization_id, external_id, version),
    constraint kudos_not_to_self check (giver_id <> receiver_id),
    constraint kudos_giver_fk
        foreign key (organization_id, giver_id) references person (organization_id, id) on delete restrict,
    constraint kudos_receiver_fk
        foreign key (organization_id, receiver_id) references person (organization_id, id) on delete restrict,
    constraint kudos_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint kudos_criterion_fk
        foreign key (organization_id, criterion_id) references criterion (organization_id, id) on delete restrict
);
create index kudos_newest on kudos (organization_id, at desc, id desc);
create index kudos_received on kudos (organization_id, receiver_id, at desc, id desc);

create table badge_grant (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version         integer not null default 1 check (version >= 1),
    badge           text not null check (length(badge) between 1 and 200),
    receiver_id     uuid not null,
    project_id      uuid,
    giver_id        uuid,  -- empty where a rule granted it
    at              timestamptz not null default now(),
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint badge_grant_external_id_unique unique (organization_id, external_id, version),
    constraint badge_grant_not_to_self check (giver_id <> receiver_id),
    constraint badge_grant_receiver_fk
        foreign key (organization_id, receiver_id) references person (organization_id, id) on delete restrict,
    constraint badge_grant_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint badge_grant_giver_fk
        foreign key (organization_id, giver_id) references person (organization_id, id) on delete restrict
);
create index badge_grant_received on badge_grant (organization_id, receiver_id, at desc, id desc);

create table signal (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version         integer not null default 1 check (version >= 1),
    response        text check (length(response) between 1 and 200),  -- signals given together: one voice
    project_id      uuid not null,
    contact_id      uuid,
    kind            text not null check (kind in ('survey', 'interview', 'meeting', 'group', 'call',
                                                  'observation', 'complaint', 'referral', 'usage')),
    aspect          text check (aspect in ('satisfaction', 'recommendation', 'commitment', 'listening')),
    value           double precision,
    about           text check (about in ('service', 'people', 'brand')),
    comment         text check (length(comment) between 1 and 4000),
    recorded_by_id  uuid,
    at              timestamptz not null default now(),
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint signal_external_id_unique unique (organization_id, external_id, version),
    constraint signal_value_on_its_scale check (
        (aspect is null) = (value is null)
        and (value is null
             or value between 0 and 10 and aspect = 'recommendation'
             or value between 1 and 5)),
    constraint signal_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint signal_contact_fk
        foreign key (organization_id, contact_id) references contact (organization_id, id) on delete restrict,
    constraint signal_recorded_by_fk
        foreign key (organization_id, recorded_by_id) references person (organization_id, id) on delete restrict
);
create index signal_of_project on signal (organization_id, project_id, at desc, id desc);

-- Evidence is never changed or deleted: a retraction names the row that counts no more, in every later run.
create table retraction (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    feedback_id     uuid,
    kudos_id        uuid,
    signal_id       uuid,
    badge_id        uuid,
    document_id     uuid,
    handover_id     uuid,
    care_id         uuid,
    reason          text not null check (reason in ('hidden', 'contested', 'corrected', 'erased')),
    at              timestamptz not null default now(),
    recorded_at     timestamptz not null default now(),
    by_id           uuid,  -- the person who retracted; empty for an import
    primary key (organization_id, id),
    constraint retraction_names_one_row check (
        num_nonnulls(feedback_id, kudos_id, signal_id, badge_id, document_id, handover_id, care_id) = 1),
    constraint retraction_unique unique nulls not distinct
        (organization_id, kudos_id, feedback_id, signal_id, badge_id, document_id, handover_id, care_id, at),
    constraint retraction_feedback_fk
        foreign key (organization_id, feedback_id) references feedback_answer (organization_id, id) on delete restrict,
    constraint retraction_kudos_fk
        foreign key (organization_id, kudos_id) references kudos (organization_id, id) on delete restrict,
    constraint retraction_signal_fk
        foreign key (organization_id, signal_id) references signal (organization_id, id) on delete restrict,
    constraint retraction_badge_fk
        foreign key (organization_id, badge_id) references badge_grant (organization_id, id) on delete restrict,
    constraint retraction_document_fk
        foreign key (organization_id, document_id) references document (organization_id, id) on delete restrict,
    constraint retraction_handover_fk
        foreign key (organization_id, handover_id) references handover (organization_id, id) on delete restrict,
    constraint retraction_care_fk
        foreign key (organization_id, care_id) references care_task (organization_id, id) on delete restrict,
    constraint retraction_by_fk
        foreign key (organization_id, by_id) references person (organization_id, id) on delete restrict
);

call wall_off('kudos');
call wall_off('badge_grant');
call wall_off('signal');
call wall_off('retraction');
grant select, insert on kudos, badge_grant, signal, retraction to talkoot_web, talkoot_worker;
