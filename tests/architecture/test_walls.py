"""Every tenant table stands behind its wall (trust.md, section 3); what the walls do is shown in tests/service."""

import pytest

from service.base import db

UNLOCKED = """
select c.relname
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  and not (c.relrowsecurity and c.relforcerowsecurity
           and exists (select from pg_policy p
                       where p.polrelid = c.oid and p.polqual is not null and p.polwithcheck is not null))
"""
WITHOUT_ORGANIZATION = """
select c.relname
from pg_class c
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
  and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id')
"""
SINGLE_KEYS = """
select k.conname
from pg_constraint k
where k.contype = 'f' and k.connamespace = 'public'::regnamespace
  and k.confrelid <> 'organization'::regclass
  and not (select attnum from pg_attribute where attrelid = k.conrelid and attname = 'organization_id') = any (k.conkey)
"""
UNBOUNDED_TEXT = """
select c.relname || '.' || a.attname
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.atttypid = 'text'::regtype
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'
  and not exists (select from pg_constraint k
                  where k.conrelid = c.oid and k.contype in ('c', 'f') and a.attnum = any (k.conkey))
"""
UNINDEXED_KEYS = """
select k.conname
from pg_constraint k
where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.conname like 'released%'
  and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1])
"""
BYPASSING = """
select rolname from pg_roles
where rolname like 'talkoot\\_%' and (rolbypassrls or rolsuper or rolcanlogin or rolcreaterole)
"""
OWNED = """
select c.relname from pg_class c join pg_roles r on r.oid = c.relowner
where c.relnamespace = 'public'::regnamespace and r.rolname in ('talkoot_web', 'talkoot_worker')
"""
DEFINERS = """
select p.proname, r.rolname, coalesce(array_to_string(p.proconfig, ','), '')
from pg_proc p join pg_roles r on r.oid = p.proowner
where p.pronamespace = 'public'::regnamespace and p.prosecdef
order by p.proname
"""
SECRET = ["run_score", "run_standing", "run_level", "run_stage", "run_explanation", "run_rater", "peer_release"]


@pytest.mark.parametrize(
    "question",
    [UNLOCKED, WITHOUT_ORGANIZATION, SINGLE_KEYS, UNBOUNDED_TEXT, UNINDEXED_KEYS, BYPASSING, OWNED],
    ids=["unlocked", "without organization", "single keys", "unbounded text", "unindexed", "bypassing", "owned"],
)
async def test_no_table_or_role_breaks_the_rule(worker_pool, question):
    async with db.connection(worker_pool) as conn:
        assert [record[0] for record in await conn.fetch(question)] == []


async def test_the_functions_that_look_over_the_walls_are_these_four(worker_pool):
    async with db.connection(worker_pool) as conn:
        found = [tuple(record) for record in await conn.fetch(DEFINERS)]
    pinned = "search_path=pg_catalog, pg_temp"
    names = ["credentials_of", "organizations", "organizations_with_open_slots", "sign_in_doors"]
    assert found == [(name, "talkoot_lookup", pinned) for name in names]


@pytest.mark.parametrize("table", SECRET)
async def test_the_web_cannot_read_raw_runs(web_pool, north, table):
    async with db.tenant(web_pool, north.organization_id) as tx:
        assert await tx.fetchval("select has_table_privilege($1, 'select')", table) is False


async def test_the_web_cannot_read_who_gave_feedback(web_pool, north):
    async with db.tenant(web_pool, north.organization_id) as tx:
        assert await tx.fetchval("select has_column_privilege('feedback_answer', 'giver_id', 'select')") is False
        assert await tx.fetchval("select has_column_privilege('feedback_answer', 'rating', 'select')") is False


@pytest.mark.parametrize("table", ["kudos", "feedback_answer", "signal", "badge_grant", "retraction", "consent"])
async def test_nobody_changes_or_deletes_evidence(web_pool, worker_pool, north, table):
    for pool in (web_pool, worker_pool):
        async with db.tenant(pool, north.organization_id) as tx:
            assert await tx.fetchval("select has_table_privilege($1, 'update, delete')", table) is False


async def test_one_organization_sees_nothing_of_another(worker_pool, north, south):
    tables = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    async with db.tenant(worker_pool, south.organization_id) as tx:
        for record in await tx.fetch(tables):
            if record[0] != "schema_migration":
                seen = await tx.fetch(f'select distinct organization_id from "{record[0]}"')  # noqa: S608
                assert {row[0] for row in seen} <= {south.organization_id}, record[0]


async def test_without_an_organization_nothing_is_seen(worker_pool, north):
    async with db.connection(worker_pool) as conn:
        assert await conn.fetchval("select count(*) from person") == 0


async def test_a_row_cannot_point_at_another_organizations_person(worker_pool, north, south):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        with pytest.raises(Exception, match="kudos_receiver_fk"):
            await tx.execute(
                "insert into kudos (giver_id, receiver_id, message) values ($1, $2, 'x')", north.ada, south.dora
            )
