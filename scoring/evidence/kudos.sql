-- Evidence: open thanks from one colleague to another.

-- name: rows(recorded_until, words)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    k.external_id as id,
    g.external_id as giver,
    p.external_id as receiver,
    j.external_id as project,
    c.external_id as criterion,
    case when :words then k.message end as message,
    k.at
from kudos k
join person g on g.id = k.giver_id
join person p on p.id = k.receiver_id
left join project j on j.id = k.project_id
left join criterion c on c.id = k.criterion_id
where k.recorded_at < :recorded_until
  and not exists (
      select from kudos newer
      where newer.external_id = k.external_id and newer.version > k.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
