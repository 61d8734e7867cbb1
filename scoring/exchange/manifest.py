"""The manifest of an exchange folder: its format, and the time zone and currency of the organization."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from scoring.exchange.columns import FORMAT
from scoring.exchange.problems import BadFolder, quoted

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
        raise BadFolder([f"{NAME}: cannot be read ({why.strerror}), expected a file such as {EXAMPLE}"]) from why
    except (msgspec.MsgspecError, UnicodeDecodeError) as why:
        raise BadFolder([f"{NAME}:1: {why}, expected something such as {EXAMPLE}"]) from why
    problems = list(_problems(manifest))
    if problems:
        raise BadFolder(problems)
    return manifest


def encode(manifest: Manifest) -> bytes:
    """JSON, the same bytes for the same manifest."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=0) + b"\n"


def _problems(manifest: Manifest) -> list[str]:
    problems = []
    if manifest.format != FORMAT:
        problems.append(f'{NAME}:1: format: is {quoted(manifest.format)}, expected "{FORMAT}"')
    if not _known_zone(manifest.time_zone):
        wrong = f"{quoted(manifest.time_zone)} is not a known time zone"
        problems.append(f"{NAME}:1: time_zone: {wrong}, expected an IANA name such as Europe/Helsinki")
    code = manifest.currency
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        problems.append(f"{NAME}:1: currency: is {quoted(code)}, expected three capital letters such as EUR")
    return problems


def _known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return 0 < len(name) <= 64
