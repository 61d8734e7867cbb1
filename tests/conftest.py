"""What every test stands on: one real PostgreSQL, migrated once, and a fresh organization for each test."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from service.base import db, postgres
from service.base.migrate import migrate
from tests import cast

# No property is timed: on a busy machine that would tell of the machine.
hypothesis.settings.register_profile("talkoot", deadline=None)
hypothesis.settings.load_profile("talkoot")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The PostgreSQL of TALKOOT_DATABASE_URL where it is set, else an embedded one for this session."""
    own = os.environ.get("TALKOOT_DATABASE_URL")
    if own:
        yield own
        return
    with tempfile.TemporaryDirectory(prefix="talkoot-tests-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # root's server runs as nobody, who must be able to enter
        with postgres.running(Path(folder) / "data") as url:
            yield url


@pytest.fixture(scope="session")
async def database_url(server_url: str) -> str:
    """The URL of the migrated database."""
    await migrate(server_url)
    return server_url


@pytest.fixture(scope="session")
async def worker_pool(database_url: str) -> AsyncIterator[db.Pool]:
    """Connections that may do what jobs and the CLI may."""
    async with await db.open_pool(database_url, db.PoolSettings("talkoot_worker", size=5)) as pool:
        yield pool


@pytest.fixture(scope="session")
async def web_pool(database_url: str) -> AsyncIterator[db.Pool]:
    """Connections that may do what the web may."""
    async with await db.open_pool(database_url, db.PoolSettings("talkoot_web", size=5)) as pool:
        yield pool


@pytest.fixture
async def north(worker_pool: db.Pool) -> cast.Cast:
    """A fresh organization North."""
    return await cast.north(worker_pool)


@pytest.fixture
async def south(worker_pool: db.Pool) -> cast.Cast:
    """A fresh organization South, which must see nothing of North."""
    return await cast.south(worker_pool)
