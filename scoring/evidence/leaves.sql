-- Evidence: absences.

-- name: rows()
select p.external_id as person, l.from_at as "from", l.to_at as "to"
from leave l
join person p on p.id = l.person_id;
