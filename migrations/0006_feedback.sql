-- Confidential feedback: criteria, rounds, who was asked about whom, and the answers.

create table criterion (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null check (length(external_id) between 1 and 200),  -- 'collaboration' …
    name            text not null check (length(name) between 1 and 200),
    meaning         text check (length(meaning) between 1 and 4000),
    primary key (organization_id, id),
    constraint criterion_external_id_unique unique (organization_id, external_id)
);

create table feedback_round (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    opened_at       timestamptz not null,
    closed_at       timestamptz,
    primary key (organization_id, id),
    constraint feedback_round_external_id_unique unique (organization_id, external_id),
    constraint feedback_round_closes_after_opening check (closed_at >= opened_at)
);

create table ask (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    round_id        uuid,
    giver_id        uuid not null,
    receiver_id     uuid not null,
    project_id      uuid,
    at              timestamptz not null default now(),
    declined_at     timestamptz,
    primary key (organization_id, id),
    constraint ask_external_id_unique unique (organization_id, external_id),
    constraint ask_not_about_self check (giver_id <> receiver_id),
    constraint ask_round_fk
        foreign key (organization_id, round_id) references feedback_round (organization_id, id) on delete restrict,
    constraint ask_giver_fk
        foreign key (organization_id, giver_id) references person (organization_id, id) on delete restrict,
    constraint ask_receiver_fk
        foreign key (organization_id, receiver_id) references person (organization_id, id) on delete restrict,
    constraint ask_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict
);
create index ask_by_giver on ask (organization_id, giver_id, at);

create table feedback_answer (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    external_id     text not null default gen_random_uuid()::text check (length(external_id) between 1 and 200),
    version         integer not null default 1 check (version >= 1),
    answer          text check (length(answer) between 1 and 200),  -- ratings given together: one occasion
    giver_id        uuid not null,
    receiver_id     uuid not null,
    project_id      uuid,
    round_id        uuid,
    criterion_id    uuid not null,
    rating          smallint not null check (rating between 1 and 5),
    comment         text check (length(comment) between 1 and 4000),
    at              timestamptz not null default now(),
    recorded_at     timestamptz not null default now(),
    primary key (organization_id, id),
    constraint feedback_answer_external_id_unique unique (organization_id, external_id, version),
    constraint feedback_answer_not_to_self check (giver_id <> receiver_id),
    constraint feedback_answer_giver_fk
        foreign key (organization_id, giver_id) references person (organization_id, id) on delete restrict,
    constraint feedback_answer_receiver_fk
        foreign key (organization_id, receiver_id) references person (organization_id, id) on delete restrict,
    constraint feedback_answer_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint feedback_answer_round_fk
        foreign key (organization_id, round_id) references feedback_round (organization_id, id) on delete restrict,
    constraint feedback_answer_criterion_fk
        foreign key (organization_id, criterion_id) references criterion (organization_id, id) on delete restrict
);
create index feedback_answer_by_receiver on feedback_answer (organization_id, receiver_id, at desc);

call wall_off('criterion');
call wall_off('feedback_round');
call wall_off('ask');
call wall_off('feedback_answer');
grant select, insert, update on criterion, feedback_round, ask to talkoot_web, talkoot_worker;
grant select, insert on feedback_answer to talkoot_worker;
-- The web may record an answer but never read who gave it.
grant insert, select (organization_id, id, receiver_id, project_id, criterion_id, at)
    on feedback_answer to talkoot_web;
