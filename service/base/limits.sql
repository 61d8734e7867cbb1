-- How often one may ask: what was allowed in each minute, to a credential or to the whole organization.
-- owns: allowance

-- name: draw(subject_id, minute, whole)
-- Take the next part of a minute's allowance, a twentieth of it; no row where it is used up.
insert into allowance as taken (subject_id, minute, drawn)
select :subject_id, :minute, (case when :whole then o.requests_a_minute else o.requests_a_minute_each end) / 20
from organization as o
on conflict (organization_id, subject_id, minute) do update
set drawn = taken.drawn + excluded.drawn
where taken.drawn + excluded.drawn
      <= (select case when :whole then o.requests_a_minute else o.requests_a_minute_each end from organization as o)
returning (
    select (case when :whole then o.requests_a_minute else o.requests_a_minute_each end) / 20 from organization as o
);

-- name: purge(before)!
delete from allowance where minute < :before;
