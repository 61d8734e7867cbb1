"""Rules that look at a whole row, at several rows, or at other files: duplicates, references, order of times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from scoring.exchange.columns import ASPECT_SCALES, FILES, File, Kind
from scoring.exchange.problems import Finding, Rows
from scoring.exchange.words import Phrase, phrase, quoted

ROW = "\0row"  # place of the row in its file's table; no file has a column of that name
WRITTEN = "\0written"  # all of a row with a bad cell, where such rows are compared with others


@dataclass(frozen=True, slots=True)
class Rule:
    """A row is bad where `bad` is true; `column` is the one to look at."""

    column: str
    bad: pl.Expr
    wrong: Phrase
    expected: Phrase


def _two_people(giver: str, receiver: str) -> Rule:
    same = pl.col(giver) == pl.col(receiver)
    return Rule(receiver, same, phrase("same_person", other=giver.replace("_", " ")), phrase("other_person"))


def _order(first: str, then: str) -> Rule:
    return Rule(then, pl.col(then) < pl.col(first), phrase("before", other=first), phrase("not_before", other=first))


def _scale(aspect: str, low: int, high: int) -> Rule:
    outside = (pl.col("aspect") == aspect) & ~pl.col("value").is_between(low, high)
    return Rule("value", outside, phrase("off_scale", aspect=aspect), phrase("number", low=low, high=high))


_ASPECT_ALONE = Rule(
    "value",
    pl.col("aspect").is_not_null() & pl.col("value").is_null(),
    phrase("value_missing"),
    phrase("beside_aspect"),
)
_VALUE_ALONE = Rule(
    "aspect",
    pl.col("aspect").is_null() & pl.col("value").is_not_null(),
    phrase("aspect_missing"),
    phrase("beside_value"),
)

RULES: dict[str, tuple[Rule, ...]] = {
    "people": (_order("joined", "left"),),
    "team_members": (_order("from", "to"),),
    "projects": (_order("started", "ended"),),
    "members": (_order("from", "to"),),
    "handovers": (_two_people("from_person", "to_person"),),
    "rounds": (_order("opened", "closed"),),
    "asks": (_two_people("giver", "receiver"),),
    "feedback": (_two_people("giver", "receiver"),),
    "kudos": (_two_people("giver", "receiver"),),
    "badges": (_two_people("giver", "receiver"),),
    "signals": (_ASPECT_ALONE, _VALUE_ALONE, *(_scale(aspect, *scale) for aspect, scale in ASPECT_SCALES.items())),
    "leaves": (_order("from", "to"),),
}


def rules(file: File, frame: pl.DataFrame) -> list[Finding]:
    """Rows that break a rule of their file."""
    broken = ((rule, frame.filter(rule.bad)) for rule in RULES.get(file.name, ()))
    return [_finding(rule, found) for rule, found in broken if found.height]


def _finding(rule: Rule, found: pl.DataFrame) -> Finding:
    return Finding(_rows(found), rule.column, lambda _: rule.wrong, rule.expected)


def without_repeats(
    file: File, frame: pl.DataFrame, lines: Callable[[Rows], Rows]
) -> tuple[pl.DataFrame, list[Finding]]:
    """Drop rows that say the same again; find those that say something else under the same key."""
    repeated = frame.select(file.key).is_duplicated()
    if not repeated.any():
        return frame, []
    columns = [name for name in frame.columns if name != ROW]
    alike = frame.filter(repeated).unique(columns, keep="first", maintain_order=True)
    dropped = frame.filter(repeated).join(alike, on=ROW, how="anti")
    first = pl.col(ROW).first().over(file.key)
    clashing = alike.with_columns(first=first).filter(pl.col(ROW) != pl.col("first"))
    frame = frame.join(dropped, on=ROW, how="anti") if dropped.height else frame
    if not clashing.height:
        return frame, []
    where = dict(zip(clashing[ROW].to_list(), lines(clashing["first"].to_numpy()).tolist(), strict=True))
    names = " and ".join(file.key)
    expected = phrase("one_row", key=names)
    return frame, [Finding(_rows(clashing), names, lambda row: phrase("clashes", line=where[row]), expected)]


Ids = Mapping[str, pl.Series]


def references(file: File, frame: pl.DataFrame, ids: Ids) -> list[Finding]:
    """Rows that name an id which is nowhere."""
    found = [_lost(frame, column.name, column.refers, ids[column.refers]) for column in file.columns if column.refers]
    if file.name == "retractions":
        of_file = [(name, frame.filter(pl.col("file") == name)) for name in file.column("file").choices]
        found += [_lost(rows, "id", name, ids[name]) for name, rows in of_file]
    return [finding for finding in found if finding.rows.size]


def _lost(frame: pl.DataFrame, column: str, refers: str, known: pl.Series) -> Finding:
    lost = frame.select(ROW, column).filter(~pl.col(column).is_in(known.implode()))
    named = dict(zip(lost[ROW].to_list(), lost[column].to_list(), strict=True))
    expected = phrase("id_of", file=refers)
    return Finding(_rows(lost), column, lambda row: phrase("not_in", value=quoted(named[row]), file=refers), expected)


def identifiers(file: File, frame: pl.DataFrame) -> pl.Series | None:
    """Return the ids that other files may name, if rows of this file have one."""
    name = file.key[0]
    return frame[name] if len(file.key) == 1 and file.column(name).kind == Kind.ID else None


def referable() -> Sequence[str]:
    """Names of the files whose rows have an id."""
    return [file.name for file in FILES.values() if len(file.key) == 1]


def _rows(found: pl.DataFrame) -> Rows:
    return found[ROW].cast(pl.Int64).to_numpy()
