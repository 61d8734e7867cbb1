-- The demo: how far an earlier start got, and who works in its offices.

-- name: runs()
select count(*)::int from scoring_run;

-- name: offices()
-- Who works in HR by their title, and one administrator, a controller or else a lead; nobody once roles were granted.
with office as (
    select id as person_id, 'hr' as role from person where left_at is null and title ~* '\yHR\y'
    union all
    (select id, 'administrator' from person
     where left_at is null and title !~* '\yHR\y'
     order by title ~* 'controller' desc nulls last, title ~* 'lead' desc nulls last, id limit 1))
select person_id, role from office where not exists (select from role_grant);
