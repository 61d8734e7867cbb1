"""Two organizations by turns over the same few connections, cut off in the middle; the long run is tests/faults."""

import pytest

from service.base import db
from tests.faults.interleaved import CUT, run


async def test_interleaved_and_cut_off_requests_show_nothing_foreign_and_leave_nothing(database_url, worker_pool):
    tally, left = await run(database_url, worker_pool, 2000, seed=7)
    assert tally.foreign == []
    assert left == []
    assert tally.cut > 2000 * CUT * 0.7
    assert set(tally.statuses) <= {200, 201, 404, 409, 422}


@pytest.mark.slow
async def test_an_organization_set_for_the_connection_is_noticed(monkeypatch, database_url, worker_pool):
    monkeypatch.setattr(db, "READING", db.READING.replace("set local", "set"))
    _, left = await run(database_url, worker_pool, 300, seed=7)
    assert left != []
