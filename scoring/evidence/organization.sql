-- Evidence: what the manifest of an exchange folder says of the organization.

-- name: manifest()
select time_zone, currency
from organization;

-- name: expect_many_rows()
-- Just imported rows have no statistics yet; the planner would take them for few and loop over a million.
select set_config('enable_nestloop', 'off', true);
