-- Evidence: badges granted, by a person or by a rule.

-- name: rows(recorded_until)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    b.external_id as id,
    b.badge,
    p.external_id as receiver,
    j.external_id as project,
    g.external_id as giver,
    b.at
from badge_grant b
join person p on p.id = b.receiver_id
left join project j on j.id = b.project_id
left join person g on g.id = b.giver_id
where b.recorded_at < :recorded_until
  and not exists (
      select from badge_grant newer
      where newer.external_id = b.external_id and newer.version > b.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
