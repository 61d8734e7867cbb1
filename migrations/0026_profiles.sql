-- Profiles in their owner's own words, which projects of theirs they hide, and which mails they want.

create table profile (
    organization_id  uuid not null default current_organization_id()
                     references organization on delete restrict,
    person_id        uuid not null,
    words            text check (length(words) between 1 and 4000),
    responsibilities text check (length(responsibilities) between 1 and 4000),
    background       text check (length(background) between 1 and 4000),
    education        text check (length(education) between 1 and 4000),
    wish             text check (length(wish) between 1 and 1000),
    takes_part       boolean not null default false,  -- may be asked to take part in a project; no is nobody's loss
    changed_at       timestamptz not null default now(),
    before           jsonb,  -- the profile before the last change, until the night: so that it can be undone
    primary key (organization_id, person_id),
    constraint profile_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

create table profile_skill (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    person_id       uuid not null,
    place           smallint not null check (place >= 1),  -- in the order their owner gave them
    skill           text not null check (length(skill) between 1 and 100),
    primary key (organization_id, id),
    constraint profile_skill_place_unique unique (organization_id, person_id, place),
    constraint profile_skill_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

-- Projects fill in a person's history by themselves; what its owner hides is shown to nobody else there.
create table profile_hidden_project (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    person_id       uuid not null,
    project_id      uuid not null,
    primary key (organization_id, person_id, project_id),
    constraint profile_hidden_project_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict,
    constraint profile_hidden_project_project_fk
        foreign key (organization_id, project_id) references project (organization_id, id) on delete restrict
);

-- Without a row a mail is wanted where its kind is usual (service/notices/model.py).
create table mail_choice (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    person_id       uuid not null,
    kind            text not null check (kind in ('thanks', 'note', 'asked', 'decided')),
    wanted          boolean not null,
    primary key (organization_id, person_id, kind),
    constraint mail_choice_person_fk
        foreign key (organization_id, person_id) references person (organization_id, id) on delete restrict
);

call wall_off('profile');
call wall_off('profile_skill');
call wall_off('profile_hidden_project');
call wall_off('mail_choice');
grant select, insert, update on profile to talkoot_web;
grant select, update (before) on profile to talkoot_worker;
grant select on profile_skill, profile_hidden_project to talkoot_worker;
grant select, insert, delete on profile_skill, profile_hidden_project to talkoot_web;
grant select, insert, update on mail_choice to talkoot_web;
grant select on mail_choice to talkoot_worker;
