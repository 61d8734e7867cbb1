"""What tests of exports stand on: North with a released run, thanks, badges and words; taking a file, and the shell."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from scoring.policy import Policy, digest, encode
from service.base import db
from service.exports import commands

AT = datetime(2026, 11, 22, 22, tzinfo=UTC)
POLICY = "insert into scoring_policy (version, policy, hash) values (7, $1, $2) returning id"
SLOT = "insert into slot (job, key, state) values ('scoring', '2026-11-23', 'done')"
RUN = """
insert into scoring_run (id, as_of, recorded_until, policy_id, engine, evidence_digest, scores_digest, job, slot_key,
    fence, seconds, counts)
values ('0c0ffee0-0000-4000-8000-000000000001', $1, now(), $2, 'test', repeat('a', 64), repeat('a', 64), 'scoring',
    '2026-11-23', 1, 0.1, '{}')
returning id
"""
SCORE = """
insert into released_score (run_id, subject_kind, subject_id, dimension, estimate, sd, low, high, evidence)
values ($1, $2, $3, $4, $5::float8, 0.2, $5::float8 - 0.25, $5::float8 + 0.25, $6)
"""
LEVEL = (
    "insert into released_level (run_id, person_id, level, name, progress, since) values ($1, $2, 2, 'Doer', 0.4, $3)"
)
SIGNAL = """
insert into signal (external_id, project_id, contact_id, kind, aspect, value, comment, at)
values ($1, $2, $3, 'call', 'satisfaction', 4, $4, $5)
returning id
"""
KUDOS = "insert into kudos (external_id, giver_id, receiver_id, message, at) values ($1, $2, $3, $4, $5) returning id"
SNAPSHOT = "0c0ffee0-0000-4000-8000-000000000001,7"


@pytest.fixture
async def known(north, worker_pool):
    """North with ids that a golden file can name, a released run, thanks, badges and a customer's words."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute("update person set external_id = lower(name), joined_at = '2026-01-05T00:00:00Z'")
        await tx.execute("update project set external_id = kind")
        await tx.execute("update team set external_id = 't1'")
        policy_id = await tx.fetchval(POLICY, msgspec.json.decode(encode(Policy())), digest(Policy()))
        await tx.execute(SLOT)
        run_id = await tx.fetchval(RUN, AT, policy_id)
        for kind, subject, dimension, estimate, evidence in (
            ("person", north.ada, "quality", 0.5, 7.0), ("person", north.ben, "quality", -0.25, 7.0),
            ("person", north.ada, "care", 1.0, 0.5), ("team", north.teams["ada"], "quality", 0.125, 14.0),
            ("project", north.delivery, "satisfaction", 4.1, 1.0),
        ):  # fmt: skip
            await tx.execute(SCORE, run_id, kind, subject, dimension, estimate, evidence)
        for person in (north.ada, north.ben):
            await tx.execute(LEVEL, run_id, person, AT)
        await tx.execute(SIGNAL, "s1", north.delivery, north.contacts["oak"], "=cmd|'/C calc'!A0", AT)
        await tx.execute(KUDOS, "k1", north.ada, north.ben, "Thank you, Ben", AT)
        await tx.execute(
            "insert into badge_grant (external_id, badge, receiver_id, at) values ('b1', 'safe_hands', $1, $2)",
            north.ben, AT,
        )  # fmt: skip
    return north


@pytest.fixture
def taken(api):
    """Take an export as HR: the answer with the file, and where it is fetched again."""

    async def take(cast, what, form="csv", role="hr"):
        client = await api(cast, "cleo", role)
        asked = await client.post("/api/exports", json={"what": what, "format": form, "purpose": "personnel"})
        assert asked.status_code == 201, asked.text
        path = f"/api/exports/{asked.json()['id']}"
        answer = await client.get(f"{path}/file")
        assert answer.status_code == 200, answer.text
        return client, path, answer

    return take


@pytest.fixture
def talkoot(database_url, monkeypatch):
    """Run a command of the operator's shell; it starts an event loop, so it gets a thread of its own."""
    monkeypatch.setenv("TALKOOT_DATABASE_URL", database_url)
    app = typer.Typer()
    commands.register(app)
    app.command("other")(lambda: None)  # one command alone would lose its name
    return lambda *words: asyncio.to_thread(CliRunner().invoke, app, [str(word) for word in words])
