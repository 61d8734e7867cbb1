-- Openings: which projects a contact of a customer or partner may look into, and what they see there.
-- owns: project_opening

-- name: insert(project_id, contact_id, opened_by_id)
insert into project_opening (project_id, contact_id, opened_by_id)
values (:project_id, :contact_id, :opened_by_id)
returning id, project_id, contact_id, opened_at, closed_at;

-- name: close(id, project_id)
-- Closing twice is closing.
update project_opening set closed_at = coalesce(closed_at, statement_timestamp())
where id = :id and project_id = :project_id
returning id, project_id, contact_id, opened_at, closed_at;

-- name: of_project(project_id, after_key, after_id, most)
select id, project_id, contact_id, opened_at, closed_at
from project_opening
where project_id = :project_id
  and (:after_key::uuid is null or (contact_id, id) > (:after_key, :after_id::uuid))
order by contact_id, id
limit :most;

-- name: opened(credential_id, after_key, after_id, most)
-- What is open to the contact behind this credential, at this moment.
select p.id, p.name
from project as p
where exists (
    select from project_opening as o
    join credential as c on c.contact_id = o.contact_id
    where c.id = :credential_id and o.project_id = p.id and o.closed_at is null
)
  and (:after_key::text is null or (p.name, p.id) > (:after_key, :after_id::uuid))
order by p.name, p.id
limit :most;

-- name: look_into(credential_id, project_id)
select
    p.id, p.name,
    array(
        select distinct person.name
        from project_member as m
        join person on person.id = m.person_id
        where m.project_id = p.id
        order by person.name
    ) as members
from project as p
where p.id = :project_id
  and exists (
      select from project_opening as o
      join credential as c on c.contact_id = o.contact_id
      where c.id = :credential_id and o.project_id = p.id and o.closed_at is null
  );

-- name: own_signals(credential_id, project_id, after_key, after_id, most)
-- What the contact themself said about the project; what was retracted or corrected since is not shown.
select s.id, s.kind, s.aspect, s.value, s.about, s.comment, s.at
from signal as s
join credential as c on c.contact_id = s.contact_id
where c.id = :credential_id and s.project_id = :project_id
  and (:after_key::timestamptz is null or (s.at, s.id) < (:after_key, :after_id::uuid))
  and not exists (select from retraction as r where r.signal_id = s.id)
  and not exists (select from signal as newer where newer.external_id = s.external_id and newer.version > s.version)
order by s.at desc, s.id desc
limit :most;
