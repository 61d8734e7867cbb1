"""Small evidence for tests, written as rows in the words of the exchange folder.

    small(feedback=[{"giver": "ada", "receiver": "ben", "criterion": "selling", "rating": 4, "at": 10}])

Times are days since 2026-01-01 (`at`) or datetimes; people, projects, customers, contacts, teams and rounds that are
only named come to exist; rows get ids in their order; everybody has consented to everything unless `consents` is given.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from scoring.exchange import columns
from scoring.model import evidence as model
from scoring.model.evidence import FOREVER, MISSING_TIME

START = datetime(2026, 1, 1, tzinfo=UTC)
Row = dict[str, Any]

FIRST: dict[str, Row] = {
    "contacts": {"customer": "oak"},
    "projects": {"kind": "delivery", "started": 0},
}  # what a row gets that is only named
MADE_IDS = ("feedback", "kudos", "signals", "badges", "documents", "handovers", "care", "asks")


def day(days: float) -> datetime:
    """The moment so many days after the beginning of 2026."""
    return START + timedelta(days=days)


def small(
    *, time_zone: str = "UTC", currency: str = "EUR", digest: str = "0" * 64, **given: list[Row]
) -> model.Evidence:
    """Evidence of the given rows, file by file."""
    if unknown := given.keys() - columns.FILES.keys():
        raise TypeError(f"no such file: {', '.join(sorted(unknown))}")
    rows = {file: [dict(row) for row in given.get(file, [])] for file in columns.FILES}
    _complete(rows)
    tables = {file: _Table(file, rows) for file in columns.FILES}
    parts: dict[str, Any] = {file: shape(**tables[file].fields(shape)) for file, shape in SHAPES.items()}
    ids = {file: _ids(file, rows) for file in ("customers", "criteria", "rounds")}
    return model.Evidence(**parts, **ids, time_zone=time_zone, currency=currency, digest=digest)


SHAPES = {
    "people": model.People, "teams": model.Teams, "team_members": model.TeamMembers, "contacts": model.Contacts,
    "projects": model.Projects, "members": model.Members, "money": model.Money, "agreements": model.Agreements,
    "documents": model.Documents, "handovers": model.Handovers, "care": model.Care, "asks": model.Asks,
    "feedback": model.Feedback, "kudos": model.Kudos, "signals": model.Signals, "badges": model.Badges,
    "consents": model.Consents, "leaves": model.Leaves, "level_steps": model.LevelSteps,
}  # fmt: skip


def _complete(rows: dict[str, list[Row]]) -> None:
    for file in MADE_IDS:
        for number, row in enumerate(rows[file]):
            row.setdefault(_key(file), f"{file}{number:05d}")
    for row in rows["feedback"]:
        row.setdefault("recorded_at", row["at"])
    for contact in rows["contacts"]:
        contact.setdefault("customer", "oak")
    rows["criteria"] = rows["criteria"] or [{"criterion": name} for name in columns.STANDARD_CRITERIA]
    for file in reversed(columns.FILES.values()):
        for column in filter(lambda column: column.refers, file.columns):
            _add_named(rows, column, rows[file.name])
    rows["consents"] = rows["consents"] or _everyone_consents(rows["people"])
    for file in columns.FILES.values():
        rows[file.name].sort(key=lambda row, file=file: tuple(str(row.get(name, "")) for name in file.key))


def _everyone_consents(people: list[Row]) -> list[Row]:
    return [
        {"person": row["person"], "source": s, "given": 1, "at": -10_000} for row in people for s in columns.SOURCES
    ]


def _add_named(rows: dict[str, list[Row]], column: columns.Column, where: list[Row]) -> None:
    """Rows of the file that `column` refers to, for those that are only named."""
    key = _key(column.refers)
    known = {row[key] for row in rows[column.refers]}
    named = {row[column.name] for row in where if row.get(column.name) is not None} - known
    rows[column.refers] += [{**FIRST.get(column.refers, {}), key: name} for name in sorted(named)]


def _key(file: str) -> str:
    return columns.FILES[file].columns[0].name


def _ids(file: str, rows: dict[str, list[Row]]) -> tuple[str, ...]:
    return tuple(sorted(row[columns.FILES[file].columns[0].name] for row in rows[file]))


FIELDS = {  # field of the dataclass: column of the file, where they differ
    "start": "from", "end": "to", "known": "known", "unit": "currency or unit", "recorded": "recorded_at",
    "accepted": "accepted_at", "declined": "declined_at", "moved": "moved_by_customer",
    "agreed": "scope_agreed", "communicated": "scope_communicated", "measurable": "scope_measurable",
}  # fmt: skip
POOLS = {
    "departments": "department",
    "territories": "territory",
    "roles": "role",
    "units": "currency or unit",
    "badges": "badge",
}


class _Table:
    """One file's rows, which know how to become the arrays of a dataclass."""

    def __init__(self, file: str, rows: dict[str, list[Row]]) -> None:
        self.file, self.rows, self.all = columns.FILES[file], rows[file], rows

    def fields(self, shape: type) -> dict[str, Any]:
        return {name: self._field(name) for name in shape.__dataclass_fields__}  # type: ignore[attr-defined]

    def _field(self, name: str) -> Any:
        if name == "ids":
            return _ids(self.file.name, self.all)
        if name in POOLS:
            return self._pool(POOLS[name])
        column_name = "known_at" if (self.file.name, name) == ("money", "known") else FIELDS.get(name, name)
        values = [row.get(column_name) for row in self.rows]
        if name in ("answer", "response"):
            return _groups(values)
        return self._array(self.file.column(column_name), values)

    def _pool(self, column: str) -> tuple[str, ...]:
        return tuple(sorted({row[column] for row in self.rows if row.get(column) is not None}))

    def _array(self, column: columns.Column, values: list[Any]) -> Any:
        kind = columns.Kind
        if column.refers:
            place = {name: index for index, name in enumerate(_ids(column.refers, self.all))}
            return np.array([-1 if v is None else place[v] for v in values], np.int32)
        if column.kind in (kind.CHOICE, kind.TEXT):
            pool = column.choices or self._pool(column.name)
            dtype = np.int8 if column.choices else np.int32
            return np.array([-1 if v is None else pool.index(v) for v in values], dtype)
        if column.kind is kind.TIME:
            empty = FOREVER if column.name == "to" else MISSING_TIME
            return np.array([empty if v is None else micros(v) for v in values], np.int64)
        if column.kind is kind.FLAG or column.name == "level":
            dtype = np.int8 if column.kind is kind.FLAG else np.int32
            return np.array([-1 if v is None else int(v) for v in values], dtype)
        return np.array([np.nan if v is None else float(v) for v in values], np.float64)


def _groups(values: list[Any]) -> Any:
    """Rows with one name are one group; a row without a name is a group of its own."""
    names = [("own", str(number)) if v is None else ("given", str(v)) for number, v in enumerate(values)]
    place: dict[Any, int] = {}
    return np.array([place.setdefault(name, len(place)) for name in names], np.int32)


def micros(when: float | datetime) -> int:
    """Microseconds since 1970 of a day number or a moment."""
    moment = when if isinstance(when, datetime) else day(when)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
