"""Publishing: what the engine found is what the tables hold, whole or not at all."""

from dataclasses import replace

import asyncpg
import numpy as np
import pytest

from scoring import publish
from scoring.binary import packed
from scoring.release import everything
from service.base import db
from tests.scoring import handmade
from tests.scoring.handmade import AS_OF, published


async def rows(pool, organization_id, query, *arguments):
    async with db.tenant(pool, organization_id) as tx:
        return [tuple(row) for row in await tx.fetch(query, *arguments)]


async def test_what_was_scored_is_stored_to_the_bit(worker_pool, north):
    scores = handmade.about(3)
    run_id = await published(worker_pool, north.organization_id, scores)
    names = await rows(worker_pool, north.organization_id, 'select id from person order by external_id collate "C"')
    for table in ("run_score", "released_score"):
        found = await rows(
            worker_pool,
            north.organization_id,
            f"select subject_id, estimate, sd, low, high, evidence from {table}"  # noqa: S608
            " where run_id = $1 and dimension = 'quality' order by estimate desc",
            run_id,
        )
        table_of = scores.scores
        wanted = [(names[n][0], table_of.estimate[n], 0.5, table_of.low[n], table_of.high[n], 3.5) for n in range(3)]
        assert found == wanted


async def test_unknown_stars_missing_words_and_provisional_ranks_are_null(worker_pool, north):
    scores = handmade.provisional(handmade.about(3), 2)
    run_id = await published(worker_pool, north.organization_id, scores)
    stars = "select colleagues, customer, left_behind from released_stage where run_id = $1"
    assert set(await rows(worker_pool, north.organization_id, stars, run_id)) == {
        (True, False, None), (None, False, None), (False, False, None),
    }  # fmt: skip
    ranks = "select rank_low, provisional from released_standing where run_id = $1 order by score desc"
    assert await rows(worker_pool, north.organization_id, ranks, run_id) == [(1, False), (2, False), (None, True)]
    levels = "select level, since, missing from released_level where run_id = $1 order by missing, level"
    assert await rows(worker_pool, north.organization_id, levels, run_id) == [
        (1, None, "2 stages"), (0, None, None), (1, None, None),
    ]  # fmt: skip


async def test_only_what_the_gate_let_through_is_released(worker_pool, north):
    scores = handmade.about(3)
    shown = replace(everything(scores), explanations=handmade.empty().explanations)
    run_id = await published(worker_pool, north.organization_id, scores, shown=shown)
    counts = "select (select count(*) from run_explanation where run_id = $1), (select count(*) from released_explanation where run_id = $1)"  # noqa: E501
    assert await rows(worker_pool, north.organization_id, counts, run_id) == [(6, 0)]


async def test_a_run_that_found_nobody_can_be_published(worker_pool, north):
    run_id = await published(worker_pool, north.organization_id, handmade.empty())
    assert await rows(worker_pool, north.organization_id, "select id from scoring_run") == [(run_id,)]


async def test_a_level_that_changed_is_a_step_and_one_that_stayed_is_none(worker_pool, north):
    scores = handmade.about(3)
    await published(worker_pool, north.organization_id, scores)
    steps = "select level, at from level_step order by at, level"
    assert await rows(worker_pool, north.organization_id, steps) == [(1, AS_OF), (1, AS_OF)]
    later = AS_OF.replace(day=2)
    await published(worker_pool, north.organization_id, scores, later)
    assert len(await rows(worker_pool, north.organization_id, steps)) == 2
    lost = replace(scores, levels=replace(scores.levels, level=np.array([0, 0, 1], np.int32)))
    await published(worker_pool, north.organization_id, lost, AS_OF.replace(day=3))
    assert (await rows(worker_pool, north.organization_id, steps))[2:] == [(0, AS_OF.replace(day=3))]
    await published(worker_pool, north.organization_id, scores, AS_OF.replace(month=5))
    assert len(await rows(worker_pool, north.organization_id, steps)) == 3, "the past adds no steps"


async def test_a_subject_that_is_not_there_stops_the_run(worker_pool, north):
    with pytest.raises(ValueError, match="could be stored"):
        await published(worker_pool, north.organization_id, handmade.about(4))
    assert await rows(worker_pool, north.organization_id, "select id from scoring_run") == []


async def test_the_web_reads_what_was_released_and_never_the_raw_run(worker_pool, web_pool, north):
    await published(worker_pool, north.organization_id, handmade.about(3))
    for table in ("score", "standing", "level", "stage", "explanation"):
        assert await rows(web_pool, north.organization_id, f"select * from released_{table}")  # noqa: S608
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(web_pool, north.organization_id, f"select * from run_{table}")  # noqa: S608
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(web_pool, north.organization_id, "select * from run_rater")


def test_one_different_bit_gives_another_digest():
    scores = handmade.about(3)
    assert publish.digest(scores) == publish.digest(handmade.about(3))
    nearly = scores.scores.estimate.copy()
    nearly[0] = np.nextafter(nearly[0], 2.0)
    assert publish.digest(replace(scores, scores=replace(scores.scores, estimate=nearly))) != publish.digest(scores)


def test_columns_of_different_lengths_make_no_table():
    with pytest.raises(ValueError, match="make no table"):
        packed([np.zeros(2, np.int32), np.zeros(3, np.int32)])
