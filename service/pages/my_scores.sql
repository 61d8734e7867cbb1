-- What would change my figures: what is not known yet, and calls that wait for me.

-- name: open_things(run_id, person_id, now)
select (count(*) filter (where s.customer is null))::integer as unheard, count(*)::integer as finished,
    (select count(*)::integer from care_task as t
     where t.owner_id = :person_id and t.done_at is null and t.due_at <= :now
        and not exists (
            select from care_task as newer where newer.external_id = t.external_id and newer.version > t.version)
    ) as calls_due
from released_stage as s
where s.run_id = :run_id and s.person_id = :person_id;
