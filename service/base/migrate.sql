-- What the migration runner remembers and how it keeps a second runner waiting.
-- owns: schema_migration

-- name: known()$
select to_regclass('schema_migration') is not null;

-- name: applied()
select number, name, hash, applied_at
from schema_migration
order by number;

-- name: keep()#
-- The advisory lock is held when this runs.
create table if not exists schema_migration (
    number     integer primary key check (number > 0),
    name       text not null check (length(name) between 1 and 200),
    hash       text not null check (hash ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz not null default now()
);

-- name: insert(number, name, hash)!
insert into schema_migration (number, name, hash)
values (:number, :name, :hash);

-- name: limits(lock_wait, longest)$
-- Both in milliseconds, until the end of the transaction, so that a file may set its own with `set local`.
select set_config('lock_timeout', :lock_wait, true) || set_config('statement_timeout', :longest, true);

-- name: queue(wait)$
-- How long `lock` waits, in milliseconds, for this session.
select set_config('lock_timeout', :wait, false);

-- name: lock(key)$
select pg_advisory_lock(:key);
