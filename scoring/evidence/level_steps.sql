-- Evidence: levels reached.

-- name: rows(recorded_until)
-- A step that a run found is recorded when that run is published, so no replay of it reads its own steps.
select p.external_id as person, s.level, s.at
from level_step s
join person p on p.id = s.person_id
left join scoring_run r on r.id = s.run_id
where r.id is null or r.published_at < :recorded_until;
