-- Evidence: who was in which project, in which role, with which share, from when to when.

-- name: rows()
select
    j.external_id as project,
    p.external_id as person,
    m.role,
    m.share,
    m.from_at as "from",
    m.to_at as "to"
from project_member m
join project j on j.id = m.project_id
join person p on p.id = m.person_id;
