"""The manifest of an exchange folder: its format, and the time zone and currency of the organization."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from scoring.exchange.columns import FORMAT
from scoring.exchange.problems import BadFolder
from scoring.exchange.words import Phrase, Problem, phrase, quoted

NAME = "manifest.json"
EXAMPLE = f'{{"format": "{FORMAT}", "time_zone": "Europe/Helsinki", "currency": "EUR"}}'


class Manifest(msgspec.Struct, frozen=True):
    """`time_zone` is an IANA name, in which months and quarters are cut; `currency` an ISO 4217 code."""

    format: str
    time_zone: str
    currency: str


def read(folder: Path) -> Manifest:
    """Read and check the manifest.

    Raises
    ------
    BadFolder : it is missing, no JSON, of another format, or names an unknown time zone or currency.
    """
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except OSError as why:
        problem = Problem(phrase("unreadable", why=why.strerror), phrase("manifest_file", example=EXAMPLE), NAME)
        raise BadFolder([problem]) from why
    except (msgspec.MsgspecError, UnicodeDecodeError) as why:
        problem = Problem(phrase("manifest", why=why), phrase("manifest_like", example=EXAMPLE), NAME, 1)
        raise BadFolder([problem]) from why
    problems = list(_problems(manifest))
    if problems:
        raise BadFolder(problems)
    return manifest


def encode(manifest: Manifest) -> bytes:
    """JSON, the same bytes for the same manifest."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=0) + b"\n"


def _problems(manifest: Manifest) -> list[Problem]:
    def wrong(column: str, said: Phrase, expected: Phrase) -> Problem:
        return Problem(said, expected, NAME, 1, column)

    problems = []
    if manifest.format != FORMAT:
        expected = phrase("this_format", name=FORMAT)
        problems.append(wrong("format", phrase("not_this", value=quoted(manifest.format)), expected))
    if not _known_zone(manifest.time_zone):
        said = phrase("zone", value=quoted(manifest.time_zone))
        problems.append(wrong("time_zone", said, phrase("known_zone")))
    code = manifest.currency
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        problems.append(wrong("currency", phrase("not_this", value=quoted(code)), phrase("currency")))
    return problems


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return 0 < len(name) <= 64
