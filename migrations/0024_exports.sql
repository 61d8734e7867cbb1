-- Exports for HR and administrators: what was taken out, by whom, of which moment, and what was made of it; no contents.

-- The file is made anew each time it is fetched, so that nothing outlives its withdrawal: a row here is its recipe.
create table export_job (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    what            text not null check (what in ('people', 'scores', 'projects', 'badges', 'evidence')),
    format          text not null check (format in ('csv', 'xlsx', 'parquet')),
    purpose         text not null check (purpose in ('personnel', 'administration', 'integration', 'contest')),
    asked_by_id     uuid,                               -- empty where a service asked
    asked_at        timestamptz not null default now(), -- what was recorded later is in no file of this export
    run_id          uuid,                               -- empty where nothing had been published yet
    row_count       bigint not null default 0,          -- so far, while `making`
    making          boolean not null default false,
    byte_count      bigint,
    digest          text check (length(digest) = 64),   -- SHA-256 of the newest file
    changed         boolean not null default false,     -- that file differs from the first: something was withdrawn
    taken           integer not null default 0,
    taken_at        timestamptz,
    primary key (organization_id, id),
    constraint export_job_asked_by_fk
        foreign key (organization_id, asked_by_id) references person (organization_id, id) on delete restrict,
    constraint export_job_run_fk
        foreign key (organization_id, run_id) references scoring_run (organization_id, id) on delete restrict
);
create index export_job_newest on export_job (organization_id, asked_at desc, id desc);

call wall_off('export_job');
grant select, insert on export_job to talkoot_web, talkoot_worker;
grant update (row_count, making, byte_count, digest, changed, taken, taken_at) on export_job to talkoot_web, talkoot_worker;

-- Whoever is in an export sees that it was taken, as with an export of everything.
create function concerns_everybody(action text) returns boolean
    language sql immutable parallel safe
    return action in ('export', 'export_people', 'export_scores', 'export_badges', 'export_evidence');

comment on function concerns_everybody(text) is 'Whether what was done showed the data of everybody in the organization.';

drop policy own_only on audit;
create policy own_only on audit as restrictive for select to talkoot_web
    using (subject_id = nullif(current_setting('app.audit_of', true), '')::uuid
           or subject_id is null and concerns_everybody(action)
              and nullif(current_setting('app.audit_of', true), '') is not null
           or current_setting('app.audit_of_all', true) = 'yes');

-- Figures of an older run must not outlive a consent: what has been withdrawn since is not shown of it any more.
create function withdrew_since(person uuid, moment timestamptz) returns boolean
    language sql stable
    return exists (
        select from consent as c
        where c.person_id = person and not c.given and c.recorded_at > moment);

comment on function withdrew_since(uuid, timestamptz) is 'Whether a person withdrew a source after that moment.';

-- An exchange folder that an administrator uploaded: tried out first, then taken in or left. The worker alone reads what
-- was sent, and it goes as soon as it is not needed any more.
create table import_upload (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    uploaded_by_id  uuid,
    uploaded_at     timestamptz not null default now(),
    content         bytea check (length(content) <= 20000000),  -- a zip; empty once it is taken in, refused or left
    state           text not null default 'checking' check (state in
                    ('checking', 'checked', 'refused', 'loading', 'loaded', 'left')),
    doing           text check (length(doing) between 1 and 200),  -- which step, of which file
    done_rows       bigint not null default 0,
    all_rows        bigint not null default 0,                     -- 0: not counted
    told            jsonb,                                         -- what would change or has, or what is wrong
    finished_at     timestamptz,
    primary key (organization_id, id),
    constraint import_upload_uploaded_by_fk
        foreign key (organization_id, uploaded_by_id) references person (organization_id, id) on delete restrict
);
create index import_upload_newest on import_upload (organization_id, uploaded_at desc, id desc);

call wall_off('import_upload');
grant select (organization_id, id, uploaded_by_id, uploaded_at, state, doing, done_rows, all_rows, told, finished_at),
    insert, update (state, content, finished_at) on import_upload to talkoot_web;
grant select, update on import_upload to talkoot_worker;
