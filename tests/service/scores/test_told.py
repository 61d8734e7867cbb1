"""What the database tells of a board and of voices, against slow twins that count one by one."""

import random
from math import floor
from uuid import uuid4

import pytest

from service.base import db
from tests.service.pages.conftest import AS_OF, publish

PERSON = "insert into person (name, left_at) values ($1, $2) returning id"
SEEN = "insert into visibility (person_id, shown) values ($1, $2)"
STANDING = """
insert into released_standing (run_id, board, scope, period, subject_kind, subject_id, band, rank_low, rank_high,
    score, low, high, provisional)
values ($1, 'quality', 'organization', 'all', 'person', $2, $3, $4, $5, $6::float8, $6::float8, $6::float8, $7)
"""
PLACES = "select * from places_seen($1, 'quality', 'organization', 'all', 'person', $2, $3, $4, $5)"
SIZE = """
select cardinality(subjects), ranked, of_run from board_seen($1, 'quality', 'organization', 'all', 'person', $2)
"""
TOLD = "select voices_told($1, 'quality', $2)"
HERE = "select count(*) from person where left_at is null or left_at > now()"


def twin(rows, seen, reader, here):
    """Places, ranks and bands among those who are seen, one row after the other; rows in the order of the run."""
    shown = [row for row in rows if row["id"] in seen or (row["id"] == reader and reader in here)]
    ranked = sum(not row["provisional"] for row in shown)
    bands = sorted({row["band"] for row in shown if row["band"] is not None})

    def upto(place):
        return sum(not row["provisional"] for row in rows[:place] if row in shown)

    found = {}
    for place, row in enumerate(shown, 1):
        low = (
            None if row["low"] is None else min(place, (upto(row["low"] - 1) if row["low"] - 1 <= len(rows) else 0) + 1)
        )
        high = None if row["high"] is None else max(place, upto(row["high"]) if row["high"] <= len(rows) else ranked)
        band = None if row["band"] is None else bands.index(row["band"]) + 1
        found[row["id"]] = (place, ranked, band, low, high, row["provisional"], row["id"] == reader)
    return found


def is_wanted(row, everything, first, last, gathering):
    """Whether a row is among those asked for: by its place, as one who gathers evidence, or beside the reader."""
    place, ranked, *_, provisional, mine = row
    beside = {one[0] + by for one in everything.values() if one[6] and not one[5] for by in (-1, 1)}
    if provisional:
        return mine or place - ranked <= gathering
    return mine or first <= place <= last or place in beside


def drawn(generator, ids):
    """A board in the order of the run, with spans, provisional people, and bands out of the order of places."""
    rows = []
    for place, one in enumerate(ids, 1):
        provisional = place > len(ids) - 6
        low, high = max(1, place - generator.randrange(5)), place + generator.randrange(8)
        low = generator.choice([low] * 9 + [len(ids) + 2])  # of a run of which not all was released
        band = None if provisional else generator.choice([place // 5, place // 4, None])
        told = {"low": None if provisional else low, "high": None if provisional else high}
        rows.append({"id": one, "provisional": provisional, "band": band, "score": 100.0 - place} | told)
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_places_are_counted_among_those_who_are_seen(worker_pool, north, seed):
    generator = random.Random(seed)  # noqa: S311 - a drawn board, no secret
    run_id = await publish(worker_pool, north)
    async with db.tenant(worker_pool, north.organization_id) as tx:
        gone = [AS_OF.replace(year=2020) if generator.random() < 0.1 else None for _ in range(60)]
        ids = [await tx.fetchval(PERSON, f"Person {number}", left) for number, left in enumerate(gone)]
        rows = drawn(generator, ids)
        seen = set()
        for one, left in zip(ids, gone, strict=True):
            shown = generator.random() < 0.7
            await tx.execute(SEEN, one, shown)
            if shown and left is None:
                seen.add(one)
        for row in rows:
            figures = (row["band"], row["low"], row["high"], row["score"], row["provisional"])
            await tx.execute(STANDING, run_id, row["id"], *figures)
        here = [one for one, left in zip(ids, gone, strict=True) if left is None]
        away = [one for one in ids if one not in here]
        for reader in (uuid4(), None, *away[:2], *generator.sample(here, 5), *ids[-2:]):
            everything = twin(rows, seen, reader, here)
            for wanted in ((1, 100, 100), (1, 20, 5), (11, 15, 0), (1, 0, 0)):
                told = {
                    row["subject_id"]: (
                        *(row["place"], row["ranked"], row["band"], row["rank_low"], row["rank_high"]),
                        *(row["provisional"], row["mine"]),
                    )
                    for row in await tx.fetch(PLACES, run_id, reader, *wanted)
                }
                assert told == {one: row for one, row in everything.items() if is_wanted(row, everything, *wanted)}
            size = await tx.fetchrow(SIZE, run_id, reader)
            assert tuple(size) == (len(everything), sum(not row[5] for row in everything.values()), len(rows))


@pytest.mark.parametrize("more", [0, 5, 9, 22])
async def test_voices_are_told_in_steps_and_never_so_many_that_nearly_all_spoke(worker_pool, north, more):
    async with db.tenant(worker_pool, north.organization_id) as tx:
        for number in range(more):
            await tx.execute(PERSON, f"Person {number}", None)
        others = await tx.fetchval(HERE) - 1
        for k, least in ((5, 3), (3, 3), (7, 4)):
            policy = {"k": k, "minimum_voices": least}
            for voices in (0.0, 0.4, 0.6, 2.9, 3.0, 4.9, 5.0, 7.0, 9.9, 10.0, 14.0, 15.2, 21.0, 24.9, 80.0):
                steps = k * max(1, min(floor(voices / k), floor(others / k) - 1))
                due = 0 if voices < 0.5 else 1 if voices < least else least if voices < k else steps
                assert await tx.fetchval(TOLD, voices, policy) == due, (voices, others, k)
