-- Evidence: who was in which team, and led it, from when to when.

-- name: rows()
select t.external_id as team, p.external_id as person, m.role, m.from_at as "from", m.to_at as "to"
from team_member m
join team t on t.id = m.team_id
join person p on p.id = m.person_id;
