"""Every policy is broken in turn, in a scratch database, and an isolation test of that name catches each of them."""

import re
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from tests.service.walls.scratch import NORTH, OWNER, SOUTH, insert, scratch, tables

MIGRATIONS = Path(__file__).parents[3] / "migrations"
WALLED = sorted(
    set(re.findall(r"call wall_off\('(\w+)'\)", "\n".join(p.read_text() for p in MIGRATIONS.glob("*.sql"))))
)
LOOKING_OVER = {
    (table, "lookup")
    for table in (
        "credential", "organization", "person", "role_grant",
        "sign_in_domain", "sign_in_setting", "slot", "team_member",
    )
}  # fmt: skip

SAME = "organization_id = current_organization_id()"
WITHOUT_CHECK = """
select relname from pg_class c
where relname = $1 and not exists (select from pg_policy p
    where p.polrelid = c.oid and p.polname = 'same_organization'
      and p.polqual is not null and p.polwithcheck is not null)
"""


@pytest.fixture(scope="module")
async def broken(server_url, database_url):
    """The scratch database."""
    async with scratch(server_url) as conn:
        yield conn


async def acting(conn, role, organization_id=SOUTH):
    """Become a role of the service in an organization, until the transaction ends."""
    await conn.execute(f"set local role {role}")
    await conn.execute(f"set local app.organization_id = '{organization_id}'")


async def seen_by(conn, role, table):
    """Count the rows of each organization that South sees in this role."""
    await acting(conn, role)
    return Counter(row[0] for row in await conn.fetch(f'select organization_id from "{table}"'))  # noqa: S608


async def reads_only_its_own(conn, table):
    """South reads its own row of the table, and none of North's."""
    return await seen_by(conn, "talkoot_worker", table) == {SOUTH: 1}


async def changes_only_its_own(conn, table):
    """South's update without a filter reaches its own row alone."""
    await acting(conn, "talkoot_worker")
    try:
        return await conn.execute(f'update "{table}" set organization_id = organization_id') == "UPDATE 1"  # noqa: S608
    except asyncpg.InsufficientPrivilegeError:  # it found rows that it may not write
        return False


async def writes_only_its_own(conn, table):
    """South cannot write a row of North's, though it can write one of its own."""
    await acting(conn, "talkoot_worker")
    own = table == "organization" or not await is_refused(conn, table, SOUTH)  # of organizations there is one row each
    return own and await is_refused(conn, table, NORTH)


async def is_refused(conn, table, organization_id):
    """Try to write a row; tell whether the policy stood in the way."""
    try:
        async with conn.transaction():
            await insert(conn, table, organization_id)
    except asyncpg.InsufficientPrivilegeError:
        return True
    except asyncpg.UniqueViolationError:  # it came past the policy
        return False
    return False


async def binds_its_owner_too(conn, table):
    """Who owns the table sees no more than the service does."""
    return await seen_by(conn, OWNER, table) == {SOUTH: 1}


async def says_both_halves(conn, table):
    """The policy says what is seen and what may be written, each in its own words."""
    return not await conn.fetch(WITHOUT_CHECK, table)


async def shows_nothing_to_nobody(conn, table):
    """Where no organization was set, no row is seen."""
    await conn.execute("set local role talkoot_worker")
    return await conn.fetchval(f'select count(*) from "{table}"') == 0  # noqa: S608


ISOLATION = (
    reads_only_its_own, changes_only_its_own, writes_only_its_own, binds_its_owner_too, says_both_halves,
    shows_nothing_to_nobody,
)  # fmt: skip

# What is done to the wall, and the isolation test that must catch it; others may as well.
MUTATIONS = {
    'alter policy same_organization on "{}" using (true)': reads_only_its_own,
    'alter policy same_organization on "{}" with check (true)': writes_only_its_own,
    'alter table "{}" disable row level security': reads_only_its_own,
    'alter table "{}" no force row level security': binds_its_owner_too,
    f'drop policy same_organization on "{{0}}"; create policy same_organization on "{{0}}" using ({SAME})': (
        says_both_halves
    ),
    f'alter policy same_organization on "{{}}" using ({SAME} or current_organization_id() is null)': (
        shows_nothing_to_nobody
    ),
    'drop policy same_organization on "{}"': reads_only_its_own,
    'create policy also on "{}" using (true)': reads_only_its_own,
    'create policy also on "{}" for insert with check (true)': writes_only_its_own,
}


async def caught(conn, table, mutation=""):
    """The names of the isolation tests that fail once the wall of a table is changed; all is undone."""
    failed = set()
    for holds in ISOLATION:
        undone = conn.transaction()
        await undone.start()
        try:
            if mutation:
                await conn.execute(mutation)
            if not await holds(conn, table):
                failed.add(holds.__name__)
        finally:
            await undone.rollback()
    return failed


async def test_the_tables_on_trial_are_all_tables_of_organizations(broken):
    assert await tables(broken) == WALLED
    assert len(WALLED) > 40


@pytest.mark.parametrize("table", WALLED)
async def test_the_wall_of_every_table_stands_and_every_breach_of_it_is_caught(broken, table):
    assert await caught(broken, table) == set()
    for mutation, catcher in MUTATIONS.items():
        assert catcher.__name__ in await caught(broken, table, mutation.format(table)), mutation


async def test_the_policies_that_look_over_the_walls_are_these_and_bind_one_role(broken):
    found = {(row[0], row[1]) for row in await broken.fetch(
        "select tablename, policyname from pg_policies"
        " where policyname <> 'same_organization' and permissive = 'PERMISSIVE'"
    )}  # fmt: skip
    assert found == LOOKING_OVER
    for table, policy in LOOKING_OVER:
        assert "reads_only_its_own" in await caught(broken, table, f"alter policy {policy} on {table} to public")
