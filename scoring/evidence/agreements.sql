-- Evidence: what was agreed with the customer, and which contact confirmed it.

-- name: rows(recorded_until)
select
    j.external_id as project,
    a.scope_agreed::integer as scope_agreed,
    a.scope_communicated::integer as scope_communicated,
    a.scope_measurable::integer as scope_measurable,
    n.external_id as confirmed_by,
    a.at
from agreement a
join project j on j.id = a.project_id
left join contact n on n.id = a.confirmed_by_id
where a.recorded_at < :recorded_until;
