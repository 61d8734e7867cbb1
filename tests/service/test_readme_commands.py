"""Every command that the READMEs write down is one that `talkoot` takes, as it is written."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from service import cli

ROOT = Path(__file__).parents[2]
READMES = ("README.md", *(f"{one}/README.md" for one in ("service", "scoring", "migrations", "tests")))
WRITTEN = re.compile(r"(?:`|^\.venv/bin/|&& \.venv/bin/)(talkoot [^`#\n]+)", re.MULTILINE)
STANDS_FOR = {"DATE": "2026-12-01", "FOLDER": str(ROOT), "NEW.json": str(ROOT / "pyproject.toml"), "…": "x"}


def written():
    return sorted({one.strip() for name in READMES for one in WRITTEN.findall((ROOT / name).read_text("utf-8"))})


@pytest.fixture
def complete(monkeypatch):
    """All of `talkoot`, apart from the one other tests hold."""
    app = typer.Typer()
    app.registered_commands = list(cli.app.registered_commands)
    monkeypatch.setattr(cli, "app", app)
    cli.complete()
    return typer.main.get_command(app)


def take(command, line):
    """Parse a line as the shell would run it; nothing is run. A bare name of a command only has to exist."""
    path = "talkoot"
    words = [STANDS_FOR.get(word, word) for word in shlex.split(line)[1:]]
    while hasattr(command, "commands"):
        path, command = f"{path} {words[0]}", command.commands[words.pop(0)]
    if words:
        command.make_context(path, words)


@pytest.mark.parametrize("line", written())
def test_a_command_of_the_readmes_is_taken_as_written(complete, line):
    take(complete, line)


def test_a_wrong_one_would_be_found(complete):
    assert len(written()) > 20
    with pytest.raises(Exception, match="PERSON"):
        take(complete, "talkoot role grant NAME PERSON administrator")
