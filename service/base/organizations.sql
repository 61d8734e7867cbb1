-- Organizations, asked for before one of them is known.

-- name: all()
-- Every organization of this installation, through the one function that may look over the walls.
select organization_id, handle, name, time_zone, demo from organizations();
