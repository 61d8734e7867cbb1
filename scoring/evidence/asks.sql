-- Evidence: who was asked about whom, and who declined.

-- name: rows()
select
    a.external_id as ask,
    r.external_id as round,
    g.external_id as giver,
    p.external_id as receiver,
    j.external_id as project,
    a.at,
    a.declined_at
from ask a
join person g on g.id = a.giver_id
join person p on p.id = a.receiver_id
left join feedback_round r on r.id = a.round_id
left join project j on j.id = a.project_id;
