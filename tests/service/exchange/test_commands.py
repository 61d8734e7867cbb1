"""`talkoot import` and `talkoot export` as an operator sees them: exit status, stderr, and what is there afterwards."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest

from tests.scoring.folders import GOOD, make

pytestmark = pytest.mark.slow  # whole processes, started and killed


PROGRAM = "from service.cli import main; main()"


@pytest.fixture
def talkoot(database_url):
    def run(*arguments):
        command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
        environment = os.environ | {"TALKOOT_DATABASE_URL": database_url}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def handle():
    return f"o-{uuid4().hex[:12]}"


def test_a_folder_goes_in_and_comes_out_the_same(talkoot, handle, tmp_path):
    path = make(tmp_path / "in", GOOD)
    first = talkoot("import", path, "--organization", handle)
    assert (first.returncode, first.stdout.splitlines()[-1].split(",")[0]) == (0, f"done: made and filled {handle}")
    assert "kudos: 3 of 3" in first.stderr
    second = talkoot("import", path, "--organization", handle)
    assert (second.returncode, second.stdout.split(":")[0]) == (0, "nothing new")
    out = talkoot("export", handle, tmp_path / "out")
    assert out.returncode == 0, out.stderr
    assert talkoot("export", handle, tmp_path / "out").returncode == 2
    copy = talkoot("import", tmp_path / "out", "--organization", f"{handle}-copy", "--assume-consent", "a test")
    assert copy.returncode == 0
    assert "note: assumed 7 consents: a test" in copy.stdout


def test_a_bad_folder_is_told_line_by_line_and_leaves_nothing(talkoot, handle, tmp_path):
    kudos = "id,giver,receiver,message,at\nk1,p1,p1,Hi,2026-01-01T00:00:00Z\nk2,p1,p2,Hi,never\n"
    path = make(tmp_path / "bad", {"kudos": kudos})
    refused = talkoot("import", path, "--organization", handle)
    assert refused.returncode == 2
    told = refused.stderr.splitlines()
    assert "kudos.csv:2: receiver: is the giver too, expected another person" in told
    assert any(line.startswith("kudos.csv:3: at: is 'never', expected an ISO 8601 time") for line in told)
    assert told[-1] == "talkoot: nothing was imported"
    assert talkoot("export", handle, tmp_path / "out").returncode == 1
    skipped = talkoot("import", path, "--organization", handle, "--skip-bad")
    assert skipped.returncode == 0
    assert "left out: 2 kudos" in skipped.stdout


@pytest.mark.parametrize(
    "arguments",
    [("--organization", "No Handle"), ("--organization", "fine", "--assume-consent", " "), ()],
)
def test_wrong_arguments_are_refused_before_anything_is_touched(talkoot, tmp_path, arguments):
    refused = talkoot("import", make(tmp_path / "in", {}), *arguments)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_an_unknown_organization_or_folder_is_said_plainly(talkoot, handle, tmp_path):
    unknown = talkoot("export", handle, tmp_path / "out")
    assert unknown.returncode == 1
    assert f"there is no organization '{handle}'" in unknown.stderr
    nowhere = talkoot("import", tmp_path / "nowhere", "--organization", handle)
    assert nowhere.returncode == 2
    assert "Traceback" not in nowhere.stderr


@pytest.mark.slow
def test_an_import_that_is_killed_leaves_nothing_and_is_done_again_whole(talkoot, database_url, handle, tmp_path):
    rows = "".join(f"k{i},p{i % 2 + 1},p{2 - i % 2},Thanks,2026-01-01T00:00:00Z\n" for i in range(60_000))
    path = make(tmp_path / "in", {"kudos": f"id,giver,receiver,message,at\n{rows}"})
    environment = os.environ | {"TALKOOT_DATABASE_URL": database_url}
    command = [sys.executable, "-c", PROGRAM, "import", path, "--organization", handle]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert any(line.startswith("kudos: 50,000 of 60,000") for line in process.stderr)
        process.kill()
    assert talkoot("export", handle, tmp_path / "out").returncode == 1  # there is no such organization
    again = talkoot("import", path, "--organization", handle)
    assert again.returncode == 0, again.stderr
    assert "60,000 kudos" in again.stdout
