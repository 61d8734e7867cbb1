-- Evidence: what the manifest of an exchange folder says of the organization.

-- name: manifest()
select time_zone, currency
from organization;
