-- Evidence: what was written in a project, by whom, and which project used it.

-- name: rows(recorded_until, words)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    d.external_id as id,
    j.external_id as project,
    p.external_id as author,
    case when :words then d.title end as title,
    d.at,
    u.external_id as used_by
from document d
join project j on j.id = d.project_id
join person p on p.id = d.author_id
left join project u on u.id = d.used_by_id
where d.recorded_at < :recorded_until
  and not exists (
      select from document newer
      where newer.external_id = d.external_id and newer.version > d.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
