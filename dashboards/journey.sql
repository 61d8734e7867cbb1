-- The journey: a person's finished projects as stages of one run, in the order they ended.

-- name: stages(run_id, person_id, most)
-- The last :most of them.
select s.project_id, s.name, s.customer, s.ended_at, s.colleagues, s.heard, s.left_behind, s.reasons
from (
    select stage.project_id, project.name, customer.name as customer, project.ended_at,
        stage.colleagues, stage.customer as heard, stage.left_behind, stage.reasons
    from released_stage as stage
    join project on project.id = stage.project_id
    left join customer on customer.id = project.customer_id
    where stage.run_id = :run_id and stage.person_id = :person_id
    order by project.ended_at desc nulls last, stage.project_id desc
    limit :most
) as s
order by s.ended_at nulls last, s.project_id;
