-- Evidence: the money and effort of projects, to the digit.

-- name: rows(recorded_until)
select j.external_id as project, m.kind, m.amount, m.unit as "currency or unit", m.known_at
from project_money m
join project j on j.id = m.project_id
where m.recorded_at < :recorded_until;
