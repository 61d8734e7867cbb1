"""`talkoot demo` from outside: it comes up, shows an organization, survives blows, and leaves nothing running."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest

from scoring.run import NIGHTLY
from service.base import postgres
from service.demo import EXAMPLES
from tests.service import shell
from tests.service.conftest import free_port
from tests.service.shell import Started, all_gone, programs_of, talkoot

pytestmark = pytest.mark.timeout(400)  # seconds; the first start fills two years of history
SOMEBODY = 1000  # any user who is neither root nor nobody
ELSEWHERE = re.compile(r"Open (http://127\.0\.0\.1:\d+), or stop it first\.")


class Home:
    """A data folder with a space in its name, and the demo that runs in it, if one does."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.folder = room / "da ta"
        self.demo: Started | None = None
        self.url = ""
        self.completed: Started | None = None  # the second start, which made up what the first one had not

    def start(self, *arguments: object) -> Started:
        """Start a demo that nobody waits for yet."""
        self.stop()
        self.demo = Started("demo", *arguments, TALKOOT_DATA=self.folder, TMPDIR=self.room)
        return self.demo

    def live(self) -> str:
        """Where the demo is served; it is started unless it runs."""
        if self.demo is None:
            self.url = self.start("--port", free_port()).ready()
        return self.url

    def again(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Start a demo that cannot be."""
        return talkoot("demo", *arguments, TALKOOT_DATA=self.folder)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> Started | None:
        """Stop the demo, if it runs, and return it."""
        ended, self.demo = self.demo, None
        if ended:
            ended.end(number)
        return ended


def opened() -> Path:
    # pytest's own folders are closed to nobody, as whom root's server runs.
    room = Path(tempfile.mkdtemp(prefix="talkoot-tests-"))
    room.chmod(0o711)
    return room


@pytest.fixture(scope="module")
def home():
    """A filled home: its first start was killed in the middle of filling, the second was let finish."""
    home = Home(opened())
    try:
        first = home.start("--port", free_port())
        for _ in range(2):
            first.says("scoring Järvi & Koski Oy")
        home.stop(signal.SIGKILL)
        assert all_gone(home.folder)
        home.live()
        home.completed = home.stop()
        yield home
    finally:
        home.stop()
        assert all_gone(home.room)
        shutil.rmtree(home.room)


def client(url, **more):
    return httpx.Client(base_url=url, trust_env=False, timeout=30, follow_redirects=True, **more)


def operator(home, handle="jarvi-koski"):
    """An administrator's credential, made from another shell while the demo runs."""
    command = ("token", "create", "--organization", handle, "--role", "service")
    made = talkoot(*command, TALKOOT_DATA=home.folder)
    assert made.returncode == 0, made.stderr
    return {"authorization": f"Bearer {made.stdout.strip()}"}


def nights(home, handle):
    """On which days an organization was scored, and how often."""
    with client(home.live(), headers=operator(home, handle)) as api:
        runs = api.get("/api/scoring/runs?limit=100").json()["items"]
    return Counter(run["at"][:10] for run in runs if run["job"] != NIGHTLY)  # a night may fall into this test


def taken_port():
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, listening.getsockname()[1]


def test_a_first_start_that_is_killed_is_completed_by_the_next(home):
    completed = home.completed
    assert completed.running.returncode == 0
    assert completed.said == ""  # one line says that it is ready, and no other follows
    assert "making up two years of Järvi & Koski Oy" not in completed.heard
    assert "making up two years of Pikkupaja Oy, 8 people" in completed.heard
    today = datetime.now(UTC).date()
    for example in EXAMPLES:
        scored = nights(home, example.handle)
        assert set(scored.values()) == {1}
        wanted = {today - timedelta(days=days) for days in example.nights}
        yesterday = {day - timedelta(days=1) for day in wanted}  # where midnight passed since the filling
        assert {str(day) for day in wanted} <= set(scored) or {str(day) for day in yesterday} <= set(scored)


def take_a_place(browser, page):
    """Sign in as whom a page of example people, or the rest of one, offers first."""
    form = re.search(r'<form method="post" action="/sign-in">(.*?)</form>', page, re.DOTALL)
    browser.post("/sign-in", data=dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])))


