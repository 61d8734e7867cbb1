"""Tables of the exchange folder → the typed arrays that the engine reads; ids become indices here and nowhere else."""

import dataclasses
import hashlib
from typing import Any

import numpy as np
import polars as pl

from scoring.exchange import values
from scoring.exchange.columns import FILES, STANDARD_CRITERIA, Column, File, Kind
from scoring.exchange.folder import Frames
from scoring.exchange.manifest import Manifest
from scoring.model import evidence as model
from scoring.model.evidence import FOREVER, MISSING_TIME, Evidence, Index

SHAPES: dict[str, type] = {
    "people": model.People,
    "teams": model.Teams,
    "team_members": model.TeamMembers,
    "contacts": model.Contacts,
    "projects": model.Projects,
    "members": model.Members,
    "money": model.Money,
    "agreements": model.Agreements,
    "documents": model.Documents,
    "handovers": model.Handovers,
    "care": model.Care,
    "asks": model.Asks,
    "feedback": model.Feedback,
    "kudos": model.Kudos,
    "signals": model.Signals,
    "badges": model.Badges,
    "consents": model.Consents,
    "leaves": model.Leaves,
    "level_steps": model.LevelSteps,
}
ONLY_IDS = ("customers", "criteria", "rounds")
RENAMED = {  # field of the engine's arrays → column of the folder, where they differ
    "start": "from",
    "end": "to",
    "unit": "currency or unit",
    "agreed": "scope_agreed",
    "communicated": "scope_communicated",
    "measurable": "scope_measurable",
    "accepted": "accepted_at",
    "declined": "declined_at",
    "recorded": "recorded_at",
    "moved": "moved_by_customer",
}
VOCABULARIES = {  # field → the field that holds its words
    "department": "departments",
    "territory": "territories",
    "role": "roles",
    "unit": "units",
    "badge": "badges",
}
TOGETHER = ("answer", "response")  # rows with one value were given together; a row without one stands alone
WITHOUT_IDS = (model.Feedback,)  # whose rows have ids that the engine does not keep; the digest covers them
NOT_EVIDENCE = ("recorded",)  # when we learnt of it decides what may be released, not what it says


def build(frames: Frames, manifest: Manifest) -> Evidence:
    """Arrays in canonical order, without repeats and retracted rows; the same for any order of the rows.

    Identifiers that rows name must be in their own file, as `folder.read` makes sure; criteria are those of the
    file, of the evidence, and, where there is no file, the standard ones.
    """
    frames = {name: frames.get(name, values.empty(file)) for name, file in FILES.items()}
    frames["criteria"] = _criteria(frames)
    ids = {name: _ids(frames[name][file.key[0]]) for name, file in FILES.items() if len(file.key) == 1}
    retractions = frames["retractions"].unique().sort(pl.all())
    fields: dict[str, Any] = {name: ids[name] for name in ONLY_IDS}
    unkept: dict[str, str] = {}
    for name, shape in SHAPES.items():
        gone = retractions.filter(pl.col("file") == name)["id"]
        frame = _canonical(FILES[name], shape, frames[name], gone)
        fields[name] = _table(FILES[name], shape, frame, ids)
        if shape in WITHOUT_IDS:
            unkept[name] = frame["id"].str.join("\0").item()
    fields |= {"time_zone": manifest.time_zone, "currency": manifest.currency}
    return Evidence(**fields, digest=_digest(fields, unkept, retractions))


def _criteria(frames: Frames) -> pl.DataFrame:
    used = [frames[name]["criterion"].drop_nulls() for name in ("criteria", "feedback", "kudos")]
    given = used if frames["criteria"].height else [*used, pl.Series(STANDARD_CRITERIA)]
    return pl.DataFrame({"criterion": pl.concat(given)})


def _ids(series: pl.Series) -> tuple[str, ...]:
    return tuple(series.unique().sort().to_list())


def _canonical(file: File, shape: type, frame: pl.DataFrame, gone: pl.Series) -> pl.DataFrame:
    """Keep the columns that the engine reads, sorted by key, one row for each key."""
    wanted = {_column(file, field.name) for field in dataclasses.fields(shape)}
    names = [column.name for column in file.columns if column in wanted or column.name in file.key]
    frame = frame.select(*file.key, *(name for name in names if name not in file.key)).sort(file.key)
    if frame.select(pl.struct(file.key).eq_missing(pl.struct(file.key).shift()).any()).item():
        frame = frame.sort(pl.all()).unique(file.key, keep="first", maintain_order=True)
    return frame.filter(~pl.col("id").is_in(gone.implode())) if gone.len() else frame


