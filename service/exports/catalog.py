"""The catalogue of exports: each table's columns and query; a new one takes an entry here and a query in tables.sql."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.base import db
from service.exports.formats import csv_file, parquet_file, xlsx_file
from service.exports.model import Format, What
from service.exports.table import Column, Table

tables = db.load(Path(__file__).with_name("tables.sql"))

PERSON = (Column("person"), Column("name"))
SHOWN = Column("figures")  # `shown` or `not shown`: says of empty figures that they are so on purpose
TABLES: Mapping[What, Table] = {
    What.PEOPLE: Table(
        What.PEOPLE,
        tables.people,
        (
            *PERSON, Column("title"), Column("role"), Column("teams"), Column("joined_at", "day"),
            Column("level", "whole", guarded=True), Column("level_name", guarded=True),
            Column("level_since", "instant", guarded=True), SHOWN,
        ),
    ),
    What.SCORES: Table(
        What.SCORES,
        tables.scores,
        (
            Column("kind"), Column("subject"), Column("name"), Column("dimension"),
            Column("estimate", "number", guarded=True), Column("low_80", "number", guarded=True),
            Column("high_80", "number", guarded=True), Column("contested", "truth", guarded=True), SHOWN,
        ),
    ),
    What.PROJECTS: Table(
        What.PROJECTS,
        tables.projects,
        (
            Column("project"), Column("name"), Column("kind"), Column("customer"), Column("started_at", "instant"),
            Column("ended_at", "instant"), Column("outcome"), Column("customers_heard", "whole"),
            *(Column(f"satisfaction_{value}", "whole") for value in range(1, 6)),
            Column("satisfaction", "number", guarded=True), Column("low_80", "number", guarded=True),
            Column("high_80", "number", guarded=True), SHOWN,
        ),
    ),
    What.BADGES: Table(
        What.BADGES,
        tables.badges,
        (
            Column("grant"), Column("badge"), *PERSON, Column("project"), Column("given_by"),
            Column("granted_at", "instant"), Column("contested", "truth"),
        ),
    ),
    What.EVIDENCE: Table(
        What.EVIDENCE,
        tables.evidence,
        (
            Column("kind"), Column("evidence"), Column("at", "instant"), Column("from_person"), Column("to_person"),
            Column("project"), Column("customer"), Column("about"), Column("aspect"), Column("value", "number"),
            Column("words"), Column("contested", "truth"),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writer:
    """A kind of file: how browsers call it (the framework says the charset of a text), and what writes one."""

    media_type: str
    write: Callable[[Path, Table, Mapping[str, str], Iterator[Sequence[Sequence[object]]]], None]


FORMATS: Mapping[Format, Writer] = {
    Format.CSV: Writer("text/csv", csv_file.write),
    Format.XLSX: Writer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_file.write),
    Format.PARQUET: Writer("application/vnd.apache.parquet", parquet_file.write),
}
