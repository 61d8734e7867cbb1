-- The page of a contact: the projects opened to them, where these stand, and what they said themselves.
-- owns: contact_page

-- name: insert(contact_id, asked_by_id)
insert into contact_page (contact_id, asked_by_id) values (:contact_id, :asked_by_id) returning id;

-- name: insert_for_opening(opening_id)
-- Once somebody with an address, who wishes to hear of us, has a project opened to them and no page of their own yet.
insert into contact_page (contact_id, asked_by_id)
select c.id, o.opened_by_id
from project_opening as o
join contact as c on c.id = o.contact_id
where o.id = :opening_id and o.closed_at is null and c.email is not null and coalesce(c.rhythm, '') <> 'never'
    and not exists (
        select from contact_page as p
        left join credential as k on k.id = p.link_id
        where p.contact_id = c.id and (k.id is null or k.revoked_at is null and k.expires_at > now()))
returning id;

-- name: links_of(contact_id)
-- What opens the page now; it ends where a newer link takes its place.
select k.id
from contact_page as p
join credential as k on k.id = p.link_id
where p.contact_id = :contact_id and k.revoked_at is null;

-- name: put_link(id, link_id)!
update contact_page set link_id = :link_id where id = :id;

-- name: letter(id)
-- What the mail that brings the link needs, where there is still something to be sent.
select p.contact_id, c.email, c.language, c.name as contact, o.name as organization, o.language as home
from contact_page as p
join organization as o using (organization_id)
join contact as c on c.id = p.contact_id
where p.id = :id and p.mail_tried_at is null and c.email is not null and coalesce(c.rhythm, '') <> 'never';

-- name: try_mail(id, at)!
update contact_page set mail_tried_at = :at where id = :id;

-- name: page(link_id)
select c.id as contact_id, c.name as contact, c.language, c.channel, c.rhythm, o.name as organization, o.time_zone
from contact_page as p
join organization as o using (organization_id)
join contact as c on c.id = p.contact_id
where p.link_id = :link_id;

-- name: projects(contact_id, most)
-- Those open to the contact at this moment, the running ones first; who takes part, and when somebody calls next.
select p.id, p.name, p.started_at, p.ended_at, p.outcome,
    array(
        select distinct person.name
        from project_member as m
        join person on person.id = m.person_id
        where m.project_id = p.id and (person.left_at is null or person.left_at > statement_timestamp())
        order by person.name
    ) as members,
    next.due_at as next_at, next.name as next_by
from project_opening as o
join project as p on p.id = o.project_id
left join lateral (
    select t.due_at, owner.name
    from care_task as t
    join person as owner on owner.id = t.owner_id
    where t.project_id = p.id and t.done_at is null and t.due_at > statement_timestamp()
        and not exists (select from care_task as n where n.external_id = t.external_id and n.version > t.version)
    order by t.due_at, t.id
    limit 1) as next on true
where o.contact_id = :contact_id and o.closed_at is null
order by p.ended_at desc nulls first, p.started_at desc, p.id
limit :most;

-- name: said(contact_id, most)
-- The contact's own answers, the newest first, also on projects that are not open to them: they know what they said.
-- What was retracted or corrected since is not shown.
select s.project_id, p.name as project, coalesce(s.response, s.id::text) as response, s.aspect, s.value, s.about, s.comment, s.at
from signal as s
join project as p on p.id = s.project_id
where s.contact_id = :contact_id and s.kind not in ('observation', 'usage')
    and not exists (select from retraction as r where r.signal_id = s.id)
    and not exists (select from signal as newer where newer.external_id = s.external_id and newer.version > s.version)
order by s.at desc, s.id
limit :most;
