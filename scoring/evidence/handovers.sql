-- Evidence: accounts passing from one person to another, rated by the one who took over.

-- name: rows(recorded_until)
-- Of a corrected row only the newest version that was recorded by then counts.
select
    h.external_id as id,
    j.external_id as project,
    f.external_id as from_person,
    t.external_id as to_person,
    h.at,
    h.accepted_at,
    h.rating
from handover h
join project j on j.id = h.project_id
join person f on f.id = h.from_person_id
join person t on t.id = h.to_person_id
where h.recorded_at < :recorded_until
  and not exists (
      select from handover newer
      where newer.external_id = h.external_id and newer.version > h.version and newer.version > 1
        and newer.recorded_at < :recorded_until);