def test_each_role_can_be_tried(home):
    with client(home.live(), headers={"accept": "text/html", "accept-language": "en"}) as browser:
        page = browser.get("/sign-in").text
        roles = Counter(re.findall(r'<span class="pill">([^<]+)</span>', page))
        assert roles["administrator"] == len(EXAMPLES)
        assert roles["HR"] > 0 < roles["leads a team"]
        take_a_place(browser, page.partition("administrator")[2])
        assert [browser.get(path).status_code for path in ("/people/import", "/tokens")] == [200, 200]


def test_levels_of_the_examples_say_what_they_let_people_do(home):
    """Every level gives something, so whoever is tried finds it on My journey."""
    with client(home.live(), headers={"accept": "text/html", "accept-language": "en"}) as browser:
        take_a_place(browser, browser.get("/sign-in").text)
        journey = browser.get("/me/journey").text
        assert "Ask anybody anything" in journey
        assert "Your organization has not written this down yet" not in journey


def test_people_are_asked_for_feedback_in_an_open_round(home):
    """Whoever is tried finds asks on Home; a later start opens no second round."""
    english = {"accept": "text/html", "accept-language": "en"}
    with client(home.live(), headers=english) as browser:
        page = browser.get("/sign-in").text
        asked = 0
        for part in re.split(r'(?=<form method="post" action="/sign-in">)', page)[1:6]:
            browser.cookies.clear()
            take_a_place(browser, part)
            asked += "/feedback/" in browser.get("/feedback").text
        assert asked >= 3
    for example in EXAMPLES:
        opened = [line for line in rounds_of(home, example.handle) if "closed" not in line and "  round " in line]
        assert len(opened) == 1
        assert int(re.search(r"(\d+) people asked", opened[0])[1]) >= 5


def rounds_of(home, handle):
    """The newest rounds, as the operator's shell tells them."""
    told = talkoot("round", "status", handle, TALKOOT_DATA=home.folder)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


def test_an_example_person_signs_in_and_sees_boards_with_people_on_them(home):
    with client(home.live(), headers={"accept": "text/html", "accept-language": "en"}) as browser:
        page = browser.get("/").text
        assert "Järvi &amp; Koski Oy" in page
        take_a_place(browser, page)
        assert browser.get("/").url.path == "/"
        assert browser.get("/boards").status_code == 200
        boards = browser.get("/api/boards?scope=organization&period=all&limit=100").json()["items"]
        assert "quality" in {board["board"] for board in boards if board["count"] > 10}
        best = browser.get("/api/boards/quality").json()["items"]
        assert len(best) > 10
        assert all(one["low"] < one["score"] < one["high"] for one in best)


def test_a_second_demo_names_the_address_of_the_first(home):
    url = home.live()
    for arguments in ((), ("--fresh",)):
        second = home.again(*arguments)
        assert (second.returncode, second.stdout) == (1, "")
        assert ELSEWHERE.search(second.stderr)[1] == url
        assert "Traceback" not in second.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_good_order_and_leaves_nothing(home, number):
    with client(home.live()) as browser:
        browser.get("/sign-in")  # the connection stays open
        ended = home.stop(number)
    assert (ended.running.returncode, ended.said) == (0, "")
    assert "Traceback" not in ended.heard
    assert programs_of(home.folder) == []
    assert {path.name for path in home.room.iterdir()} == {"da ta"}  # nothing temporary


def test_a_later_start_keeps_what_is_there_and_makes_nothing_up(home):
    home.live()
    headers = operator(home)
    home.stop()
    with client(home.live(), headers=headers) as api:
        assert len(api.get("/api/people").json()["items"]) > 10
    later = home.stop()
    assert "making up" not in later.heard
    assert "scoring" not in later.heard


def test_killed_while_serving_it_leaves_no_server_and_starts_again(home):
    home.live()
    assert "postgres" in {one.name() for one in programs_of(home.folder)}
    assert home.stop(signal.SIGKILL).running.returncode == -signal.SIGKILL
    assert all_gone(home.folder)
    with client(home.live()) as browser:
        assert browser.get("/sign-in").status_code == 200


def test_a_port_that_was_asked_for_is_not_exchanged_for_another(home):
    home.stop()
    listening, port = taken_port()
    with listening:
        asked = home.again("--port", port)
        set_ = talkoot("demo", TALKOOT_DATA=home.folder, TALKOOT_PORT=port)
    for refused in (asked, set_):
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.splitlines()[-1].startswith(f"talkoot: port {port} is taken; ")
    assert programs_of(home.folder) == []


