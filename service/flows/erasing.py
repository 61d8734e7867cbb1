"""Erase a person: their texts from every table the catalogue knows, mentions of them in others' words, their figures.

Rows that others' figures rest on stay, without identity. Which tables there are is asked of PostgreSQL's catalogue, so
that a new table is covered by itself.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import db, sealing
from service.base.errors import Invalid
from service.base.events import record
from service.flows.names import mentions, words_of

sql = db.load(Path(__file__).with_suffix(".sql"))

# Columns that hold codes of ours and no one's words; in all others a linked row's text is blanked.
CODES = frozenset({
    ("audit", "action"), ("audit", "role"), ("badge_grant", "badge"), ("contest", "dimension"), ("erasure", "reason"),
    ("event", "kind"), ("letter", "kind"), ("scoring_policy", "policy"), ("slot", "job"), ("slot", "key"),
})  # fmt: skip
# Words of somebody else in a row that names the person: only what mentions them is taken out.
OTHERS_WORDS = frozenset({("signal", "comment")})
# Names of other people, customers and places, which only look like a mention.
NAMES = frozenset({("person", "name"), ("contact", "name"), ("contact", "email"), ("customer", "name")})
# Before the catalogue's statements, which would take away by what these find their rows; and after them.
FIRST = (
    ("idempotency", sql.forget_answers),
    ("retraction", sql.retract),
    ("leave", sql.forget_absences),
    ("visibility", sql.forget_visibility),
    ("consent", sql.forget_consents),
    ("identity", sql.forget_accounts),
    ("role_grant", sql.forget_roles),
    ("held_answer", sql.forget_held_answers),
    ("profile", sql.forget_profile),
    ("profile_skill", sql.forget_skills),
    ("profile_hidden_project", sql.forget_hidden_projects),
    ("mail_choice", sql.forget_mail_choices),
    ("talk", sql.forget_talks),
    ("way_back", sql.forget_ways_back),
)
LAST = (
    ("credential", sql.end_access),
    ("person", sql.forget_person),
    ("known_before", sql.forget_known),  # once nobody else can correct the person any more
    ("board_version", sql.change_boards),
)
GROUPS = ("external_id", "answer", "response")  # what rows of one thing have in common: renamed in all of them alike


class Column(msgspec.Struct, frozen=True):
    """A column that can hold words, and the columns of its table that name a person."""

    table_name: str
    column_name: str
    is_json: bool
    is_key: bool
    is_unique: bool
    people: list[str]

    @property
    def place(self) -> tuple[str, str]:
        """Table and column."""
        return self.table_name, self.column_name


class Identity(msgspec.Struct, frozen=True):
    """By what a person is known."""

    id: UUID
    external_id: str
    name: str
    email: str | None
    handle: str  # of the organization

    @property
    def known_as(self) -> str:
        """A keyed hash by which a restored database finds the person again, and nobody who has no key."""
        return sealing.name_of(f"{self.handle}\n{self.external_id}")


class Known(msgspec.Struct, frozen=True):
    """Somebody who may be on the list of the erased."""

    id: UUID
    external_id: str
    handle: str  # of the organization


class Step(msgspec.Struct, frozen=True):
    """One statement of an erasure, and the table it cleans."""

    table_name: str
    statement: str


async def erase(tx: db.Connection, person_id: UUID, reason: str, steps: Sequence[Step] | None = None) -> Identity:
    """Erase a person; `tx` is of the role talkoot_eraser. Doing it again changes nothing.

    Raises
    ------
    NotFound : there is nobody of that id.
    Invalid : the reason names the person, and would outlive them.
    """
    who = await db.one(tx, sql.identity, Identity, person_id=person_id)
    if await db.one(tx, sql.is_erased, bool, person_id=person_id):
        return who
    pattern = await _pattern(tx, who)
    if any(word.casefold() in reason.casefold() for word in words_of(who.name)):
        raise Invalid("the reason must not name the person: it is kept", field="reason")
    await db.one(tx, sql.begin, str, person_id=person_id, salt=secrets.token_hex(16), pattern=pattern)
    for step in await plan(tx) if steps is None else steps:
        await tx.execute(step.statement)
    await db.run(tx, sql.list_erased, person_id=person_id, known_as=who.known_as, reason=reason)
    await db.run(tx, sql.note, person_id=person_id, reason=reason)
    await record(tx, "person_erased", person_id)
    return who


async def erase_again(tx: db.Connection, person_id: str, known_as: str, reason: str) -> bool:
    """Erase who was listed, should a restore have brought them back; whether it had."""
    found = await _known(tx, UUID(person_id), known_as)
    if found is None or await db.one(tx, sql.is_erased, bool, person_id=found):
        return False
    await erase(tx, found, reason)
    return True


async def _known(tx: db.Connection, person_id: UUID, known_as: str) -> UUID | None:
    """Return the one who was listed: by what an exchange folder restores them under, else by id."""
    people = await db.many(tx, sql.everybody, Known)
    named = (one.id for one in people if known_as in sealing.names_of(f"{one.handle}\n{one.external_id}"))
    return next(named, None) or next((one.id for one in people if one.id == person_id), None)


async def plan(tx: db.Connection) -> list[Step]:
    """Return what an erasure does: what is special to some tables, and for all others what the catalogue says."""
    columns = await db.many(tx, sql.columns, Column)
    figures = await db.many(tx, sql.figures, Column)
    deleted = {one.table_name for one in figures}
    steps = [await _step(tx, "delete", one.table_name, [], one.people) for one in figures]
    for column in columns:
        if column.table_name not in deleted:
            steps += [await _step(tx, kind, column.table_name, given, column.people) for kind, given in _kinds(column)]
    # Mentions last: what was blanked mentions nobody any more.
    steps.sort(key=lambda step: "erased_pattern" in step.statement)
    first, last = ([Step(table, query.sql) for table, query in queries] for queries in (FIRST, LAST))
    return [*first, *steps, *last]


def _kinds(column: Column) -> Iterable[tuple[str, list[str]]]:
    """Tell what is done to a column: blank or rename what is the person's, take mentions out of what is others'."""
    if column.place in CODES:
        return
    own = bool(column.people) and column.place not in OTHERS_WORDS
    if own and column.is_json:
        yield "empty", [column.column_name]
    elif own and column.column_name in GROUPS:
        yield "rename", [column.column_name]
    elif own and column.is_unique:
        yield "hide", [column.column_name]
    elif own and not column.is_key:
        yield "blank", [column.column_name]
    if column.is_key or column.place in NAMES:
        return
    if column.is_unique:
        yield "veil", [column.column_name]
    else:
        yield "redact", [column.column_name, "json" if column.is_json else "text"]


async def _step(tx: db.Connection, kind: str, table: str, columns: list[str], people: list[str]) -> Step:
    given = {"kind": kind, "table_name": table, "columns": columns, "people": people}
    return Step(table, await db.one(tx, sql.statement, str, **given))


async def _pattern(tx: db.Connection, who: Identity) -> str:
    """Return what mentions the person: their whole name, and each word of it that nobody else bears."""
    alone = [
        word
        for word in words_of(who.name)
        if not await db.one(tx, sql.is_shared, bool, person_id=who.id, word=re.escape(word))
    ]
    exact = [text for text in (who.email, who.external_id) if text and len(text) > 3]
    return mentions(who.name, alone, exact)
