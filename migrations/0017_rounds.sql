-- Rounds of feedback as they run: what is asked of whom, answers that rest until the night, words heard, signed notes.

-- Who is acting, where a row is one person's alone; null where nobody was set, and then no such row is seen.
create function current_person_id() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.person_id', true), '')::uuid;

alter table feedback_round
    add column standing boolean not null generated always as (external_id like 'standing-%') stored,
    add column warned boolean not null default false,  -- givers were told who reads their words; others' stay unheard
    add column closes_on date,                         -- the last day on the organization's clocks
    add column period_days integer check (period_days between 1 and 730),  -- how far back shared work counts
    add column asks_per_person integer check (asks_per_person between 1 and 20),
    add column most_reminders integer not null default 0 check (most_reminders between 0 and 5),
    add column reminders integer not null default 0,
    add column k integer not null default 5 check (k between 3 and 10),  -- promised when it opened
    add column seed bigint,                            -- of the draw; the web cannot read it, for it repeats the draw
    add column drawn_at timestamptz,
    add column people integer,                         -- how many are asked
    add column answered integer,                       -- of these, as far as a number says nothing of one person
    add column without_colleagues integer,             -- asked about by others, for want of shared work
    add column settled_at timestamptz,                 -- closed, counted, and its words heard
    add constraint feedback_round_reminders_unspent check (reminders <= most_reminders);
create index feedback_round_newest on feedback_round (organization_id, opened_at desc, id desc);

alter table ask
    add column answered boolean not null default false,  -- without a time
    add column shared boolean not null default true;     -- whether they worked together
create index ask_by_round on ask (organization_id, round_id, giver_id);

-- What a giver has said and may still change; in the night it goes among the answers of all.
create table held_answer (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    ask_id          uuid not null,
    giver_id        uuid not null,
    ratings         jsonb not null,
    comment         text check (length(comment) between 1 and 4000),
    primary key (organization_id, ask_id),
    constraint held_answer_ask_fk
        foreign key (organization_id, ask_id) references ask (organization_id, id) on delete restrict,
    constraint held_answer_giver_fk
        foreign key (organization_id, giver_id) references person (organization_id, id) on delete restrict
);

-- Words that may be heard, in an order that says nothing: that of their random ids.
create table feedback_comment (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    receiver_id     uuid not null,
    round_id        uuid not null,  -- at whose close they were heard
    comment         text not null check (length(comment) between 1 and 4000),
    withdrawn       boolean not null default false,  -- the answer behind it was retracted
    primary key (organization_id, id),
    constraint feedback_comment_receiver_fk
        foreign key (organization_id, receiver_id) references person (organization_id, id) on delete restrict,
    constraint feedback_comment_round_fk
        foreign key (organization_id, round_id) references feedback_round (organization_id, id) on delete restrict
);
create index feedback_comment_by_receiver on feedback_comment (organization_id, receiver_id);

-- Which answers stood behind words already heard; the web never reads it.
create table heard_answer (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    feedback_id     uuid not null,
    comment_id      uuid,           -- empty where the answer came without words
    primary key (organization_id, feedback_id),
    constraint heard_answer_feedback_fk
        foreign key (organization_id, feedback_id) references feedback_answer (organization_id, id) on delete restrict,
    constraint heard_answer_comment_fk
        foreign key (organization_id, comment_id) references feedback_comment (organization_id, id)
        on delete restrict deferrable initially deferred
);
create index heard_answer_by_comment on heard_answer (organization_id, comment_id);

-- Signed, at once, never scored, and the two people's alone.
create table note (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    author_id       uuid not null,
    receiver_id     uuid not null,
    message         text not null check (length(message) between 1 and 4000),
    at              timestamptz not null default now(),
    hidden_by_author boolean not null default false,
    hidden_by_receiver boolean not null default false,
    primary key (organization_id, id),
    constraint note_not_to_self check (author_id <> receiver_id),
    constraint note_author_fk
        foreign key (organization_id, author_id) references person (organization_id, id) on delete restrict,
    constraint note_receiver_fk
        foreign key (organization_id, receiver_id) references person (organization_id, id) on delete restrict
);
create index note_received on note (organization_id, receiver_id, at desc, id desc);
create index note_written on note (organization_id, author_id, at desc, id desc);

call wall_off('held_answer');
call wall_off('feedback_comment');
call wall_off('heard_answer');
call wall_off('note');

-- A second wall inside the organization: what is one person's alone, the web sees for that person alone.
create policy own_asks on ask as restrictive for all to talkoot_web
    using (giver_id = current_person_id()) with check (giver_id = current_person_id());
create policy own_answers on held_answer as restrictive for all to talkoot_web
    using (giver_id = current_person_id()) with check (giver_id = current_person_id());
create policy own_comments on feedback_comment as restrictive for select to talkoot_web
    using (receiver_id = current_person_id());
create policy own_notes on note as restrictive for all to talkoot_web
    using (current_person_id() in (author_id, receiver_id))
    with check (current_person_id() in (author_id, receiver_id));

revoke select, insert, update on ask from talkoot_web;
grant select (organization_id, id, round_id, giver_id, receiver_id, project_id, declined_at, answered, shared)
    on ask to talkoot_web;
grant update (declined_at, answered) on ask to talkoot_web;
revoke select (at) on feedback_answer from talkoot_web;  -- when it was said may say who
revoke select, update on feedback_round from talkoot_web;
grant select (organization_id, id, external_id, opened_at, closed_at, standing, warned, closes_on, period_days,
    asks_per_person, most_reminders, reminders, k, drawn_at, people, answered, without_colleagues, settled_at)
    on feedback_round to talkoot_web;
grant update (closed_at, reminders) on feedback_round to talkoot_web;
grant select, insert, update, delete on held_answer to talkoot_web;
grant select, delete on held_answer to talkoot_worker;
grant select on feedback_comment to talkoot_web;
grant select, insert on feedback_comment, heard_answer to talkoot_worker;
grant update (withdrawn) on feedback_comment to talkoot_worker;
grant select, insert, update (hidden_by_author, hidden_by_receiver) on note to talkoot_web;
grant select on note to talkoot_worker;
