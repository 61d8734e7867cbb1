-- Evidence: who consented to which source, from when on.

-- name: rows(recorded_until)
select p.external_id as person, c.source, c.given::integer as given, c.at
from consent c
join person p on p.id = c.person_id
where c.recorded_at < :recorded_until;
