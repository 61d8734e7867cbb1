"""What `tests/ORACLES.md` names is there: each file, each test, each command with its planted bug."""

import re

import pytest

from tests.architecture import tree

TABLE = [line for line in (tree.ROOT / "tests/ORACLES.md").read_text().splitlines() if line.startswith("|")][2:]
NAMED = [name for line in TABLE for name in re.findall(r"`([^`]+)`", line)]
FILES = sorted({name for name in NAMED if re.fullmatch(r"[\w/]+\.py", name)})
TESTS = sorted({name.rstrip("_…") for name in NAMED if name.startswith("test_")})
COMMANDS = sorted({name for name in NAMED if name.startswith("python -m ")})
SOURCES = [path for path in (tree.ROOT / "tests").rglob("*.py") if "architecture" not in path.parts]
DEFINED = {name for path in SOURCES for name in re.findall(r"def (test_\w+)\(", path.read_text())}


def test_every_oracle_has_a_planted_bug_what_caught_it_and_how_often():
    assert len(TABLE) > 20
    for line in TABLE:
        _, planted, caught, often = (cell.strip() for cell in line.strip("|").split("|"))
        assert planted, line
        assert re.search(r"`[^`]*(\.py|test_\w+…?|python -m [^`]+|OTHER_HOST)[^`]*`|the same test", caught), line
        assert often.startswith(("always", "by hand")), line


@pytest.mark.parametrize("file", FILES)
def test_every_file_named_is_there(file):
    places = [tree.ROOT / "tests" / room / file for room in ("", "service", "scoring")]
    places += [tree.ROOT / place / file for place in ("service", "scoring")]
    assert any(place.is_file() for place in places)


@pytest.mark.parametrize("name", TESTS)
def test_every_test_named_is_there(name):
    assert any(defined.startswith(name) for defined in DEFINED)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_named_takes_what_plants_its_bug(command):
    module, *flags = command.removeprefix("python -m ").split()
    source = (tree.ROOT / f"{module.replace('.', '/')}.py").read_text()
    assert [flag for flag in flags if f'"{flag}"' not in source] == []
