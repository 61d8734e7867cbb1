-- The demo: how far an earlier start got, and who works in its offices.

-- name: runs()
select count(*)::int from scoring_run;

-- name: rounds_opened()
-- Rounds that were opened here, and not made elsewhere or by the calendar.
select count(*)::int from feedback_round where warned and not standing;

-- name: offices()
-- Who works in HR by their title, and one administrator who leads nobody; nobody once roles were granted.
with office as (
    select id as person_id, 'hr' as role from person where left_at is null and title = 'HR Partner'
    union all
    (select id, 'administrator' from person
     where left_at is null and title is distinct from 'HR Partner'
         and role_of(organization_id, id) = 'employee'
     order by title = 'Financial Controller' desc nulls last, external_id limit 1))
select person_id, role from office where not exists (select from role_grant);
