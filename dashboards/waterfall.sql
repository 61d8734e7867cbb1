-- The waterfall: what each source brings to one score of a person.

-- name: sources(run_id, person_id, dimension)
-- The prior first, then the largest amounts.
select e.source, sum(e.amount) as amount
from released_explanation as e
where e.run_id = :run_id and e.subject_id = :person_id and e.dimension = :dimension and e.subject_kind = 'person'
group by e.source
order by (e.source = 'prior') desc, abs(sum(e.amount)) desc, e.source;

-- name: projects(run_id, person_id, dimension, most)
-- The same amounts by project, the largest first.
select e.source, project.name as project, e.amount
from released_explanation as e
join project on project.id = e.project_id
where e.run_id = :run_id and e.subject_id = :person_id and e.dimension = :dimension and e.subject_kind = 'person'
order by abs(e.amount) desc, project.name, e.source
limit :most;
