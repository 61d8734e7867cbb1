"""The places that set the organization are these, and what they set ends with their transaction."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path

import pytest

from service.base import db

ROOT = Path(__file__).parents[3]
OPENS = re.compile(r"\bdb\.(tenant|brief)\(")
SETS = re.compile(r"app\.organization_id")

# Every module that opens a transaction of an organization, and where it knows the organization from.
PLACES = {
    "service/base/web.py": "a request: from its credential",
    "service/base/shared_write.py": "requests that share a commit: from their credentials, which name one organization",
    "service/scores/reading.py": "boards kept in memory: from the request's credential",
    "service/pages/sign_in.py": "the demo's sign-in: the example organization that was chosen, and no other",
    "service/worker.py": "jobs: each organization of the installation in turn",
    "service/base/slots.py": "a job's lease: the slot's",
    "scoring/run.py": "a night: the slot's",
    "scoring/inputs.py": "what a run reads: the slot's",
    "scoring/preview_run.py": "a preview of a policy: the slot's",
    "scoring/policy_commands.py": "the operator's shell: the handle that was given",
    "service/pages/survey.py": "a survey: from its link, which is a credential",
    "service/organizations/commands.py": "the operator's shell: the handle that was given",
    "service/base/limits.py": "what is left of a minute: the credential's",
    "service/exchange/loading.py": "the operator's shell: the handle that was given; an upload: the slot's",
    "service/exchange/uploads.py": "an upload: the slot's",
    "service/exchange/exporting.py": "the operator's shell: the handle that was given",
    "service/exports/commands.py": "the operator's shell: the handle that was given",
    "service/exports/making.py": "the file of an export: from the request's credential",
    "service/organizations/actions.py": "the operator's shell: the organization it makes",
    "service/auth/lookup.py": "that a session was used: its credential's",
    "service/feedback/commands.py": "the operator's shell: the handle that was given",
    "service/feedback/night.py": "the jobs of rounds: the slot's",
    "service/flows/link_mail.py": "a link by e-mail: the organization that the address belongs to",
    "service/pages/ways_in.py": "a sign-in: from its flow or its link, which are credentials",
    "service/sign_in/commands.py": "the operator's shell: each organization of the installation in turn",
    "service/sign_in/actions.py": "attempts to sign in, which belong to no organization yet: the nil id",
    "service/base/connect.py": "the operator's shell: the handle that was given",
    "service/flows/sign_in.py": "a sign-in: the organization whose provider proved it",
    "service/jobs.py": "the purge: the slot's",
    "service/figures/keeping.py": "what is counted of a whole organization: the slot's",
    "service/pages/sign_in_setting.py": "an administrator's request, while no transaction waits for the provider",
    "service/flows/contact_mail.py": "the mail of a contact's page: the slot's",
    "service/pages/contact.py": "a contact's page: from its link, which is a credential",
    "service/flows/survey_mail.py": "a survey's mail: the slot's",
    "service/flows/letters.py": "mails to people: the slot's",
    "service/flows/commands.py": "the operator's shell: the handle that was given",
    "service/demo.py": "the demo: the organization it makes",
}


def sources(pattern):
    """Return the modules of ours whose text has the pattern."""
    files = [file for folder in ("service", "scoring", "dashboards") for file in (ROOT / folder).rglob("*.py")]
    return {str(file.relative_to(ROOT)) for file in files if pattern.search(file.read_text())}


def test_the_setting_is_written_in_one_module():
    assert sources(SETS) == {"service/base/db.py"}


def test_the_places_that_open_a_transaction_of_an_organization_are_these():
    assert sources(OPENS) == set(PLACES)


async def leave_well(opened):
    async with opened as tx:
        assert await tx.fetchval("select current_organization_id()")


async def leave_by_an_error(opened):
    with suppress(ZeroDivisionError):
        async with opened as tx:
            await tx.fetchval("select current_organization_id()")
            raise ZeroDivisionError


async def leave_by_a_failed_statement(opened):
    with pytest.raises(Exception, match="division"):
        async with opened as tx:
            await tx.execute("select 1 / 0")


async def leave_by_cancellation(opened):
    async def sleeping():
        async with opened as tx:
            await tx.execute("select pg_sleep(20)")

    task = asyncio.create_task(sleeping())
    await asyncio.sleep(0.1)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("way", [leave_well, leave_by_an_error, leave_by_a_failed_statement, leave_by_cancellation])
@pytest.mark.parametrize("door", [db.tenant, db.brief])
@pytest.mark.parametrize("readonly", [True, False])
async def test_no_setting_is_left_on_a_connection(database_url, north, door, readonly, way):
    settings = db.PoolSettings("talkoot_web", size=1, reset=False)
    async with await db.open_pool(database_url, settings) as pool:
        await way(door(pool, north.organization_id, readonly=readonly))
        async with db.connection(pool) as conn:
            assert not await conn.fetchval("select current_setting('app.organization_id', true)")
            assert await conn.fetchval("select count(*) from person") == 0
