"""What was released is kept in one history: read before a night, added to as it publishes, whatever happens between."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import numpy as np
import pytest

from scoring import run as runs
from scoring.cluster import fitted
from scoring.release_store import HistoryMoved, draws
from scoring.run import run_night, run_now
from service.base import db, slots

FIRST, SECOND, THIRD = (datetime(2026, 3, day, tzinfo=UTC) for day in (10, 11, 12))
PERSON = "insert into person (external_id, name) values ($1, $1) returning id"
CONSENT = "insert into consent (person_id, source, given, at) values ($1, 'peers', true, '2026-01-01Z')"
RATE = """
insert into feedback_answer (giver_id, receiver_id, criterion_id, rating, at, recorded_at)
values ($1, $2, $3, $4, $5, $5)
"""
FIGURE = """
select s.estimate, s.sd, s.evidence from released_score s join scoring_run r on r.id = s.run_id
where s.subject_id = $1 and s.dimension = 'collaboration' order by r.as_of desc, r.published_at desc limit 1
"""


@pytest.fixture
async def colleagues(worker_pool, north):
    """Eight more people in North, of whom five spoke about Ada before the first night."""
    async with db.tenant(worker_pool, north.organization_id) as tx:
        people = [await tx.fetchval(PERSON, f"{name}-{uuid4().hex[:6]}") for name in "abcdefgh"]
        for person in people:
            await tx.execute(CONSENT, person)
    await rate(worker_pool, north, people[:5], FIRST - timedelta(hours=5), 5)
    return people


async def rate(pool, north, givers, at, rating):
    async with db.tenant(pool, north.organization_id) as tx:
        for giver in givers:
            await tx.execute(RATE, giver, north.ada, north.criteria["collaboration"], rating, at)


async def night(pool, north, moment, engine=fitted):
    """Run a night as of a moment; evidence recorded by then is read by every run."""
    slot = slots.NewSlot(job="scoring", key=f"{moment:%F}-{uuid4().hex[:6]}", moment=moment, due_at=moment)
    async with db.tenant(pool, north.organization_id) as tx:
        claim = await slots.begin(tx, slot, "test")
    return await run_night(pool, north.organization_id, claim, engine)


async def value(pool, north, query, *arguments):
    async with db.tenant(pool, north.organization_id) as tx:
        return await tx.fetchval(query, *arguments)


async def figure(pool, north, person):
    async with db.tenant(pool, north.organization_id) as tx:
        return tuple(await tx.fetchrow(FIGURE, person))


async def test_a_figure_stands_from_night_to_night_until_five_others_have_spoken(worker_pool, north, colleagues):
    await night(worker_pool, north, FIRST)
    released = await figure(worker_pool, north, north.ada)
    assert released[2] == 5
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for giver in colleagues[:4]:
            await tx.execute(
                RATE.replace("$5, $5", "$5, now()"), giver, north.ada, north.criteria["collaboration"], 1, FIRST
            )
    await night(worker_pool, north, SECOND)
    assert await figure(worker_pool, north, north.ada) == released
    async with db.tenant(worker_pool, north.organization_id) as tx:
        criterion = north.criteria["collaboration"]
        await tx.execute(RATE.replace("$5, $5", "$5, now()"), colleagues[5], north.ada, criterion, 1, SECOND)
    await night(worker_pool, north, THIRD)
    moved = await figure(worker_pool, north, north.ada)
    assert moved[0] < released[0]
    assert await value(worker_pool, north, "select max(draws) from peer_release") == 2


async def test_whoever_is_not_released_has_the_figures_of_whoever_nobody_spoke_of(worker_pool, north, colleagues):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for giver in colleagues[1:5]:
            await tx.execute(RATE, giver, colleagues[0], north.criteria["collaboration"], 1, FIRST - timedelta(days=1))
    await night(worker_pool, north, FIRST)
    assert await figure(worker_pool, north, colleagues[0]) == await figure(worker_pool, north, north.cleo)


async def test_a_run_that_breaks_while_publishing_releases_nothing_and_its_retry_releases_once(
    worker_pool, north, colleagues, monkeypatch
):
    async def cut(*_):
        raise ConnectionError("the line was cut")

    with monkeypatch.context() as broken:
        broken.setattr(runs.slots, "finish", cut)
        with pytest.raises(ConnectionError):
            await night(worker_pool, north, FIRST)
    assert await value(worker_pool, north, "select count(*) from peer_release") == 0
    await night(worker_pool, north, FIRST)
    assert await value(worker_pool, north, "select max(draws) from peer_release") == 1


async def test_of_two_runs_at_once_one_releases_and_the_other_is_made_again(worker_pool, north, colleagues):
    both_are_there = threading.Barrier(2, timeout=60)

    def together(*given):
        both_are_there.wait()
        return fitted(*given)

    both = [night(worker_pool, north, moment, together) for moment in (FIRST, SECOND)]
    found = await asyncio.gather(*both, return_exceptions=True)
    lost = [each for each in found if isinstance(each, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], HistoryMoved | asyncpg.UniqueViolationError)
    assert await value(worker_pool, north, "select max(draws) from peer_release") == 1


async def test_a_run_as_of_an_earlier_moment_releases_nothing_and_shows_what_was_released_by_then(
    worker_pool, north, colleagues
):
    await night(worker_pool, north, SECOND)
    await run_now(worker_pool, north.organization_id, FIRST)
    assert await value(worker_pool, north, "select count(distinct run_id) from peer_release") == 1
    earlier = await value(
        worker_pool, north,
        "select s.evidence from released_score s join scoring_run r on r.id = s.run_id"
        " where s.subject_id = $1 and s.dimension = 'collaboration' and r.as_of = $2",
        north.ada, FIRST,
    )  # fmt: skip
    assert earlier == 0


async def test_the_web_sees_neither_blur_nor_digest_nor_count_of_answers(worker_pool, web_pool, north, colleagues):
    await night(worker_pool, north, FIRST)
    for query in (
        "select blur from peer_release", "select noisy from peer_release",
        "select evidence_digest from scoring_run", "select scores_digest from scoring_run",
        "select at from feedback_answer", "select ctid from feedback_answer",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await value(web_pool, north, query)
    counts = await value(web_pool, north, "select counts::text from scoring_run")
    assert "people" in counts
    assert "feedback" not in counts
    assert "consents" not in counts


async def test_a_person_who_closes_peers_is_back_at_the_prior_at_once(worker_pool, north, colleagues):
    await night(worker_pool, north, FIRST)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        await tx.execute(CONSENT.replace("true, '2026-01-01Z'", "false, $2"), north.ada, FIRST + timedelta(hours=1))
    await night(worker_pool, north, SECOND)
    assert await figure(worker_pool, north, north.ada) == await figure(worker_pool, north, north.cleo)


def test_draws_are_laplace_with_scale_one_and_never_the_same():
    drawn = draws((200, 500))
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert np.abs(drawn).mean() == pytest.approx(1, abs=0.02)
    assert np.isfinite(drawn).all()
    assert len(np.unique(drawn)) == drawn.size
    assert draws((0, 3)).shape == (0, 3)
