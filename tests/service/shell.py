"""The `talkoot` command in a process of its own, as an operator's shell starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

CHECKOUT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "service.cli"]
READY = re.compile(r"Talkoot is ready at (http://127\.0\.0\.1:\d+)\n")
GONE_SECONDS = 10  # until what a killed process leaves behind must have ended


def environment(**settings: object) -> dict[str, str]:
    """Our own environment with these settings and no others of Talkoot's."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("TALKOOT_")}
    return others | {name: str(value) for name, value in settings.items()}


def talkoot(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=CHECKOUT,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


class Started:
    """A command that runs until it is told to stop, or killed."""

    def __init__(self, *arguments: object, command: list[str] = COMMAND, user: int | None = None, **settings: object):
        whose = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.heard = ""  # of stderr
        self.said = ""  # of stdout, after the line of `ready`
        self.running = subprocess.Popen(
            [*command, *map(str, arguments)],
            cwd=CHECKOUT,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **whose,
        )

    def says(self, words: str) -> None:
        """Read stderr up to a line with `words`."""
        for line in self.running.stderr:
            self.heard += line
            if words in line:
                return
        pytest.fail(f"never said {words!r}: {self.heard}")

    def ready(self) -> str:
        """Wait for the first line on stdout, which says where it is served."""
        line = self.running.stdout.readline()
        found = READY.fullmatch(line)
        return found[1] if found else pytest.fail(f"{line!r}\n{self.heard}{self.running.stderr.read()}")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; its exit status."""
        self.running.send_signal(number)
        with self.running:
            self.running.wait(30)
            self.said += self.running.stdout.read()
            self.heard += self.running.stderr.read()
        return self.running.returncode

    def close(self) -> None:
        """End it by force, if it still runs."""
        if self.running.poll() is None:
            self.end(signal.SIGKILL)


def programs_of(folder: Path) -> list[psutil.Process]:
    """Every program that works in `folder` or names it: the command itself, PostgreSQL, and its maker."""
    return [
        one
        for one in psutil.process_iter(["cmdline", "cwd"])
        if str(folder) in " ".join(one.info["cmdline"] or []) or str(folder) in (one.info["cwd"] or "")
    ]


def all_gone(folder: Path) -> bool:
    """Wait a little until no program of `folder` is left."""
    deadline = time.monotonic() + GONE_SECONDS
    while programs_of(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not programs_of(folder)


async def execute(url: str, statement: str) -> None:
    """Run one statement as the database's owner."""
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


def another(url: str, database: str) -> str:
    """Return the URL of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()
