-- Rights: who chose to be seen on boards, how consent is asked, contests, who looked at whom, and who was erased.

-- Whoever erases may change what nobody else may; only the operator's shell takes this role.
do $$
begin
    create role talkoot_eraser nologin;
exception when duplicate_object or unique_violation then null;
end
$$;
grant talkoot_eraser to current_user;
grant usage on schema public to talkoot_eraser;
grant execute on function organizations() to talkoot_eraser;

-- fi: whom others are asked about has consented before they are asked (759/2004, section 4).
-- eu: others may be asked, but nothing counts or is shown without the same consent. No default exposes anyone.
-- Without a row it is fi.
create table consent_setting (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    preset          text not null default 'fi' check (preset in ('fi', 'eu')),
    primary key (organization_id)
);

-- One row for each person who chose; without a row a person was never asked, and is not seen.
create table visibility (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    person_id       uuid not null,
    shown           boolean not null,
    changed_at      timestamptz not null default now(),
    primary key (organization_id, person_id),
    constraint visibility_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

-- Counts changes of who is on boards, in the order of their commits: answers kept from before it are stale.
create table board_version (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    version         bigint not null default 1,
    primary key (organization_id)
);

create function may_be_asked_about(person uuid) returns boolean
    language sql stable
    return coalesce(
        (select s.preset = 'eu' from consent_setting as s where s.organization_id = current_organization_id())
        or (select c.given from consent as c where c.person_id = person and c.source = 'peers'
            order by c.at desc, c.recorded_at desc, c.id limit 1), false);

comment on function may_be_asked_about(uuid) is
    'Whether colleagues may be asked about this person: under `fi` only with their consent for peers.';

create table contest (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    person_id       uuid not null,
    dimension       text check (length(dimension) between 1 and 200),
    kudos_id        uuid,
    signal_id       uuid,
    badge_id        uuid,
    document_id     uuid,
    handover_id     uuid,
    care_id         uuid,
    feedback_id     uuid,
    words           text not null check (length(words) between 1 and 4000),
    opened_at       timestamptz not null default now(),
    due_at          timestamptz not null,
    reviewer_id     uuid,  -- empty: HR
    decision        text check (decision in ('upheld', 'rejected')),
    reasons         text check (length(reasons) between 1 and 4000),
    decided_by_id   uuid,
    decided_at      timestamptz,
    primary key (organization_id, id),
    constraint contest_names_one_thing check (num_nonnulls(
        dimension, kudos_id, signal_id, badge_id, document_id, handover_id, care_id, feedback_id) = 1),
    constraint contest_decided_whole check (num_nonnulls(decision, reasons, decided_at) in (0, 3)),
    constraint contest_reviewer_not_to_self check (reviewer_id <> person_id and decided_by_id <> person_id),
    constraint contest_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict,
    constraint contest_reviewer_fk
        foreign key (organization_id, reviewer_id) references person (organization_id, id) on delete restrict,
    constraint contest_decided_by_fk
        foreign key (organization_id, decided_by_id) references person (organization_id, id) on delete restrict,
    constraint contest_kudos_fk
        foreign key (organization_id, kudos_id) references kudos (organization_id, id) on delete restrict,
    constraint contest_signal_fk
        foreign key (organization_id, signal_id) references signal (organization_id, id) on delete restrict,
    constraint contest_badge_fk
        foreign key (organization_id, badge_id) references badge_grant (organization_id, id) on delete restrict,
    constraint contest_document_fk
        foreign key (organization_id, document_id) references document (organization_id, id) on delete restrict,
    constraint contest_handover_fk
        foreign key (organization_id, handover_id) references handover (organization_id, id) on delete restrict,
    constraint contest_care_fk
        foreign key (organization_id, care_id) references care_task (organization_id, id) on delete restrict,
    constraint contest_feedback_fk
        foreign key (organization_id, feedback_id) references feedback_answer (organization_id, id) on delete restrict
);
create index contest_of_person on contest (organization_id, person_id, opened_at desc, id desc);
create index contest_open on contest (organization_id, due_at, id) where decided_at is null;
-- One thing is contested once at a time.
create unique index contest_open_unique on contest (organization_id, person_id, dimension, kudos_id, signal_id,
    badge_id, document_id, handover_id, care_id, feedback_id) nulls not distinct where decided_at is null;

-- Whoever hid thanks they received may show them again; runs of the time between did without them, and can be replayed.
alter table retraction add column undone_at timestamptz
    constraint retraction_undone_only_if_hidden check (undone_at is null or reason = 'hidden' and kudos_id is not null);
grant update (undone_at) on retraction to talkoot_web;

-- Why somebody looked; a person reads what was seen of them, HR reads all.
alter table audit add column purpose text
    constraint audit_purpose_known check (purpose in
        ('leading', 'personnel', 'administration', 'integration', 'contest', 'operation'));

create policy own_only on audit as restrictive for select to talkoot_web
    using (subject_id = nullif(current_setting('app.audit_of', true), '')::uuid
           -- An export of everything holds the data of this person, too.
           or subject_id is null and action = 'export' and nullif(current_setting('app.audit_of', true), '') is not null
           or current_setting('app.audit_of_all', true) = 'yes');

-- What of confidential feedback is one's own to take along: what one gave, and of what was said of one the words that
-- were shown when a round closed with k givers or more (5, unless the policy says), without giver, time and rating.
-- Its own role owns the two views: the walls hold for it, and they open for one person, until the transaction ends.
do $$
begin
    create role talkoot_subject nologin;
exception when duplicate_object or unique_violation then null;
end
$$;
grant talkoot_subject to current_user;
grant usage on schema public to talkoot_subject;
grant select on feedback_answer, feedback_round, criterion, person, project, retraction, scoring_policy
    to talkoot_subject;

create view feedback_given_by_me as
select a.giver_id as person_id, p.name as receiver, j.name as project, c.name as criterion, a.rating, a.comment, a.at
from feedback_answer as a
join person as p on p.id = a.receiver_id
join criterion as c on c.id = a.criterion_id
left join project as j on j.id = a.project_id
where a.giver_id = nullif(current_setting('app.data_of', true), '')::uuid;

create view comments_about_me as
select a.receiver_id as person_id, a.comment
from feedback_answer as a
where a.receiver_id = nullif(current_setting('app.data_of', true), '')::uuid
  and a.comment is not null
  and not exists (select from retraction as r where r.feedback_id = a.id)
  and not exists (
      select from feedback_answer as newer where newer.external_id = a.external_id and newer.version > a.version)
  and a.round_id in (
      select r.id
      from feedback_round as r
      join feedback_answer as b on b.round_id = r.id and b.receiver_id = a.receiver_id
      where r.closed_at <= statement_timestamp()
      group by r.id
      having count(distinct b.giver_id) >= coalesce(
          (select (p.policy ->> 'k')::integer from scoring_policy as p order by p.version desc limit 1), 5));

grant create on schema public to talkoot_subject;
alter view feedback_given_by_me owner to talkoot_subject;
alter view comments_about_me owner to talkoot_subject;
revoke create on schema public from talkoot_subject;
grant select on feedback_given_by_me, comments_about_me to talkoot_web;

-- Who was erased: ids and a hash, no name. The command keeps the same list in a file, for after a restore.
create table erasure (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    person_id       uuid not null,
    known_as        text not null check (length(known_as) = 64),  -- SHA-256 of handle and external id
    reason          text not null check (length(reason) between 1 and 200),
    at              timestamptz not null default now(),
    primary key (organization_id, person_id),
    constraint erasure_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

call wall_off('consent_setting');
call wall_off('visibility');
call wall_off('board_version');
call wall_off('contest');
call wall_off('erasure');
grant select, insert, update on consent_setting, visibility, board_version to talkoot_web, talkoot_worker;
grant select, insert on contest to talkoot_web, talkoot_worker;
grant update (reviewer_id, decision, reasons, decided_by_id, decided_at) on contest to talkoot_web;
grant select on erasure to talkoot_web;
grant select on erasure to talkoot_worker;

-- Also what later migrations add: what the eraser cannot reach, it cannot forget.
grant select, update, delete on all tables in schema public to talkoot_eraser;
grant insert on erasure, audit, event, retraction to talkoot_eraser;
alter default privileges in schema public grant select, update, delete on tables to talkoot_eraser;
