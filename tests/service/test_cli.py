"""The `talkoot` command as an operator's shell sees it: what it says, its exit status, and what is there afterwards."""

import time
from uuid import uuid4

import httpx
import pytest
import typer
from typer.testing import CliRunner

from service import cli
from tests.scoring.folders import GOOD, make
from tests.service import shell
from tests.service.conftest import free_port
from tests.service.shell import Started, talkoot

pytestmark = pytest.mark.slow  # whole processes, started and killed


COMMANDS = {"demo", "serve", "worker", "migrate", "check", "import", "export", "score", "preview", "validate",
            "organization", "token", "policy", "role", "sign-in", "round", "erase", "exports"}  # fmt: skip
RUN_SECONDS = 60  # until a run asked for must be published


@pytest.fixture(scope="module")
async def url(server_url):
    """A database of this module's own, not migrated yet, so that no other test's jobs wait in it."""
    name = f"cli_{uuid4().hex}"
    await shell.execute(server_url, f"create database {name}")
    yield shell.another(server_url, name)
    await shell.execute(server_url, f"drop database {name} with (force)")


@pytest.fixture
def run(url):
    """Run a command on that database."""
    return lambda *arguments: talkoot(*arguments, TALKOOT_DATABASE_URL=url)


@pytest.fixture
def company(run, tmp_path):
    """The handle of a fresh organization, filled from a small folder."""
    handle = f"o-{uuid4().hex[:12]}"
    done = run("import", make(tmp_path / "company", GOOD), "--organization", handle, "--assume-consent", "a test")
    assert done.returncode == 0, done.stderr
    return handle


@pytest.fixture
def started(url):
    """Start commands on that database that run until they are stopped, in good order."""
    running = []

    def start(*arguments):
        running.append(Started(*arguments, TALKOOT_DATABASE_URL=url))
        return running[-1]

    yield start
    assert [one.end() for one in running] == [0] * len(running)


