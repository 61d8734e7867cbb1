"""End what is left of a server whose owner was killed."""

import contextlib
import os
import signal
import time
from pathlib import Path

from service.base.place import DatabaseTrouble

ENDINGS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 8.0), (signal.SIGKILL, 5.0))  # fast, immediate, by force; seconds
ORPHANS_SECONDS = 1.0  # children of a dead postmaster, and initdb's, end of their own accord


def end(folder: Path) -> None:
    """Wait for the old server in `folder` and end it; only for who holds the lock, so that it is nobody's.

    Raises
    ------
    DatabaseTrouble : it survives everything.
    """
    for ending, seconds in ENDINGS:
        left = inside(folder)
        # Only the postmaster may be asked; its children take the same signals otherwise, and end without it.
        first = {int(said) for said in pid_file(folder)[:1] if said.isdigit()}
        asked = left if ending == signal.SIGKILL else left & first
        for pid in asked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, ending)
        deadline = time.monotonic() + (seconds if asked else ORPHANS_SECONDS)
        while left and time.monotonic() < deadline:
            time.sleep(0.02)
            left = inside(folder)
        if not left:
            break
    else:
        raise DatabaseTrouble(f'An old PostgreSQL in "{folder}" does not end; it has the numbers {sorted(left)}.')
    # Its number may be somebody else's by now, which PostgreSQL would take for the old server.
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)


def pid_file(folder: Path) -> list[str]:
    """Return the lines of the server's postmaster.pid, none where there is none."""
    try:
        return [line.strip() for line in (folder / "data" / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def inside(folder: Path) -> set[int]:
    """Return the numbers of PostgreSQL's programs working inside `folder`; none where there is no /proc."""
    return {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_in(entry, folder)}


def _works_in(entry: Path, folder: Path) -> bool:
    try:
        program, at = (entry / "exe").readlink().name, (entry / "cwd").readlink()
    except OSError:  # it ended, or is somebody else's
        return False
    return program.removesuffix(" (deleted)") in {"postgres", "initdb"} and at.is_relative_to(folder)
