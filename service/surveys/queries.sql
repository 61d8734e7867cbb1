-- Surveys: who was asked about which project, and whether they answered.
-- owns: survey

-- name: insert(project_id, contact_id, asked_by_id)
insert into survey (project_id, contact_id, asked_by_id)
values (:project_id, :contact_id, :asked_by_id)
returning id, project_id, contact_id, asked_at, asked_by_id, mail_tried_at, reminder_tried_at, answered_at;

-- name: insert_for_ended(project_id, quarter, month, year, most)
-- Ask about a project that ended: those of its customer who spoke of it, else those known there, with an address, who
-- wish to be asked and were not asked lately.
insert into survey (project_id, contact_id)
select :project_id, c.id
from project as p
join contact as c on c.customer_id = p.customer_id
where p.id = :project_id
  and c.email is not null
  and coalesce(c.rhythm, '') <> 'never'
  and coalesce(c.known, true)
  and not exists (
      select from survey as s
      where s.contact_id = c.id
        and greatest(s.asked_at, s.answered_at) > now() - case c.rhythm
            when 'yearly' then :year::interval when 'quarterly' then :quarter::interval else :month::interval end)
order by exists (
        select from signal as s where s.project_id = :project_id and s.contact_id = c.id) desc, c.name, c.id
limit :most
on conflict (organization_id, project_id, contact_id) do nothing
returning id;

-- name: survey(id)
select id, project_id, contact_id, asked_at, asked_by_id, mail_tried_at, reminder_tried_at, answered_at
from survey where id = :id;

-- name: asked(project_id, contact_id)
select id from survey where project_id = :project_id and contact_id = :contact_id;

-- name: surveys_of(project_id, after_key, after_id, most)
select id, project_id, contact_id, asked_at, asked_by_id, mail_tried_at, reminder_tried_at, answered_at
from survey
where project_id = :project_id
  and (:after_key::timestamptz is null or (asked_at, id) < (:after_key, :after_id::uuid))
order by asked_at desc, id desc
limit :most;

-- name: wish(project_id, contact_id, noted)
-- A contact of the project's customer, and how they wish to be asked.
select coalesce(c.rhythm, '') = 'never' as never, contact_rests_until(c.id, p.id, :noted) as rests_until
from contact as c
join project as p on p.customer_id = c.customer_id
where c.id = :contact_id and p.id = :project_id;

-- name: takes_part(project_id, person_id)
-- No row where there is no such project.
select takes_part(p.id, :person_id) from project as p where p.id = :project_id;

-- name: link_of(id)
select link_id from survey where id = :id;

-- name: put_link(id, link_id)!
update survey set link_id = :link_id where id = :id;

-- name: question(link_id)
select s.id, o.name as organization, o.time_zone, p.id as project_id, p.name as project, c.id as contact_id,
    c.name as contact, c.language, c.channel, c.rhythm
from survey as s
join organization as o using (organization_id)
join project as p on p.id = s.project_id
join contact as c on c.id = s.contact_id
where s.link_id = :link_id and s.answered_at is null;

-- name: to_hand(since)
-- How many contacts somebody wants to ask who have no link yet, where nothing is mailed.
select count(*)::integer
from survey as s
join contact as c on c.id = s.contact_id
where s.answered_at is null and s.link_id is null and s.asked_by_id is not null and s.asked_at >= :since
  and coalesce(c.rhythm, '') <> 'never'
  and coalesce(contact_rests_until(s.contact_id, s.project_id, false) <= statement_timestamp(), true);

-- name: answered(id, response, show_name)!
update survey set answered_at = now(), response = :response, show_name = :show_name
where id = :id and answered_at is null;

-- name: letter(id)
-- What a mail about a survey needs, where there is still something to ask.
select s.id, c.email, c.language, c.name as contact, p.name as project, o.name as organization, o.language as home,
    s.mail_tried_at, s.reminder_tried_at
from survey as s
join organization as o using (organization_id)
join project as p on p.id = s.project_id
join contact as c on c.id = s.contact_id
where s.id = :id and s.answered_at is null and c.email is not null and coalesce(c.rhythm, '') <> 'never'
  and coalesce(contact_rests_until(c.id, p.id, false) <= statement_timestamp(), true);

-- name: try_mail(id, at)!
update survey set mail_tried_at = :at where id = :id;

-- name: try_reminder(id, at)!
update survey set reminder_tried_at = :at where id = :id;
