-- Scoring: policies, runs with their raw results, and apart from them what was released of each run.

create table scoring_policy (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    version         integer not null check (version >= 1),
    policy          jsonb not null,
    hash            text not null check (length(hash) = 64),
    published_at    timestamptz not null default now(),
    published_by_id uuid,
    primary key (organization_id, id),
    constraint scoring_policy_version_unique unique (organization_id, version),
    constraint scoring_policy_published_by_fk
        foreign key (organization_id, published_by_id) references person (organization_id, id) on delete restrict
);

create table scoring_run (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    as_of           timestamptz not null,          -- evidence with `at` before it
    recorded_until  timestamptz not null,          -- and recorded before it
    policy_id       uuid not null,
    engine          text not null check (length(engine) between 1 and 100),
    evidence_digest text not null check (length(evidence_digest) = 64),
    scores_digest   text not null check (length(scores_digest) = 64),  -- what a replay must come to
    job             text not null,
    slot_key        text not null,
    fence           bigint not null,
    seconds         double precision not null,
    counts          jsonb not null,
    published_at    timestamptz not null default now(),
    primary key (organization_id, id),
    constraint scoring_run_once_per_slot unique (organization_id, job, slot_key),
    constraint scoring_run_policy_fk
        foreign key (organization_id, policy_id) references scoring_policy (organization_id, id) on delete restrict,
    constraint scoring_run_slot_fk
        foreign key (organization_id, job, slot_key) references slot (organization_id, job, key) on delete restrict
);
create index scoring_run_newest on scoring_run (organization_id, as_of desc, published_at desc);

-- Raw results. The web role gets no right on run_*: it reads released_* only. That their organization exists follows from
-- their run; a key of its own would be checked for each of a million rows.
create table run_score (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    subject_kind    text not null check (subject_kind in ('person', 'team', 'project', 'customer')),
    subject_id      uuid not null,
    dimension       text not null check (length(dimension) between 1 and 200),
    estimate        double precision not null,
    sd              double precision not null,
    low             double precision not null,
    high            double precision not null,
    evidence        double precision not null,
    primary key (organization_id, run_id, subject_id, dimension),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict
);

create table run_standing (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    board           text not null check (length(board) between 1 and 200),
    scope           text not null check (length(scope) between 1 and 420),
    period          text not null check (length(period) between 1 and 20),
    subject_kind    text not null check (subject_kind in ('person', 'team', 'project', 'customer')),
    subject_id      uuid not null,
    band            integer,
    rank_low        integer,
    rank_high       integer,
    score           double precision not null,
    low             double precision not null,
    high            double precision not null,
    provisional     boolean not null,
    primary key (organization_id, run_id, board, scope, period, subject_kind, subject_id),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict
);

create table run_level (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    person_id       uuid not null,
    level           smallint not null check (level between 0 and 100),
    name            text not null check (length(name) between 1 and 200),
    progress        double precision not null check (progress between 0 and 1),
    since           timestamptz,
    missing         text check (length(missing) <= 4000),
    primary key (organization_id, run_id, person_id),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

create table run_stage (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    person_id       uuid not null,
    project_id      uuid not null,
    colleagues      boolean,  -- null: not known
    customer        boolean,
    left_behind     boolean,
    reasons         text check (length(reasons) <= 4000),
    primary key (organization_id, run_id, person_id, project_id),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict,
    foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict
);

create table run_explanation (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    subject_kind    text not null check (subject_kind in ('person', 'team', 'project', 'customer')),
    subject_id      uuid not null,
    dimension       text not null check (length(dimension) between 1 and 200),
    source          text not null check (length(source) between 1 and 50),
    project_id      uuid,
    amount          double precision not null,
    unique nulls not distinct (organization_id, run_id, subject_id, dimension, source, project_id),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict
);

create table run_rater (
    organization_id uuid not null default current_organization_id(),
    run_id          uuid not null,
    giver_id        uuid not null,
    leniency        double precision not null,
    sd              double precision not null,
    weight          double precision not null,
    primary key (organization_id, run_id, giver_id),
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, giver_id) references person (organization_id, id) on delete restrict
);

-- Released results: the same shapes; foreign keys are not copied by LIKE.
create table released_score (like run_score including all,
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict);
create table released_standing (like run_standing including all,
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict);
create table released_level (like run_level including all,
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict);
create table released_stage (like run_stage including all,
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict,
    foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict);
create table released_explanation (like run_explanation including all,
    foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict,
    foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict);
create index released_standing_best
    on released_standing (organization_id, run_id, board, scope, period, subject_kind, score desc, subject_id);

create table level_step (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    person_id       uuid not null,
    level           smallint not null check (level between 0 and 100),
    at              timestamptz not null,
    run_id          uuid,  -- empty for an imported step
    primary key (organization_id, id),
    constraint level_step_unique unique (organization_id, person_id, at),
    constraint level_step_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict,
    constraint level_step_run_fk
        foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict
);

call wall_off('scoring_policy');
call wall_off('scoring_run');
call wall_off('run_score');
call wall_off('run_standing');
call wall_off('run_level');
call wall_off('run_stage');
call wall_off('run_explanation');
call wall_off('run_rater');
call wall_off('released_score');
call wall_off('released_standing');
call wall_off('released_level');
call wall_off('released_stage');
call wall_off('released_explanation');
call wall_off('level_step');

grant select, insert on scoring_policy, level_step to talkoot_worker;
grant select on scoring_policy, scoring_run, level_step to talkoot_web;
grant select, insert on scoring_run to talkoot_worker;
grant select, insert on run_score, run_standing, run_level, run_stage, run_explanation, run_rater to talkoot_worker;
grant select, insert on released_score, released_standing, released_level, released_stage, released_explanation
    to talkoot_worker;
grant select on released_score, released_standing, released_level, released_stage, released_explanation
    to talkoot_web;
