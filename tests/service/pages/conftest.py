"""What tests of pages stand on: signed-in browsers without a screen, and a published run with known figures."""

import os
import re
import shutil
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import httpx
import msgspec
import pytest

from scoring.policy import Policy, digest, encode
from service.auth.actions import start_session
from service.auth.roles import role_now
from service.base import db
from tests import cast
from tests.service.pages import mailbox

AS_OF = datetime(2026, 11, 22, 22, tzinfo=UTC)
INSERT_POLICY = """
with made as (
    insert into scoring_policy (version, policy, hash)
    select coalesce(max(version), 0) + 1, $1, $2 from scoring_policy having coalesce(bool_and(hash <> $2), true)
    returning id)
select id from made union all select id from scoring_policy where hash = $2
"""
INSERT_SLOT = "insert into slot (job, key, state) values ('score', '2026-11-23', 'done')"
INSERT_RUN = """
insert into scoring_run (as_of, recorded_until, policy_id, engine, evidence_digest, scores_digest, job, slot_key, fence,
    seconds, counts)
values ($1, $1, $2, 'test', repeat('a', 64), repeat('a', 64), 'score', '2026-11-23', 1, 0.1, '{}')
returning id
"""
INSERT_STANDING = """
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, band, rank_low, rank_high,
    score, low, high, provisional)
values ($1, $2, 'organization', 'all', $3, $4, $5, $6, $7, $8::float8, $8::float8 - 0.2, $8::float8 + 0.2, $9)
"""
INSERT_SCORE = """
insert into released_score (run_id, subject_kind, subject_id, dimension, estimate, sd, low, high, evidence)
values ($1, 'person', $2, $3, $4::float8, 0.2, $4::float8 - 0.26, $4::float8 + 0.26, $5)
"""
INSERT_LEVEL = """
insert into released_level (run_id, person_id, level, name, progress, since, missing)
values ($1, $2, 1, 'Doer', 0.4, $3, 'stages:2;trust:0.15')
"""
INSERT_STAGE = """
insert into released_stage (run_id, person_id, project_id, colleagues, customer, left_behind)
values ($1, $2, $3, $4, true, null)
"""
INSERT_REASON = """
insert into released_explanation (run_id, subject_kind, subject_id, dimension, source, project_id, amount)
values ($1, 'person', $2, 'quality', $3, $4, $5)
"""


async def hold(tx, person_id, role):
    """Make sure somebody has `role` at this moment, for a session with another one is dead; return what they have."""
    if role == "lead":
        team_id = await tx.fetchval("insert into team (name) values ('A team of their own') returning id")
        await tx.execute(
            "insert into team_member (team_id, person_id, role) values ($1, $2, 'lead')", team_id, person_id
        )
    elif role != "employee":
        await tx.execute("insert into role_grant (person_id, role) values ($1, $2)", person_id, role)
    return await role_now(tx, person_id)


