"""The embedded server: it comes up for anybody, goes with its owner however that ends, and keeps what was committed."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import asyncpg
import psutil
import pytest

from service.base import child, leftovers, place, postgres, watched

pytestmark = pytest.mark.slow  # whole processes, started and killed


CHECKOUT = Path(__file__).parents[3]
SOMEBODY = 1000  # any user who is neither root nor nobody
OWNER = """
import sys
from pathlib import Path
from service.base import postgres
with postgres.running(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root's server runs as nobody; we are not root")


@contextlib.contextmanager
def open_room() -> Iterator[Path]:
    # pytest's own folders are closed to nobody, as whom root's server runs.
    room = Path(tempfile.mkdtemp(prefix="talkoot-tests-"))
    room.chmod(0o711)
    yield room
    assert all_gone(room)
    shutil.rmtree(room)


@pytest.fixture
def room() -> Iterator[Path]:
    with open_room() as room:
        yield room


@pytest.fixture
def folder(room: Path) -> Path:
    return room / "with späce" / "data"


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder with a database; whoever breaks it mends it."""
    with open_room() as room:
        with postgres.running(room / "data"):
            pass
        yield room / "data"


class Owner:
    """A process that runs the server of a folder until it is told to stop, or killed."""

    def __init__(self, folder: Path, python: str = sys.executable, **user: object) -> None:
        packages = Path(psutil.__file__).parents[1]
        self.running = subprocess.Popen(
            [python, "-W", "error", "-B", "-c", OWNER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PYTHONPATH": f"{CHECKOUT}:{packages}", "HOME": "/nowhere", "PATH": os.defpath},
            **user,
        )

    def url(self) -> str:
        return self.running.stdout.readline().strip() or pytest.fail(self.running.stderr.read())

    def end(self, with_signal: signal.Signals) -> None:
        self.running.send_signal(with_signal)
        self.running.wait(10)

    def stop(self) -> int:
        self.running.stdin.close()
        return self.running.wait(20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self.running:
            self.stop()
            if self.running.returncode >= 0:
                assert self.running.stderr.read() == ""


@pytest.fixture
def ours() -> Iterator[Callable[[Path], Owner]]:
    """Start servers in processes of their own, which the test may kill."""
    with contextlib.ExitStack() as stack:
        yield lambda folder: stack.enter_context(Owner(folder))


@pytest.fixture(params=["as we are", "as a normal user"])
def owner(request: pytest.FixtureRequest, room: Path) -> Iterator[Callable[[Path], Owner]]:
    """As `ours`, and when we are root once more as somebody who is not."""
    user: dict[str, object] = {}
    if request.param == "as a normal user":
        if os.geteuid() != 0:
            pytest.skip("we are a normal user already")
        user = {"user": SOMEBODY, "group": SOMEBODY, "extra_groups": [], "python": everybodys_python()}
        os.chown(room, SOMEBODY, SOMEBODY)
    with contextlib.ExitStack() as stack:
        yield lambda folder: stack.enter_context(Owner(folder, **user))


def everybodys_python() -> str:
    """Our Python may lie in root's home; the server's modules need nothing but a standard library."""
    closed = [part for part in (CHECKOUT, *CHECKOUT.parents) if not part.stat().st_mode & 0o001]
    for python in [] if closed else [sys.executable, *map(str, sorted(Path("/usr/bin").glob("python3.1[1-9]")))]:
        with contextlib.suppress(PermissionError):
            subprocess.run([python, "-c", ""], user=SOMEBODY, check=True)
            return python
    pytest.skip("a normal user can reach neither this checkout nor a Python")


def servers(folder: Path) -> list[psutil.Process]:
    """Every program started for `folder`, found by its command line or its working folder."""
    return [
        one
        for one in psutil.process_iter(["name", "cmdline", "cwd"])
        if one.info["name"] in {"postgres", "initdb"}
        and (str(folder) in " ".join(one.info["cmdline"] or []) or str(folder) in (one.info["cwd"] or ""))
    ]


def all_gone(folder: Path, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while servers(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not servers(folder)


@contextlib.asynccontextmanager
async def connected(url: str):
    conn = await asyncpg.connect(url, timeout=5)
    try:
        yield conn
    finally:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await conn.close(timeout=5)


async def test_a_new_folder_becomes_a_database_of_its_own(owner, folder):
    one = owner(folder)
    async with connected(one.url()) as conn:
        locale = await conn.fetchrow("""
            select pg_encoding_to_char(encoding) encoding, datlocprovider::text provider, datlocale locale
            from pg_database where datname = current_database()""")
        settings = {name: await conn.fetchval(f"show {name}") for name in ("fsync", "synchronous_commit", "jit")}
        address = await conn.fetchval("select inet_server_addr()")
    assert tuple(locale) == ("UTF8", "b", "C.UTF-8")
    assert settings == {"fsync": "on", "synchronous_commit": "on", "jit": "off"}
    assert address is None, "it must not listen to the network"
    running = servers(folder)
    assert running
    assert not any(process.uids().real == 0 for process in running)
    assert all(os.getsid(process.pid) != os.getsid(one.running.pid) for process in running), "Ctrl-C must not reach it"
    assert one.stop() == 0
    assert servers(folder) == []


async def test_without_the_password_nobody_gets_in(made):
    with postgres.running(made) as url:
        secret = (made / "password").read_text()
        assert secret in url
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(secret, "guess"))
        private = [made / name for name in ("password", "url", "log", "lock")]
        assert {oct(path.stat().st_mode & 0o777) for path in private} == {"0o600"}


async def test_however_its_owner_ends_no_server_stays_and_nothing_committed_is_lost(owner, folder):
    for end in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        one = owner(folder)
        url = one.url()
        async with connected(url) as conn, connected(url) as idle:
            await conn.execute("create table if not exists promise (word text)")
            await conn.execute("insert into promise values ($1)", f"kept before {end.name}")
            await idle.execute("begin; insert into promise values ('never committed')")
            one.end(end)
            assert all_gone(folder)
    async with connected(owner(folder).url()) as conn:
        kept = await conn.fetch("select word from promise")
    assert {row["word"] for row in kept} == {"kept before SIGKILL", "kept before SIGTERM", "kept before SIGINT"}


async def test_the_next_start_waits_for_the_server_of_a_killed_owner(ours, made):
    one = ours(made)
    async with connected(one.url()) as conn:
        await conn.execute("create table number as select generate_series(1, 200000) n")  # a moment of checkpointing
    one.end(signal.SIGKILL)
    async with connected(ours(made).url()) as conn:
        assert await conn.fetchval("select count(*) from number") == 200_000


async def test_a_killed_server_is_started_again_at_the_same_address_with_all_that_was_committed(ours, made):
    one = ours(made)
    url = one.url()
    async with connected(url) as conn:
        await conn.execute("create table again (word text); insert into again values ('kept')")
    for _ in range(2):
        old = int(leftovers.pid_file(made)[0])
        os.kill(old, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                async with connected(url) as conn:
                    assert await conn.fetchval("select word from again") == "kept"
                    break
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert int(leftovers.pid_file(made)[0]) != old
    assert one.running.poll() is None
    one.end(signal.SIGTERM)  # and it ends with its owner as the first one does
    assert all_gone(made)


def test_a_server_that_ends_again_and_again_stops_its_owner_with_a_reason(ours, made, monkeypatch):
    told, asked = [], []
    monkeypatch.setattr(watched, "_say", told.append)
    monkeypatch.setattr(watched.os, "kill", lambda *given: asked.append(given))
    with watched.watched(lambda: subprocess.Popen(["/bin/false"])):
        deadline = time.monotonic() + 10
        while not asked and time.monotonic() < deadline:
            time.sleep(0.01)
    assert asked == [(os.getpid(), signal.SIGTERM)]
    assert "ended 5 times within 60 s" in told[-1]


async def test_a_server_that_hangs_is_ended_by_force_and_recovers(ours, made, monkeypatch):
    one = ours(made)
    async with connected(one.url()) as conn:
        await conn.execute("create table promise (word text); insert into promise values ('kept')")
    server = int(leftovers.pid_file(made)[0])
    os.kill(server, signal.SIGSTOP)
    one.end(signal.SIGKILL)
    assert server in leftovers.inside(made)
    quickly = [(ending, 0.2) for ending, _ in leftovers.ENDINGS[:2]]
    monkeypatch.setattr(leftovers, "ENDINGS", [*quickly, leftovers.ENDINGS[2]])
    leftovers.end(made)
    assert servers(made) == []
    async with connected(ours(made).url()) as conn:
        assert await conn.fetchval("select word from promise") == "kept"


def test_a_second_start_says_who_holds_the_folder_and_can_be_told_the_way_in(ours, made):
    one = ours(made)
    url = one.url()
    with pytest.raises(postgres.AlreadyRunning) as refusal, postgres.running(made):
        pass
    assert str(made) in str(refusal.value)
    assert str(one.running.pid) in str(refusal.value)
    assert postgres.address(made) == url
    one.end(signal.SIGKILL)
    assert postgres.address(made) is None


@pytest.mark.parametrize("moment", ["new/data/PG_VERSION", "new/data/base/5"])
def test_a_kill_while_the_database_is_made_leaves_nothing_half_made(owner, folder, moment):
    one = owner(folder)
    deadline = time.monotonic() + 10
    while not (folder / moment).exists() and time.monotonic() < deadline:
        time.sleep(0.002)
    one.end(signal.SIGKILL)
    assert not (folder / "data").exists()
    assert owner(folder).url()  # at once, while what is left still ends
    assert not (folder / "new").exists()


async def test_a_warm_start_takes_less_than_a_second(made):
    with postgres.running(made):
        pass
    began = time.monotonic()
    with postgres.running(made) as url:
        assert time.monotonic() - began < 1
        async with connected(url) as conn:
            assert await conn.fetchval("select 1") == 1


def test_another_program_with_the_old_servers_number_does_not_stop_us(made):
    with postgres.running(made):
        stale = (made / "data" / "postmaster.pid").read_text()
    who = place.account()
    innocent = subprocess.Popen(["sleep", "60"], user=who.uid if who else None)
    try:
        (made / "data" / "postmaster.pid").write_text(stale.replace(stale.splitlines()[0], str(innocent.pid)))
        with postgres.running(made):
            assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


async def test_fresh_begins_anew_but_not_under_somebodys_feet(folder):
    with postgres.running(folder) as url:
        async with connected(url) as conn:
            await conn.execute("create table old ()")
        (folder / "not ours.txt").write_text("stays")
        with pytest.raises(postgres.AlreadyRunning):
            postgres.fresh(folder)
    postgres.fresh(folder)
    assert (folder / "not ours.txt").read_text() == "stays"
    with postgres.running(folder) as url:
        async with connected(url) as conn:
            assert await conn.fetchval("select to_regclass('old')") is None


def test_a_server_that_cannot_start_shows_its_last_words(made):
    with postgres.running(made):
        pass
    version = (made / "data" / "PG_VERSION").read_text()
    (made / "data" / "PG_VERSION").write_text("12\n")
    with (
        pytest.raises(postgres.DatabaseTrouble, match="initialized by PostgreSQL version 12"),
        postgres.running(made),
    ):
        pass
    assert servers(made) == []
    (made / "data" / "PG_VERSION").write_text(version)


def test_a_lost_password_is_named(made):
    with postgres.running(made):
        (made / "password").rename(made / "elsewhere")
    with pytest.raises(postgres.DatabaseTrouble, match=r"no file .*password"), postgres.running(made):
        pass
    (made / "elsewhere").rename(made / "password")


async def test_the_log_does_not_grow_for_ever(made, monkeypatch):
    monkeypatch.setattr(postgres, "LOG_BYTES", 5_000)
    with postgres.running(made) as url:
        async with connected(url) as conn:
            for _ in range(200):
                with pytest.raises(asyncpg.UndefinedColumnError):
                    await conn.execute("select nothing")
    assert (made / "log").stat().st_size <= 5_000
    assert (made / "log.1").stat().st_size <= 5_000
    assert "shut down" in (made / "log").read_text()


@as_root
def test_root_hears_which_folder_is_closed_to_nobody_and_it_stays_closed(room):
    (room / "closed").mkdir(mode=0o700)
    with (
        pytest.raises(postgres.DatabaseTrouble, match=r'chmod o\+x ".*closed"'),
        postgres.running(room / "closed" / "data"),
    ):
        pass
    assert (room / "closed").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_named(room):
    (room / "file").write_text("")
    with pytest.raises(postgres.DatabaseTrouble, match=f"{room}/file"), postgres.running(room / "file" / "data"):
        pass
    with pytest.raises(postgres.DatabaseTrouble, match="not a folder"), postgres.running(room / "file"):
        pass


def test_each_user_and_checkout_has_its_own_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert postgres.default_folder().parent == tmp_path / "talkoot"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")  # to be ignored, says the XDG base directory specification
    assert postgres.default_folder().parent == Path.home() / ".local" / "share" / "talkoot"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert postgres.default_folder().parent == Path("/var/lib/talkoot")


def test_a_program_whose_parent_is_gone_already_does_not_start():
    launcher = [sys.executable, "-I", "-S", child.__file__]
    told = ["-1", "-1", "/bin/echo", "started"]
    orphan = subprocess.run([*launcher, "1", *told], capture_output=True, text=True, check=True)
    assert orphan.stdout == ""
    cared_for = subprocess.run([*launcher, str(os.getpid()), *told], capture_output=True, text=True, check=True)
    assert cared_for.stdout == "started\n"
