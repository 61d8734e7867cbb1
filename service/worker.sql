-- What the worker asks before it knows an organization.

-- name: open_organizations(most)
-- Those with a slot that waits for a worker, the longest waiting first.
select organization_id from organizations_with_open_slots(:most);
