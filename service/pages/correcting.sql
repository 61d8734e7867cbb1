-- After a contest of a figure was upheld: what the figure rests on, and whether it was made anew since.

-- name: rests_on(person_id, dimension, least, most)
-- The sources and projects of the newest run that moved the figure most; where everyone starts is nobody's to correct.
select e.source, e.project_id, j.name as project
from released_explanation as e
left join project as j on j.id = e.project_id
where e.run_id = (select r.id from scoring_run as r order by r.as_of desc, r.published_at desc limit 1)
  and e.subject_id = :person_id and e.subject_kind = 'person' and e.dimension = :dimension
  and e.source <> 'prior' and abs(e.amount) >= :least
order by abs(e.amount) desc, e.source, j.name
limit :most;

-- name: scored()
-- Up to when the newest run knows what was recorded, and when it was made.
select r.recorded_until as known_until, r.published_at
from scoring_run as r
order by r.as_of desc, r.published_at desc
limit 1;

-- name: upheld(person_id, since)
-- Figures that were held to be wrong lately.
select c.dimension, max(c.decided_at) as at
from contest as c
where c.person_id = :person_id and c.dimension is not null and c.decision = 'upheld' and c.decided_at >= :since
group by c.dimension;