def _column(file: File, field: str) -> Column | None:
    """Return the column that a field is made of; None for a vocabulary, which comes with the field it belongs to."""
    if field == "ids":
        return file.column(file.key[0])
    if file.name == "money" and field == "known":
        return file.column("known_at")
    name = RENAMED.get(field, field)
    return next((column for column in file.columns if column.name == name), None)


def _table(file: File, shape: type, frame: pl.DataFrame, ids: dict[str, tuple[str, ...]]) -> Any:  # noqa: ANN401 - a dataclass of `SHAPES`
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(shape):
        column = _column(file, field.name)
        if column is None:
            continue
        series = frame[column.name]
        if field.name == "ids":
            fields["ids"] = tuple(series.to_list())
        elif column.kind == Kind.TEXT:
            words = _ids(series.drop_nulls())
            fields |= {field.name: _index(series, words), VOCABULARIES[field.name]: words}
        else:
            fields[field.name] = _array(field.name, column, series, ids)
    return shape(**fields)


def _array(field: str, column: Column, series: pl.Series, ids: dict[str, tuple[str, ...]]) -> Any:  # noqa: ANN401 - by kind
    if field in TOGETHER:
        return _together(series)
    if column.kind == Kind.ID:
        return _index(series, ids[column.refers])
    if column.kind == Kind.CHOICE:
        return _index(series, column.choices).astype(np.int8)
    if column.kind == Kind.TIME:
        empty = FOREVER if field == "end" else MISSING_TIME
        return series.to_physical().fill_null(empty).to_numpy().astype(np.int64)
    if column.kind == Kind.FLAG:
        return series.fill_null(-1).to_numpy().astype(np.int8)
    numbers = series.cast(pl.Float64).fill_null(float("nan")).to_numpy() + 0.0  # no negative zero
    return numbers.astype(np.int32) if field == "level" else numbers


def _index(series: pl.Series, words: tuple[str, ...]) -> Index:
    """Place of each value in `words`, -1 where there is none."""
    places = series.cast(pl.Enum(words)).to_physical().cast(pl.Int32)
    return places.fill_null(-1).to_numpy().astype(np.int32)


def _together(series: pl.Series) -> Index:
    """Give groups numbers from 0 by name, and after them those who stand alone, in the order of the rows."""
    named = (series.rank("dense").cast(pl.Int32) - 1).fill_null(-1).to_numpy().astype(np.int32)
    alone = named < 0
    named[alone] = named.max(initial=-1) + 1 + np.arange(alone.sum(), dtype=np.int32)
    return named


def _digest(fields: dict[str, Any], unkept: dict[str, str], retractions: pl.DataFrame) -> str:
    """SHA-256 of everything the engine reads, and of what was retracted."""
    digest = hashlib.sha256()
    for name in sorted(fields):
        value = fields[name]
        parts = {name: value} if isinstance(value, str | tuple) else _parts(name, value)
        parts = {f"{name}.ids": unkept[name], **parts} if name in unkept else parts
        for part, content in parts.items():
            digest.update(part.encode() + b"\0")
            digest.update(_bytes(content))
    for column in ("file", "id", "reason", "at"):
        digest.update(_bytes(tuple(retractions[column].cast(pl.String).to_list())))
    return digest.hexdigest()


def _parts(name: str, table: Any) -> dict[str, Any]:  # noqa: ANN401 - a dataclass of `SHAPES`
    names = [field.name for field in dataclasses.fields(table) if field.name not in NOT_EVIDENCE]
    return {f"{name}.{field}": getattr(table, field) for field in names}


def _bytes(content: Any) -> bytes:  # noqa: ANN401 - ids, a word or an array
    if isinstance(content, np.ndarray):
        raw: bytes = content.astype(content.dtype.newbyteorder("<")).tobytes()
    else:
        raw = ("\0".join(content) if isinstance(content, tuple) else content).encode()
    return len(raw).to_bytes(8, "little") + raw
