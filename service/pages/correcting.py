"""After a contest of a figure was upheld: what is to be put right and where, and from when on that shows.

A figure is made anew by every scoring, so nobody corrects it by hand: what it rests on is corrected.
"""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from service.base import clock, db
from service.pages.language import Words
from service.pages.shown import Option, source_name

sql = db.load(Path(__file__).with_suffix(".sql"))

LEAST, MOST = 0.005, 40  # amounts too small to be read are left out
TOLD = timedelta(days=60)  # that a figure was held to be wrong is told beside it
# Where what a figure rests on is put right, by source: English here, Finnish in locale/fi.po.
WHERE = {
    "customers": "What a customer said stands on the project’s page. Wrong words or figures are put right by importing "
    "signals.csv anew, a wrong share in the project by importing members.csv.",
    "peers": "Colleagues’ answers are confidential, and nobody changes them. Each can answer anew in the next round.",
    "kudos": "The person contests thanks that are wrong one by one, on their own page; what is upheld "
    "there counts no more.",
    "badges": "The person contests a badge that is wrong on its own; what is upheld there counts no more.",
    "care": "Calls and how they went are put right by importing care.csv anew.",
    "handover": "Hand-overs are put right by importing handovers.csv anew.",
    "results": "Money is put right by importing money.csv anew, a wrong share in the project by importing members.csv.",
}


class Part(msgspec.Struct, frozen=True):
    """A part of a figure."""

    source: str
    project_id: UUID | None
    project: str | None


class Fix(msgspec.Struct, frozen=True):
    """What may have to be put right, where, and of which projects."""

    source: str
    where: str
    projects: list[Option]


class Scored(msgspec.Struct, frozen=True):
    """The newest scoring: up to when it knows what was recorded, and when it came out."""

    known_until: datetime
    published_at: datetime


class Upheld(msgspec.Struct, frozen=True):
    """A figure that was held to be wrong, and when."""

    dimension: str
    at: datetime


async def fixes(tx: db.Connection, words: Words, person_id: UUID, dimension: str) -> list[Fix]:
    """Return what a figure rests on, what moves it most first."""
    parts = await db.many(tx, sql.rests_on, Part, person_id=person_id, dimension=dimension, least=LEAST, most=MOST)
    found: dict[str, list[Option]] = {}
    for part in parts:
        projects = found.setdefault(part.source, [])
        if part.project_id is not None and part.project is not None:
            projects.append(Option(str(part.project_id), part.project))
    return [Fix(source_name(words, one), words.say(WHERE[one]), found[one]) for one in found if one in WHERE]


async def lately(tx: db.Connection, person_id: UUID) -> dict[str, datetime]:
    """Return which figures were held to be wrong lately, and when."""
    found = await db.many(tx, sql.upheld, Upheld, person_id=person_id, since=clock.now() - TOLD)
    return {one.dimension: one.at for one in found}
