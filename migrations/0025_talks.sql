-- Talks: that a lead and somebody of their team had one, and on which day; nothing of what was said.

create table talk (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    lead_id         uuid not null,  -- who recorded it
    person_id       uuid not null,  -- with whom
    held_on         date not null,
    primary key (organization_id, id),
    constraint talk_unique unique (organization_id, lead_id, person_id, held_on),
    constraint talk_not_to_self check (lead_id <> person_id),
    constraint talk_lead_fk
        foreign key (organization_id, lead_id) references person (organization_id, id) on delete restrict,
    constraint talk_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);
create index talk_with_person on talk (organization_id, person_id, held_on desc);

call wall_off('talk');

-- The two people's alone, as notes are: it is there to find time for somebody, not to measure who leads.
create policy own_talks on talk as restrictive for select to talkoot_web
    using (current_person_id() in (lead_id, person_id));
create policy own_new_talks on talk as restrictive for insert to talkoot_web
    with check (lead_id = current_person_id());
create policy own_mistaken_talks on talk as restrictive for delete to talkoot_web
    using (lead_id = current_person_id());

-- Nobody else's business, so the worker has no right on it; a mistaken one is deleted, and leaves nothing.
grant select, insert, delete on talk to talkoot_web;