@pytest.fixture
def web(started):
    """Serve the web alone; its address."""
    port = free_port()
    serving = started("serve", "--no-worker", "--port", port)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and serving.running.poll() is None:
        try:
            httpx.get(f"{address}/health/ready", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return address
    pytest.fail(serving.running.stderr.read())


def token(run, company, role="administrator"):
    made = run("token", "create", "--organization", company, "--role", role, "--person", "Ada")
    assert made.returncode == 0, made.stderr
    return {"authorization": f"Bearer {made.stdout.strip()}"}


def one_line(done, status=1):
    """What a refused command says: one line, and never a traceback."""
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    (line,) = done.stderr.splitlines()
    return line


def words(group):
    """The words of every command below a group: `import`, `token create`, …"""
    for name, command in group.commands.items():
        yield (name,)
        yield from ((name, *more) for more in words(command)) if hasattr(command, "commands") else ()


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_command_says_what_it_is_for():
    done = talkoot("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert {word for word in COMMANDS if f" {word} " in done.stdout} == COMMANDS
    cli.complete()
    asked = list(words(typer.main.get_command(cli.app)))
    assert {names[0] for names in asked} == COMMANDS
    for names in asked:  # each in a process of its own would take long
        shown = CliRunner().invoke(cli.app, [*names, "--help"])
        assert (shown.exit_code, "Usage: " in shown.stdout) == (0, True), names


def test_migrate_says_what_is_pending_applies_it_and_then_has_nothing_to_do(run):
    before = run("migrate", "--check")
    assert (before.returncode, before.stdout.split(",")[0]) == (1, "pending: 0001_organizations.sql")
    assert "applied: 0001_" in run("migrate").stdout
    assert run("migrate", "--check").stdout == "the database is up to date\n"
    assert run("migrate").stdout == "the database was up to date\n"


def test_an_unknown_organization_is_answered_with_the_known_ones(run, company, tmp_path):
    for command in (("export", "nowhere", tmp_path / "out"), ("token", "list", "--organization", "nowhere")):
        line = one_line(run(*command))
        assert line.startswith("talkoot: there is no organization 'nowhere'; there are: ")
        assert company in line
    assert not (tmp_path / "out").exists()


def test_a_bad_row_is_named_by_file_line_and_column(run, tmp_path):
    path = make(tmp_path / "bad", {"kudos": "id,giver,receiver,message,at\nk1,p1,p9,Hi,2026-01-01T00:00:00Z\n"})
    refused = run("import", path, "--organization", "bad")
    assert refused.returncode == 2
    assert "\nkudos.csv:2: receiver: 'p9' is not in people" in refused.stderr
    assert "there is no organization" in run("export", "bad", tmp_path / "out").stderr


def test_importing_twice_changes_nothing_and_what_comes_out_goes_in_elsewhere(run, company, tmp_path):
    assert run("export", company, tmp_path / "first").returncode == 0
    again = run("import", tmp_path / "first", "--organization", company)
    assert (again.returncode, again.stdout.split(":")[0]) == (0, "nothing new")
    assert run("import", tmp_path / "first", "--organization", f"{company}-2").returncode == 0
    assert run("export", f"{company}-2", tmp_path / "second").returncode == 0
    first = contents(tmp_path / "first")
    assert len(first) > 15
    assert contents(tmp_path / "second") == first


def test_scoring_a_folder_twice_gives_the_same_bytes(tmp_path):
    path = make(tmp_path / "in", GOOD)
    for out in ("one", "two"):
        done = talkoot("score", path, "--out", tmp_path / out, "--as-of", "2026-01-01", "--assume-consent", "a test")
        assert done.returncode == 0, done.stderr
        assert "scored 3 people as of 2026-01-01T00:00:00+00:00" in done.stderr
    one = contents(tmp_path / "one")
    assert len(one) > 4
    assert contents(tmp_path / "two") == one


def test_a_policy_is_named_where_it_is_none_and_what_it_weighs_in_vain_is_told(tmp_path):
    path = make(tmp_path / "in", GOOD)
    (tmp_path / "torn.json").write_text('{"k": 5')
    refused = talkoot("score", path, "--out", tmp_path / "out", "--policy", tmp_path / "torn.json")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"{tmp_path / 'torn.json'}: ")
    (tmp_path / "typo.json").write_text('{"weights": {"other": {"colaboration": 1, "care": 0.5, "leading": 0}}}')
    told = talkoot("score", path, "--out", tmp_path / "out", "--policy", tmp_path / "typo.json")
    assert "NO SUCH CRITERION: the policy weighs colaboration, of which the folder knows nothing" in told.stderr


def test_a_token_opens_the_api_until_it_is_revoked(run, company, web):
    headers = token(run, company, "employee")
    assert httpx.get(f"{web}/api/people", headers=headers, trust_env=False).json()["items"]
    listed = run("token", "list", "--organization", company).stdout
    (line,) = listed.splitlines()
    assert headers["authorization"].split()[1] not in listed
    assert run("token", "revoke", "--organization", company, line.split()[0]).returncode == 0
    assert httpx.get(f"{web}/api/people", headers=headers, trust_env=False).status_code == 401


def test_what_the_web_is_asked_for_a_worker_of_its_own_does(run, company, web, started):
    headers = token(run, company)
    with httpx.Client(base_url=web, headers=headers, trust_env=False) as client:
        asked = client.post("/api/scoring/runs", headers={"idempotency-key": uuid4().hex})
        assert asked.status_code == 202, asked.text
        where = f"/api/scoring/runs/{asked.json()['id']}"
        assert client.get(where).json()["state"] == "due"
        started("worker")
        deadline = time.monotonic() + RUN_SECONDS
        while client.get(where).json()["state"] != "done" and time.monotonic() < deadline:
            time.sleep(0.2)
        assert client.get(where).json()["state"] == "done"
        assert client.get("/api/boards").json()["items"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TALKOOT_PORT", "abc", "expected `int`"),
        ("TALKOOT_PORT", "70000", "<= 65535"),
        ("TALKOOT_DEMO", "perhaps", "expected `bool`"),
        ("TALKOOT_POOL_SIZE", "0", ">= 1"),
        ("TALKOOT_DATABASE_URL", "mysql://somewhere", "postgres"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(name, value, says):
    line = one_line(talkoot("serve", **{name: value}))
    assert line.startswith(f"talkoot: {name}: ")
    assert says in line


@pytest.mark.parametrize("command", [("serve",), ("demo",), ("worker",), ("migrate",), ("organization", "list")])
def test_a_database_that_cannot_be_reached_is_named_without_its_password(command):
    line = one_line(talkoot(*command, TALKOOT_DATABASE_URL="postgresql://somebody:secret@127.0.0.1:1/nothing"))
    assert line.startswith("talkoot: Cannot connect to PostgreSQL at 127.0.0.1/nothing: ")
    assert "secret" not in line


def test_an_address_that_cannot_be_listened_on_is_named(url):
    line = one_line(talkoot("serve", "--host", "256.0.0.1", TALKOOT_DATABASE_URL=url))
    assert line.startswith("talkoot: cannot listen on 256.0.0.1:8321: ")


def test_a_data_folder_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert "is not a folder" in one_line(talkoot("organization", "list", TALKOOT_DATA=tmp_path / "file"))


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("serve", "--port", "0"), ("demo", "--port", "x"), ("score",), ("token", "revoke", "x")],
)
def test_wrong_words_are_answered_with_the_usage(arguments):
    refused = talkoot(*arguments)
    assert refused.returncode == 2
    assert refused.stderr.startswith("Usage: talkoot")
    assert "Traceback" not in refused.stderr
