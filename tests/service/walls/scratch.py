"""A database of its own whose walls may be broken: the real tables and policies, a row of each organization in each."""

from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from service.base.migrate import migrate
from tests.service.shell import another, execute

NORTH, SOUTH = UUID(int=1), UUID(int=2)
OWNER = "talkoot_scratch_owner"
NAME = "talkoot_walls"

# Only the policies are on trial here: keys and checks would ask for rows that make sense.
LOOSE = """
do $$
declare
    loose record;
begin
    for loose in
        select conrelid::regclass as thing, conname from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('c', 'f')
        order by contype desc
    loop
        execute format('alter table %s drop constraint %I', loose.thing, loose.conname);
    end loop;
end
$$;
"""
OWNED = """
do $$
declare
    one regclass;
begin
    if not exists (select from pg_roles where rolname = 'talkoot_scratch_owner') then
        create role talkoot_scratch_owner nologin;
    end if;
    grant talkoot_scratch_owner to current_user;
    grant create, usage on schema public to talkoot_scratch_owner;
    grant all on all tables in schema public to talkoot_worker;
    for one in select c.oid from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace loop
        execute format('alter table %s owner to talkoot_scratch_owner', one);
    end loop;
end
$$;
"""
TABLES = """
select c.relname
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
order by c.relname
"""
COLUMNS = """
select a.attname as name, format_type(a.atttypid, null) as kind
from pg_attribute a
where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped and a.attnotnull
  and a.attname <> 'organization_id' and a.attidentity = '' and a.attgenerated = ''
order by a.attnum
"""
ANY_VALUE = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "boolean": "true",
    "jsonb": "'{}'",
    "bytea": "sha256(gen_random_uuid()::text::bytea)",
    "text[]": "'{read}'",
}


@asynccontextmanager
async def scratch(server_url):
    """A connection that may do anything to the scratch database, which is made afresh and dropped."""
    await execute(server_url, f"drop database if exists {NAME}")
    await execute(server_url, f"create database {NAME}")
    url = another(server_url, NAME)
    try:
        await migrate(url)
        conn = await asyncpg.connect(url)
        try:
            await _fill(conn)
            yield conn
        finally:
            await conn.close()
    finally:
        await execute(server_url, f"drop database if exists {NAME} with (force)")


async def tables(conn):
    """Every table of organizations."""
    return [row[0] for row in await conn.fetch(TABLES)]


async def insert(conn, table, organization_id):
    """Insert a row of an organization, made of whatever fits its columns."""
    columns = await conn.fetch(COLUMNS, table)
    names = ", ".join(["organization_id", *(f'"{one["name"]}"' for one in columns)])
    values = ", ".join([f"'{organization_id}'", *(ANY_VALUE.get(one["kind"], "1") for one in columns)])
    await conn.execute(f'insert into "{table}" ({names}) values ({values})')  # noqa: S608 - names from the catalogue


async def _fill(conn):
    await conn.execute(LOOSE)
    await conn.execute(OWNED)
    for table in await tables(conn):
        await conn.execute(f'alter table "{table}" no force row level security')
        for organization_id in (NORTH, SOUTH):
            await conn.execute(f"set role {OWNER}")
            await insert(conn, table, organization_id)
            await conn.execute("reset role")
        await conn.execute(f'alter table "{table}" force row level security')
