"""The records of a CSV file: where each begins, which line that is, and which of them are broken."""

import codecs
import csv
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.exchange.problems import MOST_LISTED, Finding, Rows, quoted

QUOTE, COMMA, NEWLINE, RETURN, SPACE = (ord(sign) for sign in '",\n\r ')
BOM = b"\xef\xbb\xbf"
HEADER_BYTES = 100_000  # no header is longer

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Records:
    """Sound records, each of as many fields as the header, and what was found broken."""

    data: bytes
    findings: list[Finding]  # their rows are lines of the file already
    lines: Callable[[Rows], Rows]  # the lines on which the records of these places begin


def clean(raw: bytes) -> bytes:
    """UTF-8 without a byte order mark and with a newline at the end; what is not UTF-8 becomes NUL, refused later."""
    raw = raw.removeprefix(BOM)
    try:
        raw.decode()
    except UnicodeDecodeError:
        raw = raw.decode(errors="talkoot-nul").encode()
    return raw if not raw or raw.endswith(b"\n") else raw + b"\n"


def header(data: bytes) -> tuple[list[str], int]:
    """Return the names in the first record and how many bytes that record has."""
    end = data.find(b"\n") + 1
    names = next(csv.reader([data[: min(end, HEADER_BYTES)].decode(errors="replace")]), [])
    return names, end


def split(data: bytes, start: int, width: int) -> Records:
    """Find the records after the header, which ends at `start`; each must have `width` fields.

    Quotes are read as RFC 4180 says: a quote opens only at the beginning of a field, closes only at its end, and
    is doubled inside. A line where that goes wrong is cut out, and reading goes on behind it.
    """
    body = np.frombuffer(data, np.uint8)[start:]
    body, cut = _without_broken_quotes(body)
    outside = ~_inside_quotes(body)
    kinds = body[((body == COMMA) | (body == NEWLINE)) & outside]
    if not cut and kinds.size % width == 0 and _regular(kinds.reshape(-1, width)):
        return Records(body.tobytes(), [], lambda rows: _lines(body, _ends(body, outside))[rows])
    return _sound(body, outside, width, cut)


def _regular(kinds: NDArray[np.uint8]) -> bool:
    return bool((kinds[:, -1] == NEWLINE).all() and (kinds[:, :-1] == COMMA).all())


def _sound(body: Bytes, outside: Mask, width: int, cut: dict[int, str]) -> Records:
    """Drop blank, cut and ragged records, and tell of the latter two."""
    ends = _ends(body, outside)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    commas = np.flatnonzero((body == COMMA) & outside)
    fields = 1 + np.searchsorted(commas, ends) - np.searchsorted(commas, starts)
    length = ends - starts
    blank = (length == 0) | ((length == 1) & (body[starts] == RETURN))
    broken = np.zeros(ends.size, np.bool_)
    broken[np.searchsorted(ends, list(cut))] = True
    ragged = ~blank & ~broken & (fields != width)
    keep = ~blank & ~broken & ~ragged
    lines = _lines(body, ends)
    sound = np.repeat(keep, np.diff(ends, prepend=-1))
    findings = [*_cut_findings(body, cut), *_ragged_findings(lines[ragged], fields[ragged], width)]
    return Records(body[sound].tobytes(), findings, lambda rows: lines[keep][rows])


def _cut_findings(body: Bytes, cut: dict[int, str]) -> list[Finding]:
    lines = 2 + np.searchsorted(np.flatnonzero(body == NEWLINE), sorted(cut))
    words = dict(zip(lines.tolist(), (cut[place] for place in sorted(cut)), strict=True))
    expected = 'quotes around a whole field, and doubled inside it ("")'
    return [Finding(lines, "(row)", words.__getitem__, expected)] if cut else []


def _ragged_findings(lines: Rows, fields: NDArray[np.int64], width: int) -> list[Finding]:
    counted = dict(zip(lines.tolist(), fields.tolist(), strict=True))
    expected = f"{width} as in the header"
    return [Finding(lines, "(row)", lambda line: f"has {counted[line]} fields", expected)] if lines.size else []


def _ends(body: Bytes, outside: Mask) -> NDArray[np.int64]:
    return np.flatnonzero((body == NEWLINE) & outside)


def _lines(body: Bytes, ends: NDArray[np.int64]) -> Rows:
    """Line on which each record begins; the header was line 1."""
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    return 2 + np.searchsorted(np.flatnonzero(body == NEWLINE), starts)


def _inside_quotes(body: Bytes) -> Mask:
    quote = body == QUOTE
    inside: Mask = np.bitwise_xor.accumulate(quote) if quote.any() else quote
    return inside


def _without_broken_quotes(body: Bytes) -> tuple[Bytes, dict[int, str]]:
    """Blank every line on which a quote stands wrong; where such lines begin, and what was wrong."""
    cut: dict[int, str] = {}
    while (place := _broken_quote(body)) is not None:
        body = body if cut else body.copy()
        start = 1 + int(np.max(np.flatnonzero(body[:place] == NEWLINE), initial=-1))
        end = place + int(np.flatnonzero(body[place:] == NEWLINE)[0])
        cut[start] = f"a quote stands wrong in {quoted(body[start:end].tobytes().decode(errors='replace').strip())}"
        body[start:end] = SPACE
        if len(cut) > MOST_LISTED:
            cut[start] += "; the rest of the file was not read"
            body = body[: end + 1]
    return body, cut


def _broken_quote(body: Bytes) -> int | None:
    """Place of the quote that opens the first field which is quoted wrongly."""
    places = np.flatnonzero(body == QUOTE)
    if not places.size:
        return None
    before = np.where(places > 0, body[places - 1], NEWLINE)
    after = body[np.minimum(places + 1, body.size - 1)]
    after_next = body[np.minimum(places + 2, body.size - 1)]
    opening = np.arange(places.size) % 2 == 0
    opens_well = (before == COMMA) | (before == NEWLINE) | (before == QUOTE)
    closes_well = (after == COMMA) | (after == NEWLINE) | (after == QUOTE)
    closes_well |= (after == RETURN) & (after_next == NEWLINE)
    wrong = np.flatnonzero(np.where(opening, ~opens_well, ~closes_well))
    if wrong.size:
        return int(places[wrong[0] - wrong[0] % 2])
    return int(places[-1]) if places.size % 2 else None


def _nul_for_broken_bytes(why: UnicodeError) -> tuple[str, int]:
    if not isinstance(why, UnicodeDecodeError):
        raise why
    return "\0" * (why.end - why.start), why.end


codecs.register_error("talkoot-nul", _nul_for_broken_bytes)
