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
from scoring.exchange.words import Phrase, Problem, phrase

MOST_ENTRIES = 100
MOST_BYTES = 300_000_000  # unpacked
PIECE_BYTES = 1 << 20
ZIP_BEGINS = b"PK"
BY_OFFICE = "[Content_Types].xml"  # in every .xlsx and .docx, which are zips
# What computers put into a zip beside the files that somebody chose.
LEFTOVERS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
LEFTOVER_FOLDER = "__MACOSX"
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
    if not content:
        raise BadFolder([Problem(phrase("upload_empty"), phrase("zip"))])
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive)
            left = MOST_BYTES
            for name, entry in entries.items():
                left -= _write(archive, entry, folder / name, left)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as bad:
        code = "damaged" if content.startswith(ZIP_BEGINS) else "no_zip"
        raise BadFolder([Problem(phrase(code, why=bad), phrase("zip"))]) from bad
    if MANIFEST not in entries:
        (folder / MANIFEST).write_bytes(encode(ours))
    if "people.csv" not in entries:
        (folder / "people.csv").write_text("person,name\n")


def _entries(archive: ZipFile) -> dict[str, ZipInfo]:
    """Return the entries by the name they get; refuse every one that is not a plain file of the exchange folder."""
    if (count := len(archive.infolist())) > MOST_ENTRIES:
        raise BadFolder([Problem(phrase("entries", count=count), phrase("at_most", most=MOST_ENTRIES))])
    if BY_OFFICE in archive.namelist():
        raise BadFolder([Problem(phrase("spreadsheet"), phrase("zip"))])
    files = [entry for entry in archive.infolist() if not entry.is_dir() and not _left_over(entry)]
    problems = [wrong for entry in files if (wrong := _wrong(entry))]
    if len({PurePosixPath(entry.filename).parent for entry in files}) > 1:
        problems.append(Problem(phrase("several_folders"), phrase("one_folder")))
    if len({PurePosixPath(entry.filename).name for entry in files}) < len(files):
        problems.append(Problem(phrase("file_twice"), phrase("each_once")))
    if not files:
        problems.append(Problem(phrase("upload_empty"), phrase("zip")))
    if problems:
        raise BadFolder(problems)
    return {PurePosixPath(entry.filename).name: entry for entry in files}


def _left_over(entry: ZipInfo) -> bool:
    path = PurePosixPath(entry.filename)
    return path.parts[:1] == (LEFTOVER_FOLDER,) or path.name in LEFTOVERS


def _wrong(entry: ZipInfo) -> Problem | None:
    path = PurePosixPath(entry.filename)
    away = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or len(path.parts) > 2
    found = ("leads_out", phrase("file_name")) if away else _wrong_kind(entry, path)
    return Problem(phrase(found[0]), found[1], repr(entry.filename[:60])) if found else None


def _wrong_kind(entry: ZipInfo, path: PurePosixPath) -> tuple[str, Phrase] | None:
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
        return "link", phrase("file")
    if entry.flag_bits & 1:
        return "encrypted", phrase("no_password")
    if path.stem in BY_THE_SHELL and path.suffix == ".csv":
        return "confidential", phrase("by_the_shell")
    if path.name not in ALLOWED:
        return "no_place", phrase("some_files", files=", ".join(sorted(ALLOWED)))
    return None


def _write(archive: ZipFile, entry: ZipInfo, path: Path, left: int) -> int:
    """Write one entry and return its bytes, counted while they come: what a header says of its size may be a lie."""
    size = 0
    with archive.open(entry) as source, path.open("wb") as target:
        while piece := source.read(PIECE_BYTES):
            size += len(piece)
            if size > left:
                raise BadFolder([Problem(phrase("too_large", most=MOST_BYTES // 1_000_000), phrase("less"))])
            target.write(piece)
    return size