def test_the_usual_port_makes_way_where_it_is_taken(home):
    with ExitStack() as stack:
        with suppress(OSError):  # somebody else may have it already
            stack.enter_context(socket.create_server(("127.0.0.1", 8321)))
        url = home.start().ready()
    assert 8321 < int(url.rpartition(":")[2]) <= 8341
    home.stop()


def test_on_a_database_of_ones_own_nothing_embedded_is_started(home):
    home.stop()
    nowhere = home.room / "nowhere"
    with postgres.running(home.folder) as url:
        own = {"TALKOOT_DATABASE_URL": url, "TALKOOT_DATA": nowhere}
        with closing(Started("demo", "--port", free_port(), **own)) as demo:
            with client(demo.ready()) as browser:
                assert "Järvi &amp; Koski Oy" in browser.get("/sign-in").text
            children = psutil.Process(demo.running.pid).children(recursive=True)
            second, fresh = talkoot("demo", **own), talkoot("demo", "--fresh", **own)
            assert demo.end() == 0
    assert children == []
    assert not nowhere.exists()
    assert (second.returncode, fresh.returncode) == (1, 1)
    assert "a demo is already running on the database of TALKOOT_DATABASE_URL" in second.stderr
    assert "--fresh is for the embedded database" in fresh.stderr


async def test_stopped_while_it_fills_it_leaves_nothing_half_done(server_url, tmp_path):
    name = f"demo_{uuid4().hex}"
    await shell.execute(server_url, f"create database {name}")
    url = shell.another(server_url, name)
    try:
        with closing(Started("demo", TALKOOT_DATABASE_URL=url, TMPDIR=tmp_path)) as demo:
            demo.says("making up two years of Järvi & Koski Oy")
            assert demo.end() == 130
        assert demo.heard.splitlines()[-1] == "talkoot: stopped before it was done"
        assert list(tmp_path.iterdir()) == []
        assert talkoot("organization", "list", TALKOOT_DATABASE_URL=url).stdout == ""
    finally:
        await shell.execute(server_url, f"drop database {name} with (force)")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="we are a normal user already")
def test_a_normal_user_can_run_it_too(home):
    home.stop()
    command = somebodys_command()
    theirs = opened()
    shutil.copytree(home.folder, theirs / "da ta", copy_function=shutil.copy2)
    for path in (theirs, *theirs.rglob("*")):
        os.chown(path, SOMEBODY, SOMEBODY)
    settings = {"TALKOOT_DATA": theirs / "da ta", "TMPDIR": theirs, "HOME": theirs, "PYTHONPATH": packages()}
    with closing(Started("demo", "--port", free_port(), command=command, user=SOMEBODY, **settings)) as demo:
        with client(demo.ready()) as browser:
            assert browser.get("/sign-in").status_code == 200
        assert {one.uids().real for one in programs_of(theirs)} == {SOMEBODY}
        assert demo.end() == 0
    assert programs_of(theirs) == []
    shutil.rmtree(theirs)


def packages() -> str:
    return f"{shell.CHECKOUT}:{Path(psutil.__file__).parents[1]}"


def somebodys_command() -> list[str]:
    """Our Python may lie in root's home; any other of the same version can load the same packages."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        command = [python, "-m", "service.cli"]
        with suppress(OSError):
            tried = subprocess.run(
                [*command, "--help"],
                user=SOMEBODY, group=SOMEBODY, extra_groups=[], cwd=shell.CHECKOUT, capture_output=True, check=False,
                env={"PYTHONPATH": packages(), "PATH": os.defpath},
            )  # fmt: skip
            if tried.returncode == 0:
                return command
    pytest.skip("a normal user can reach neither this checkout nor a Python")


@pytest.mark.slow
def test_fresh_begins_anew_and_says_one_line_when_it_is_ready(home):
    home.live()
    old = operator(home)
    home.url = home.start("--fresh", "--port", free_port()).ready()
    with client(home.url) as api:
        assert api.get("/api/people", headers=old).status_code == 401
        assert api.get("/api/people", headers=operator(home)).status_code == 200
    ended = home.stop()
    assert (ended.running.returncode, ended.said) == (0, "")
    assert "making up two years of Järvi & Koski Oy, 120 people" in ended.heard
