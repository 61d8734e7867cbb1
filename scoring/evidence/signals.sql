-- Evidence: what customers let us learn.

-- name: rows(recorded_until, words)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    s.external_id as id,
    s.response,
    j.external_id as project,
    n.external_id as contact,
    s.kind,
    s.aspect,
    s.value,
    s.about,
    case when :words then s.comment end as comment,
    p.external_id as recorded_by,
    s.at
from signal s
join project j on j.id = s.project_id
left join contact n on n.id = s.contact_id
left join person p on p.id = s.recorded_by_id
where s.recorded_at < :recorded_until
  and not exists (
      select from signal newer
      where newer.external_id = s.external_id and newer.version > s.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
