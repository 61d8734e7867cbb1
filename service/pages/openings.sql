-- To whom outside a project is open, how they get in, and to whom it could be opened.

-- name: open_now(project_id)
-- By mail comes the link of whoever has none: that it was tried since the opening tells that it will not come any more.
select
    o.id, coalesce(n.name, n.role, '–') as contact, c.name as customer, o.opened_at,
    (
        select max(k.expires_at)
        from contact_page as p
        join credential as k on k.id = p.link_id
        where p.contact_id = n.id and k.revoked_at is null and k.expires_at > statement_timestamp()
    ) as link_until,
    n.email is not null and coalesce(n.rhythm, '') <> 'never' and not exists (
        select from contact_page as p
        where p.contact_id = n.id and p.asked_at >= o.opened_at and p.mail_tried_at is not null) as by_mail
from project_opening as o
join contact as n on n.id = o.contact_id
join customer as c on c.id = n.customer_id
where o.project_id = :project_id and o.closed_at is null
order by contact, o.id
limit 100;

-- name: offered(project_id)
-- The contacts of its customer, then those of partners, to whom it is not open.
select n.id::text as key, coalesce(n.name, n.role, '–') || ', ' || c.name as name
from project as p
join customer as c on c.id = p.customer_id or c.kind = 'partner'
join contact as n on n.customer_id = c.id
where p.id = :project_id
    and not exists (
        select from project_opening as o
        where o.project_id = p.id and o.contact_id = n.id and o.closed_at is null)
order by coalesce(c.id = p.customer_id, false) desc, coalesce(n.known, false) desc, c.name, n.name, n.id
limit 100;

-- name: known(project_id, contact_id)
-- Whether somebody is a contact of the project's customer or of a partner.
select exists (
    select from project as p
    join customer as c on c.id = p.customer_id or c.kind = 'partner'
    join contact as n on n.customer_id = c.id
    where p.id = :project_id and n.id = :contact_id);

-- name: opening(id, project_id)
select o.id, o.contact_id, coalesce(n.name, n.role, '–') as contact, o.closed_at is null as is_open
from project_opening as o
join contact as n on n.id = o.contact_id
where o.id = :id and o.project_id = :project_id;

-- name: open_one(project_id, contact_id)
select o.id from project_opening as o
where o.project_id = :project_id and o.contact_id = :contact_id and o.closed_at is null;
