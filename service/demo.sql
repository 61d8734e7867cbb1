-- The demo: how far an earlier start got, and who keeps an example organization.

-- name: runs()
select count(*)::int from scoring_run;

-- name: keeper()
-- Who is to be administrator where nobody was granted anything: somebody of HR, else somebody who leads nobody.
select p.id
from person as p
where p.left_at is null and not exists (select from role_grant)
  and not exists (select from team_now as m where m.person_id = p.id and m.role = 'lead')
order by coalesce(p.title ~* '\yHR\y', false) desc, p.external_id
limit 1;
