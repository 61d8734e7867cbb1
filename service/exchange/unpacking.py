"""Unpacking an uploaded zip into a folder: only files of the exchange folder, none of them where it wants to go."""

import io
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from scoring.exchange.columns import FILES
from scoring.exchange.manifest import NAME as MANIFEST
from scoring.exchange.manifest import Manifest, encode
from scoring.exchange.problems import BadFolder

MOST_ENTRIES = 100
MOST_BYTES = 300_000_000  # unpacked
PIECE_BYTES = 1 << 20
# By upload nobody brings, or learns by trying, what was said in confidence; nor others' consents and levels.
BY_THE_SHELL = frozenset({"rounds", "asks", "feedback", "consents", "level_steps", "retractions"})
ALLOWED = frozenset(f"{name}.csv" for name in FILES.keys() - BY_THE_SHELL) | {MANIFEST}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Put several uploaded files into one zip, which is then looked at like any other."""
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def unpack(content: bytes, folder: Path, ours: Manifest) -> None:
    """Unpack into `folder`, which is empty; without a manifest it has the organization's own.

    Raises
    ------
    BadFolder : it is no zip, is damaged or too large, or holds what has no place in it; `folder` may be half filled.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive)
            left = MOST_BYTES
            for name, entry in entries.items():
                left -= _write(archive, entry, folder / name, left)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as bad:
        raise BadFolder([f"the upload is no zip that can be read ({bad}), expected a zip or CSV files"]) from bad
    if MANIFEST not in entries:
        (folder / MANIFEST).write_bytes(encode(ours))
    if "people.csv" not in entries:
        (folder / "people.csv").write_text("person,name\n")


def _entries(archive: ZipFile) -> dict[str, ZipInfo]:
    """Return the entries by the name they get; refuse every one that is not a plain file of the exchange folder."""
    files = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(archive.infolist()) > MOST_ENTRIES:
        raise BadFolder([f"the zip has {len(archive.infolist())} entries, expected at most {MOST_ENTRIES}"])
    problems = [wrong for entry in files if (wrong := _wrong(entry))]
    if len({PurePosixPath(entry.filename).parent for entry in files}) > 1:
        problems.append("the zip has files in several folders, expected all of them in one")
    if len({PurePosixPath(entry.filename).name for entry in files}) < len(files):
        problems.append("the zip has a file twice, expected each once")
    if not files:
        problems.append("the upload is empty, expected a zip or CSV files")
    if problems:
        raise BadFolder(problems)
    return {PurePosixPath(entry.filename).name: entry for entry in files}


def _wrong(entry: ZipInfo) -> str | None:
    path = PurePosixPath(entry.filename)
    shown = repr(entry.filename[:60])
    if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or len(path.parts) > 2:
        return f"{shown}: leads out of the folder, expected a file name"
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
        return f"{shown}: is a link or a device, expected a file"
    if entry.flag_bits & 1:
        return f"{shown}: is encrypted, expected no password"
    if path.stem in BY_THE_SHELL and path.suffix == ".csv":
        return f"{shown}: is confidential, expected by the operator's shell only (`talkoot import`)"
    if path.name not in ALLOWED:
        return f"{shown}: has no place here, expected some of {', '.join(sorted(ALLOWED))}"
    return None


def _write(archive: ZipFile, entry: ZipInfo, path: Path, left: int) -> int:
    """Write one entry and return its bytes, counted while they come: what a header says of its size may be a lie."""
    size = 0
    with archive.open(entry) as source, path.open("wb") as target:
        while piece := source.read(PIECE_BYTES):
            size += len(piece)
            if size > left:
                raise BadFolder([f"the zip unpacks to more than {MOST_BYTES // 1_000_000} MB, expected less"])
            target.write(piece)
    return size
