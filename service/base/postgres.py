"""The embedded PostgreSQL server: one for each data folder, alive exactly as long as the block that asked for it."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import quote

from service.base import child, leftovers, place
from service.base.place import AlreadyRunning, DatabaseTrouble, default_folder
from service.base.watched import stop, watched

__all__ = ["AlreadyRunning", "DatabaseTrouble", "address", "default_folder", "fresh", "running"]

NAME = "talkoot"  # of the database and of the user who owns it
START_SECONDS = 120.0  # crash recovery replays up to max_wal_size of log
LOG_BYTES = 2_000_000  # then the log is set aside as log.1, so both take at most twice this
READY_LINE = 8  # of postmaster.pid, see src/include/utils/pidfile.h
SETTINGS = {
    "listen_addresses": "",  # the socket is faster than TCP, and no other machine or web page can knock on it
    "max_connections": "60",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_parallel_workers_per_gather": "1",  # two cores, and the web wants one
    "random_page_cost": "1.1",  # a laptop's disk has no arm to move
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run the server of `folder` inside the block and give its URL, making a new database where there is none.

    Linux ends a child with the *thread* that started it: enter from one that lives as long as the block.

    Raises
    ------
    AlreadyRunning : another process runs it; `address` tells how to reach it.
    DatabaseTrouble : the folder cannot be used, or the server does not start.
    """
    folder = place.prepare(folder)
    with place.only_one(folder):
        _forget_address(folder)
        leftovers.end(folder)
        programs = place.programs()
        secret = _password(folder)
        if not (folder / "data").exists():
            _create(folder, programs)
        with _sockets(folder) as sockets, _server(folder, programs, sockets):
            url = f"postgresql://{NAME}:{secret}@/{NAME}?host={quote(str(sockets), safe='')}"
            _write(folder / "url", url)
            try:
                yield url
            finally:
                _forget_address(folder)


def address(folder: Path) -> str | None:
    """Return the URL of the server another process runs in `folder`, or None if there is none (yet).

    Raises
    ------
    DatabaseTrouble : it is another user's.
    """
    folder = folder.expanduser()
    try:
        return (folder / "url").read_text() if place.is_held(folder) else None
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise DatabaseTrouble(f'The database in "{folder}" belongs to another user.') from error


def fresh(folder: Path) -> None:
    """Remove the database in `folder`, and nothing else that may lie there.

    Raises
    ------
    AlreadyRunning : somebody is using it.
    """
    if not folder.exists():
        return
    folder = place.prepare(folder)
    with place.only_one(folder):
        _forget_address(folder)
        leftovers.end(folder)
        if (folder / "data").exists():
            (folder / "data").rename(folder / "old")  # at once, so that no half of it is ever taken for a database
        for part in ("old", "new"):
            shutil.rmtree(folder / part, ignore_errors=True)
        for file in ("password", "log", "log.1"):
            (folder / file).unlink(missing_ok=True)


def _forget_address(folder: Path) -> None:
    (folder / "url").unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    """Write a file only its owner can read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with open(new, "x", opener=place.private) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def _password(folder: Path) -> str:
    path = folder / "password"
    if not path.exists():
        if (folder / "data").exists():
            raise DatabaseTrouble(f'The password of the database is lost: there is no file "{path}".')
        _write(path, secrets.token_urlsafe(32))
    return path.read_text()


def _create(folder: Path, programs: Path) -> None:
    """Make the database beside its place and move it there when complete: a crash leaves all or nothing."""
    new, data = folder / "new", folder / "new" / "data"
    for cut_off in (new, folder / "old"):  # by a kill, here or in `fresh`
        shutil.rmtree(cut_off, ignore_errors=True)
    new.mkdir(0o700)
    _write(new / "password", (folder / "password").read_text())
    _give(new, new / "password")
    account = ["-U", NAME, f"--pwfile={new / 'password'}", "--auth=scram-sha-256"]
    texts = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run([programs / "initdb", "-D", data, *account, *texts], new)
    _run([programs / "postgres", "--single", "-D", data, "postgres"], new, f"create database {NAME}\n")
    data.rename(folder / "data")
    shutil.rmtree(new)
    at = os.open(folder, os.O_RDONLY)
    os.fsync(at)
    os.close(at)


def _give(*paths: Path) -> None:
    if who := place.account():
        for path in paths:
            os.chown(path, who.uid, who.gid)


def _command(command: Sequence[str | Path]) -> list[str]:
    """Wrap `command` so that it runs as PostgreSQL's user and ends with us."""
    who = place.account() or place.Account(-1, -1)
    launcher = [sys.executable, "-I", "-S", child.__file__, os.getpid(), who.uid, who.gid]
    return [str(part) for part in (*launcher, *command)]


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # no PG* variable of ours may reach the server


