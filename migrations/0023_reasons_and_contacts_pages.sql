-- Why a policy was published; and the links by which contacts see the projects opened to them.

alter table scoring_policy add column reason text check (length(reason) between 1 and 500);

-- A link that opens a contact's own page, again and again until it ends; the newest one only. A survey's link is none.
create table contact_page (
    organization_id uuid not null default current_organization_id()
                    references organization on delete restrict,
    id              uuid not null default gen_random_uuid(),
    contact_id      uuid not null,
    asked_at        timestamptz not null default now(),
    asked_by_id     uuid,          -- empty where opening a project asked, or a service did
    link_id         uuid,          -- empty until the link is made
    mail_tried_at   timestamptz,   -- set before the mail leaves: whoever crashes then does not send it twice
    primary key (organization_id, id),
    constraint contact_page_contact_fk
        foreign key (organization_id, contact_id) references contact (organization_id, id) on delete restrict,
    constraint contact_page_asked_by_fk
        foreign key (organization_id, asked_by_id) references person (organization_id, id) on delete restrict,
    constraint contact_page_link_fk
        foreign key (organization_id, link_id) references credential (organization_id, id) on delete restrict
);
create index contact_page_by_contact on contact_page (organization_id, contact_id, asked_at desc);
create index contact_page_by_link on contact_page (organization_id, link_id);

call wall_off('contact_page');
grant select, insert on contact_page to talkoot_web, talkoot_worker;
grant update (link_id) on contact_page to talkoot_web, talkoot_worker;
grant update (mail_tried_at) on contact_page to talkoot_worker;
