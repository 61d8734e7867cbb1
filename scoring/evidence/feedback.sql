-- Evidence: confidential ratings of colleagues.

-- name: rows(recorded_until, words)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    f.external_id as id,
    f.answer,
    g.external_id as giver,
    p.external_id as receiver,
    j.external_id as project,
    r.external_id as round,
    c.external_id as criterion,
    f.rating,
    case when :words then f.comment end as comment,
    f.at,
    f.recorded_at
from feedback_answer f
join person g on g.id = f.giver_id
join person p on p.id = f.receiver_id
join criterion c on c.id = f.criterion_id
left join project j on j.id = f.project_id
left join feedback_round r on r.id = f.round_id
where f.recorded_at < :recorded_until
  and not exists (
      select from feedback_answer newer
      where newer.external_id = f.external_id and newer.version > f.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