class Visitor(httpx.AsyncClient):
    """A browser without a screen: it keeps cookies, follows where it is sent, and fills in forms."""

    async def send_form(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Load `page`, fill in the form with `action`, and send it; hidden fields are sent as they are."""
        form = re.search(
            rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', (await self.get(page)).text, re.DOTALL
        )
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)"[^>]*value="([^"]*)"', form[1]))
        return await self.post(action, data=hidden | fields)


@pytest.fixture
async def visitor(service, worker_pool):
    """Make signed-in browsers: `await visitor(north, "ben")`; without a person, one that is not signed in."""
    async with AsyncExitStack() as stack:

        async def enter(cast=None, person=None, role="employee", language="en"):
            cookies = {}
            if cast is not None:
                async with db.tenant(worker_pool, cast.organization_id) as tx:
                    held = await hold(tx, cast.people[person], role)
                    cookies["talkoot_session"] = await start_session(tx, cast.people[person], held)
            headers = {"accept": "text/html", "accept-language": language}
            made = Visitor(
                base_url=service, headers=headers, cookies=cookies, timeout=30, trust_env=False, follow_redirects=True
            )
            return await stack.enter_async_context(made)

        yield enter


@pytest.fixture
async def example(worker_pool):
    """Make a fresh example organization, as the demo does."""
    made = await cast.north(worker_pool)
    async with db.tenant(worker_pool, made.organization_id) as tx:
        await tx.execute("update organization set demo = true")
    return made


@pytest.fixture
def colleagues(worker_pool):
    """Add people by name to an organization; their ids, in order."""

    async def add(organization, *names):
        async with db.tenant(worker_pool, organization.organization_id) as tx:
            people = [await tx.fetchval("insert into person (name) values ($1) returning id", name) for name in names]
            await tx.executemany(cast.INSERT_SEEN, [(one,) for one in people])
        return people

    return add


async def publish(pool, cast, people=(), provisional=(), *, board="quality", kind="person", trusted=True, policy=None):
    """Publish a run: Ada's level, stage, scores and reasons, and a board of `people` in the order given."""
    async with db.tenant(pool, cast.organization_id) as tx:
        policy = policy or Policy()
        policy_id = await tx.fetchval(INSERT_POLICY, msgspec.json.decode(encode(policy)), digest(policy))
        await tx.execute(INSERT_SLOT)
        run_id = await tx.fetchval(INSERT_RUN, AS_OF, policy_id)
        for place, person in enumerate(people, 1):
            figures = (place, place, place + 1, 1.0 - place * 0.1, False)
            await tx.execute(INSERT_STANDING, run_id, board, kind, person, *figures)
        for person in provisional:
            await tx.execute(INSERT_STANDING, run_id, board, kind, person, None, None, None, 0.0, True)
        await tx.execute(INSERT_LEVEL, run_id, cast.ada, AS_OF)
        await tx.execute(
            "update project set ended_at = '2026-10-01T00:00:00Z', outcome = 'done' where id = $1", cast.delivery
        )
        await tx.execute(INSERT_STAGE, run_id, cast.ada, cast.delivery, trusted)
        for dimension, estimate, voices in (
            ("quality", 0.42, 7.0),
            ("collaboration", 4.1, 7.0),
            ("care", -1.1, 0.0),
        ):
            await tx.execute(INSERT_SCORE, run_id, cast.ada, dimension, estimate, voices)
        for source, project, amount in (
            ("prior", None, 0.0),
            ("customers", cast.delivery, 0.5),
            ("care", None, -0.08),
        ):
            await tx.execute(INSERT_REASON, run_id, cast.ada, source, project, amount)
    return run_id


@pytest.fixture
def published(worker_pool):
    """Publish a run; see `publish`."""
    return partial(publish, worker_pool)


@pytest.fixture
def thanked(worker_pool):
    """Give thanks long ago or just now, past every page."""

    async def give(cast, giver, receiver, message, at):
        async with db.tenant(worker_pool, cast.organization_id) as tx:
            kudos = (
                "insert into kudos (id, giver_id, receiver_id, message, at) values ($1, $2, $3, $4, $5) returning id"
            )
            return await tx.fetchval(kudos, uuid4(), giver, receiver, message, at)

    return give


@pytest.fixture
def box():
    """Mails to contacts arrive here."""
    made, controller = mailbox.opened()
    yield made
    controller.stop()


@pytest.fixture(scope="session")
async def chromium():
    """Return Debian's browser, driven; skipped loudly where there is none."""
    path = os.environ.get("TALKOOT_CHROMIUM") or shutil.which("chromium")
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed: NO BROWSER TESTS RAN")
    if path is None:
        pytest.skip("there is no chromium here: NO BROWSER TESTS RAN")
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *quiet])
        yield browser
        await browser.close()


async def has_come(page):
    """Wait until the script has come that keeps what is typed: it follows the page a moment later."""
    await page.evaluate("import(document.body.dataset.sender).then(() => true)")


# How the browser itself notes an answer that says what is to be mended, and what did not get through.
NOTED = ("409 (Conflict", "422 (Unprocessable", "401 (Unauthorized)", "403 (Forbidden)", "ERR_INTERNET_DISCONNECTED")


@pytest.fixture
async def opened(chromium, service, example, worker_pool):
    """Open a page as Ben; ends with nothing wrong in the console."""
    trouble, contexts = [], []

    async def go(path="/boards", language="en", role="employee", **look):
        async with db.tenant(worker_pool, example.organization_id) as tx:
            session = await start_session(tx, example.ben, await hold(tx, example.ben, role))
        contexts.append(await chromium.new_context(base_url=service, locale=language, reduced_motion="reduce", **look))
        await contexts[-1].add_cookies([{"name": "talkoot_session", "value": session, "url": service}])
        page = await contexts[-1].new_page()
        page.on("console", lambda said: trouble.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        await page.goto(path)
        return page

    yield go
    for context in contexts:
        await context.close()
    assert [one for one in trouble if not any(known in one for known in NOTED)] == []
