-- Evidence: projects of every kind, their customers, and which project each grew from.

-- name: rows(words)
select
    p.external_id as project,
    case when :words then p.name end as name,
    p.kind,
    c.external_id as customer,
    p.started_at as started,
    p.ended_at as ended,
    p.outcome,
    p.territory,
    before.external_id as continues
from project p
left join customer c on c.id = p.customer_id
left join project before on before.id = p.continues_id;
