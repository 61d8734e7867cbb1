"""The records of a CSV file: where each begins, which line that is, and which of them are broken."""

import codecs
import csv
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.exchange.problems import MOST_LISTED, Finding, Rows
from scoring.exchange.words import Phrase, phrase, quoted

QUOTE, NEWLINE, RETURN, SPACE = (ord(sign) for sign in '"\n\r ')
SEPARATORS = ",;\t"  # a spreadsheet writes one of the latter where a comma stands in numbers, or into UTF-16
BOM = codecs.BOM_UTF8
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # as Excel writes "Unicode text"
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
    if raw.startswith(WIDE):
        raw = raw.decode("utf-16", errors="replace").replace("\ufffd", "\0").encode()
    raw = raw.removeprefix(BOM)
    try:
        raw.decode()
    except UnicodeDecodeError:
        raw = raw.decode(errors="talkoot-nul").encode()
    return raw if not raw or raw.endswith(b"\n") else raw + b"\n"


def header(data: bytes) -> tuple[list[str], int, str]:
    """Return the names in the first record, how many bytes that record has, and what stands between its fields."""
    end = data.find(b"\n") + 1
    first = data[: min(end, HEADER_BYTES)].decode(errors="replace")
    separator = max(SEPARATORS, key=first.count)  # the comma, unless another is there more often
    return next(csv.reader([first], delimiter=separator), []), end, separator


def split(data: bytes, start: int, width: int, separator: str) -> Records:
    """Find the records after the header, which ends at `start`; each must have `width` fields.

    Quotes are read as RFC 4180 says: a quote opens only at the beginning of a field, closes only at its end, and
    is doubled inside. A line where that goes wrong is cut out, and reading goes on behind it.
    """
    comma = ord(separator)
    body = np.frombuffer(data, np.uint8)[start:]
    body, cut = _without_broken_quotes(body, comma)
    outside = ~_inside_quotes(body)
    kinds = body[((body == comma) | (body == NEWLINE)) & outside]
    if not cut and kinds.size % width == 0 and _regular(kinds.reshape(-1, width), comma):
        return Records(body.tobytes(), [], lambda rows: _lines(body, _ends(body, outside))[rows])
    return _sound(body, outside & (body == comma), _ends(body, outside), width, cut)


def _regular(kinds: NDArray[np.uint8], comma: int) -> bool:
    return bool((kinds[:, -1] == NEWLINE).all() and (kinds[:, :-1] == comma).all())


def _sound(body: Bytes, separates: Mask, ends: NDArray[np.int64], width: int, cut: dict[int, Phrase]) -> Records:
    """Drop blank, cut and ragged records, and tell of the latter two."""
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    commas = np.flatnonzero(separates)
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


def _cut_findings(body: Bytes, cut: dict[int, Phrase]) -> list[Finding]:
    lines = 2 + np.searchsorted(np.flatnonzero(body == NEWLINE), sorted(cut))
    words = dict(zip(lines.tolist(), (cut[place] for place in sorted(cut)), strict=True))
    return [Finding(lines, "(row)", words.__getitem__, phrase("quoted"))] if cut else []


def _ragged_findings(lines: Rows, fields: NDArray[np.int64], width: int) -> list[Finding]:
    counted = dict(zip(lines.tolist(), fields.tolist(), strict=True))
    expected = phrase("as_header", count=width)
    return [Finding(lines, "(row)", lambda line: phrase("fields", count=counted[line]), expected)] if lines.size else []


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


def _without_broken_quotes(body: Bytes, comma: int) -> tuple[Bytes, dict[int, Phrase]]:
    """Blank every line on which a quote stands wrong; where such lines begin, and what was wrong."""
    cut: dict[int, Phrase] = {}
    while (place := _broken_quote(body, comma)) is not None:
        body = body if cut else body.copy()
        start = 1 + int(np.max(np.flatnonzero(body[:place] == NEWLINE), initial=-1))
        end = place + int(np.flatnonzero(body[place:] == NEWLINE)[0])
        value = quoted(body[start:end].tobytes().decode(errors="replace").strip())
        cut[start] = phrase("quote", value=value)
        body[start:end] = SPACE
        if len(cut) > MOST_LISTED:
            cut[start] = phrase("quotes", value=value)
            body = body[: end + 1]
    return body, cut


def _broken_quote(body: Bytes, comma: int) -> int | None:
    """Place of the quote that opens the first field which is quoted wrongly."""
    places = np.flatnonzero(body == QUOTE)
    if not places.size:
        return None
    before = np.where(places > 0, body[places - 1], NEWLINE)
    after = body[np.minimum(places + 1, body.size - 1)]
    after_next = body[np.minimum(places + 2, body.size - 1)]
    opening = np.arange(places.size) % 2 == 0
    opens_well = (before == comma) | (before == NEWLINE) | (before == QUOTE)
    closes_well = (after == comma) | (after == NEWLINE) | (after == QUOTE)
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
