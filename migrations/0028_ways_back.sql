-- Ways back: what an administrator changed of people and teams, as it was before and after, until the night; and talks
-- that are long past are forgotten.

create table way_back (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    by_id           uuid not null,  -- who did it, and may undo it
    kind            text not null check (kind in ('person', 'team', 'membership')),
    subject_id      uuid,  -- the person it is about
    thing_id        uuid not null,  -- the person or team that was changed, or the team whose memberships were
    before          jsonb,  -- null: there was nothing before
    after           jsonb not null,
    at              timestamptz not null default now(),
    primary key (organization_id, id),
    constraint way_back_by_fk
        foreign key (organization_id, by_id) references person (organization_id, id) on delete restrict
);
create index way_back_by on way_back (organization_id, by_id);

call wall_off('way_back');
grant select, insert, delete on way_back to talkoot_web;
grant select, delete on way_back to talkoot_worker;

-- Who was added by mistake is taken away again; whatever anything rests on stays, for every key to it is restrictive.
grant delete on person, team to talkoot_web;

-- A talk of long ago says nothing about who waits for one.
create index talk_by_day on talk (organization_id, held_on);
grant delete on talk to talkoot_worker;