def _run(command: Sequence[str | Path], folder: Path, say: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        _command(command),
        cwd=folder,
        env=_environment(),
        input=say,
        capture_output=True,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        raise DatabaseTrouble(f"{Path(command[0]).name} failed ({done.returncode}): {done.stderr.strip()}")


@contextlib.contextmanager
def _sockets(folder: Path) -> Iterator[Path]:
    """Make a private folder for the socket: its path may have only 107 bytes, so it cannot be inside `folder`."""
    note = folder / "sockets"
    if note.exists():  # of a server that had no time to tidy up
        shutil.rmtree(note.read_text(), ignore_errors=True)
    sockets = Path(tempfile.mkdtemp(prefix="talkoot-", dir="/tmp"))  # short, and nobody can get there
    _give(sockets)
    _write(note, str(sockets))
    try:
        yield sockets
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
        note.unlink(missing_ok=True)


def _server(folder: Path, programs: Path, sockets: Path) -> contextlib.AbstractContextManager[None]:
    """Keep the server of `folder` running inside a block."""

    def start() -> subprocess.Popen[bytes]:
        leftovers.end(folder)  # of one that was killed
        return _start(folder, programs, sockets)

    return watched(start)


def _start(folder: Path, programs: Path, sockets: Path) -> subprocess.Popen[bytes]:
    options = [f"--{name}={value}" for name, value in SETTINGS.items()]
    data = folder / "data"
    server = subprocess.Popen(  # noqa: S603 - our own command, no shell
        _command([programs / "postgres", "-D", data, "-k", sockets, *options]),
        cwd=data,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # the terminal's Ctrl-C is for us; we stop the server ourselves
    )
    log = threading.Thread(target=_keep, args=(server.stdout, folder / "log"), daemon=True)
    log.start()
    try:
        _await_ready(server, folder, log)
    except BaseException:
        stop(server)
        raise
    return server


def _keep(lines: IO[bytes], path: Path) -> None:
    """Write down what the server says, never more than twice LOG_BYTES."""
    with lines:
        for line in lines:
            if path.exists() and path.stat().st_size + len(line) > LOG_BYTES:
                path.replace(path.with_name("log.1"))
            with open(path, "ab", opener=place.private) as file:  # it quotes what people wrote
                file.write(line)


def _await_ready(server: subprocess.Popen[bytes], folder: Path, log: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        said = leftovers.pid_file(folder)
        if len(said) >= READY_LINE and (said[0], said[READY_LINE - 1]) == (str(server.pid), "ready"):
            return
        time.sleep(0.01)
    ended = server.poll() is not None
    if ended:
        log.join(timeout=5)
    words = (folder / "log").read_text(errors="replace").splitlines()[-8:] if (folder / "log").exists() else []
    why = f"ended with {server.returncode}" if ended else f"was not ready after {START_SECONDS:.0f} s"
    raise DatabaseTrouble("\n".join([f'PostgreSQL {why}. The last lines of "{folder / "log"}":', *words]))
