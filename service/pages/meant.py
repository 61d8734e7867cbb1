"""Whom a form means that names somebody: the one who was chosen from the list, else everybody of exactly that name."""

from pathlib import Path
from uuid import UUID

import msgspec

from service.base import db
from service.pages.language import alphabetical
from service.pages.page import as_typed

sql = db.load(Path(__file__).with_name("thanks.sql"))

ALIKE = 10  # people offered whose name has what was typed
NEAR = 30  # people offered without a script


class Match(msgspec.Struct, frozen=True):
    """Someone who may be meant."""

    id: UUID
    name: str
    title: str | None
    team: str | None


class Named(msgspec.Struct, frozen=True):
    """What a form says of a person: the name, the one chosen by typing, the one picked of several of that name."""

    name: str
    chosen: str = ""
    picked: str = ""


async def meant(tx: db.Connection, without: UUID | None, said: Named) -> list[Match]:
    """Return whom a form means; by name nobody who has left, nor `without`."""
    chosen = known_id(said.chosen) or known_id(said.picked)
    if chosen is not None:
        found = await db.maybe(tx, sql.match, Match, id=chosen)
        if found is not None and (said.picked or not said.name or said.name == found.name):
            return [found]
    return await db.many(tx, sql.named, Match, name=said.name.strip(), without=without)


async def alike(tx: db.Connection, person_id: UUID | None, without: UUID | None, typed: str) -> list[Match]:
    """Return people whose name has what was typed, those that `person_id` works with first; none where nothing was."""
    wanted = as_typed(typed)
    if not wanted:
        return []
    given = {"person_id": person_id, "without": without, "most": ALIKE}
    return await db.many(tx, sql.suggested, Match, wanted=wanted, **given)


async def nearest(tx: db.Connection, person_id: UUID, without: UUID | None) -> list[Match]:
    """Return people to offer before anything is typed, in the order of their names."""
    given = {"person_id": person_id, "without": without, "most": NEAR}
    found = await db.many(tx, sql.suggested, Match, wanted="", **given)
    return sorted(found, key=lambda one: alphabetical(one.name))


def known_id(text: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
