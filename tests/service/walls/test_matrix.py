"""Every route and method has its row in the authorization matrix, and every row holds for every caller."""

import re

import pytest

from service.app import create_app
from service.base.config import Settings
from tests.service.walls.matrix import Asking
from tests.service.walls.row import CALLERS
from tests.service.walls.rows import ROWS
from tests.service.walls.world import world


def live_routes():
    """Return every method and path that the app answers; OPTIONS, which the framework adds, has one row for all."""
    app = create_app(Settings(), "postgresql://nowhere")
    return {(method, route.path) for route in app.routes for method in route.methods if method != "OPTIONS"}


@pytest.fixture(scope="module")
async def made(worker_pool, web_pool):
    """The two organizations of the matrix."""
    return await world(worker_pool, web_pool)


@pytest.fixture(scope="module")
async def asking(made, service, database_url):
    """The tests' service, asked as everybody."""
    async with Asking(made, service, database_url) as asked:
        yield asked


def test_every_route_and_method_has_one_row():
    rows = [(row.method, row.path) for row in ROWS]
    assert sorted(rows) == sorted(live_routes())


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
async def test_the_row_holds_for_every_caller(asking, row):
    assert await asking.wrong([row]) == []


@pytest.mark.slow
async def test_a_token_reaches_no_route_beyond_its_scopes(asking):
    assert [trouble for row in ROWS for trouble in await asking.beyond_scope(row)] == []


def test_the_matrix_is_of_this_size():
    assert len(ROWS) * len(CALLERS) > 3100


async def test_what_methods_there_are_is_told_to_nobody_without_a_credential(anybody, made):
    for path in {path for _, path in live_routes()}:
        address = re.sub(r"{\w+:uuid}", str(made.ids["person"]), path)
        address = re.sub(r"{\w+:int}", "1", re.sub(r"{\w+:str}", "x", address))
        assert (await anybody.options(address)).status_code == 401, path


async def test_head_is_answered_as_get_is_but_without_a_body(asking, anybody):
    assert await asking.differs_without_body([row for row in ROWS if row.method == "GET" and not row.fresh]) == []
    for path in ("/nowhere", "/api/people/not-a-uuid"):
        assert (await anybody.head(path)).status_code == 404
