-- Surveys: which contact was asked how a project went, by which link, and what became of it.

create table survey (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    project_id      uuid not null,
    contact_id      uuid not null,
    asked_at        timestamptz not null default now(),
    asked_by_id     uuid,          -- empty where the end of the project asked
    link_id         uuid,          -- the newest link; what was there before is dead
    mail_tried_at   timestamptz,   -- set before a mail leaves: whoever crashes then does not send it twice
    reminder_tried_at timestamptz,
    answered_at     timestamptz,
    response        text check (length(response) between 1 and 200),  -- of its signals
    show_name       boolean,       -- whether their words may be shown with their name
    primary key (organization_id, id),
    constraint survey_unique unique (organization_id, project_id, contact_id),
    constraint survey_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict,
    constraint survey_contact_fk
        foreign key (organization_id, contact_id) references contact (organization_id, id) on delete restrict,
    constraint survey_asked_by_fk
        foreign key (organization_id, asked_by_id) references person (organization_id, id) on delete restrict,
    constraint survey_link_fk
        foreign key (organization_id, link_id) references credential (organization_id, id) on delete restrict
);
create index survey_by_contact on survey (organization_id, contact_id, asked_at desc);
create index survey_by_link on survey (organization_id, link_id);
create index survey_by_response on survey (organization_id, response);

call wall_off('survey');
grant select, insert on survey to talkoot_web, talkoot_worker;
grant update (link_id, answered_at, response, show_name) on survey to talkoot_web;
grant update (link_id, mail_tried_at, reminder_tried_at) on survey to talkoot_worker;
