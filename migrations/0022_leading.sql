-- Leading: that a lead and somebody of their team had a talk, and on which day (nothing of what was said); and what is
-- asked by every picture of a team: who is in it now, and which thanks and customers' signals hold.

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

-- A mistaken one is deleted, and leaves nothing.
grant select, insert, delete on talk to talkoot_web;
grant select on talk to talkoot_worker;

create view team_now with (security_invoker = true) as
select m.team_id, m.person_id, m.role, m.from_at
from team_member as m
where (m.from_at is null or m.from_at <= statement_timestamp())
  and (m.to_at is null or m.to_at > statement_timestamp())
  and not exists (select from person as p where p.id = m.person_id and p.left_at <= statement_timestamp());

comment on view team_now is 'Who is in which team now, without those who have left.';

-- Evidence that holds: the newest version, and not retracted (thanks may be hidden and shown again).
create view kudos_now with (security_invoker = true) as
select k.id, k.giver_id, k.receiver_id, k.project_id, k.message, k.at
from kudos as k
where not exists (select from retraction as r where r.kudos_id = k.id and r.undone_at is null)
  and not exists (select from kudos as newer where newer.external_id = k.external_id and newer.version > k.version);

create view signal_now with (security_invoker = true) as
select s.id, s.response, s.project_id, s.kind, s.aspect, s.value, s.comment, s.at,
    s.kind not in ('observation', 'usage') as own_word  -- the customer's, not what our people saw or counted
from signal as s
where not exists (select from retraction as r where r.signal_id = s.id)
  and not exists (select from signal as newer where newer.external_id = s.external_id and newer.version > s.version);

grant select on team_now, kudos_now, signal_now to talkoot_web, talkoot_worker;

-- Each person's department: that of the team they joined last.
create view department_now with (security_invoker = true) as
select distinct on (m.person_id) m.person_id, t.department
from team_now as m
join team as t on t.id = m.team_id
where t.department is not null
order by m.person_id, m.from_at desc nulls last, t.id;

grant select on department_now to talkoot_web, talkoot_worker;
