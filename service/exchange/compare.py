"""What a folder says that the database does not say yet, and what it says otherwise."""

from dataclasses import dataclass

import polars as pl

from scoring.exchange.columns import File
from scoring.exchange.words import Phrase, phrase, quoted

NOT_CONTENT = ("recorded_at",)  # when a row became known: hearing of it again later changes nothing
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one file; `new` and `changed` have the file's columns."""

    new: pl.DataFrame
    changed: pl.DataFrame
    unchanged: int
    differing: list[Phrase]  # of the changed rows: id and the columns that differ

    def staged(self) -> pl.DataFrame:
        """Return new and changed rows, marked which are which."""
        marked = [frame.with_columns(pl.lit(value).alias(CHANGED)) for frame, value in self._both()]
        return pl.concat(marked)

    def _both(self) -> tuple[tuple[pl.DataFrame, bool], tuple[pl.DataFrame, bool]]:
        return (self.new, False), (self.changed, True)


def compare(file: File, existing: pl.DataFrame, incoming: pl.DataFrame) -> Difference:
    """Tell new, changed and unchanged rows apart by the key of the file."""
    if not existing.height or not incoming.height:
        return Difference(incoming, incoming.clear(), 0, [])
    key = list(file.key)
    new = incoming.join(existing, on=key, how="anti", nulls_equal=True)
    both = incoming.join(existing, on=key, how="inner", nulls_equal=True, suffix="\0", maintain_order="left")
    content = [c.name for c in file.columns if c.name not in key and c.name not in NOT_CONTENT]
    differs = [pl.col(name).ne_missing(pl.col(f"{name}\0")).alias(name) for name in content]
    marks = both.select(pl.any_horizontal(differs).alias(CHANGED) if differs else pl.lit(value=False).alias(CHANGED))
    changed = both.filter(marks[CHANGED]) if marks.height == both.height else both.clear()
    words = [_words(key, content, row) for row in changed.iter_rows(named=True)]
    return Difference(new, changed.select(incoming.columns), both.height - changed.height, words)


def _words(key: list[str], content: list[str], row: dict[str, object]) -> Phrase:
    columns = ", ".join(name for name in content if row[name] != row[f"{name}\0"])
    named = " ".join(quoted(row[name]) for name in key if row[name] is not None)
    return phrase("differs", row=named, columns=columns)
