-- What an import or export says of itself, and the organization that a first import makes.
-- The exchange is the bulk path: it may write tables that features own (README.md).
-- owns: organization, audit

-- name: be_patient()
-- The operator's transaction may take its time; a second import waits for the first. Rows that are new in it have no
-- statistics yet, so the planner takes them for few; nested loops over a million of them would not end.
select
    set_config('statement_timeout', '0', true),
    set_config('idle_in_transaction_session_timeout', '0', true),
    set_config('lock_timeout', '15min', true),
    set_config('enable_nestloop', 'off', true);

-- name: wait_for_other_imports()
select pg_advisory_xact_lock(hashtextextended('import ' || current_organization_id(), 0));

-- name: administrators_alone()
-- One at a time takes an administrator's role, as in service/auth.
select pg_advisory_xact_lock(hashtextextended('administrators ' || current_organization_id(), 0));

-- name: administrators()
-- How many there are whose employment has no end.
select count(*)::integer
from role_grant as g
join person as p on p.id = g.person_id
where g.role = 'administrator' and p.left_at is null;

-- name: insert_organization(organization_id, handle, name, time_zone, currency, demo)!
insert into organization (organization_id, handle, name, time_zone, currency, demo)
values (:organization_id, :handle, :name, :time_zone, :currency, :demo);

-- name: insert_audit(action, detail)!
insert into audit (role, action, detail, purpose) values ('operator', :action, :detail, 'operation');
