"""A person's page: level, journey and thanks for every colleague; scores and why for those whom they concern."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from dashboards import journey, waterfall
from dashboards.journey import Row as Stage
from dashboards.waterfall import Row as Source
from scoring.policy import Policy
from service.base import audit, db
from service.base.web import AUDITED, Me, Tx
from service.pages import shown
from service.pages.language import Words
from service.pages.page import Seen, View, data
from service.pages.shown import Run
from service.scores.standing import may_see, peers_of

sql = db.load(Path(__file__).with_name("people.sql"))
stages_of = db.load(Path(journey.__file__).with_suffix(".sql"))
sources_of = db.load(Path(waterfall.__file__).with_suffix(".sql"))

STAGES = 3 * journey.PER_TURN  # on the map: three stretches of the path
THANKS = 10
PROJECTS = 30  # amounts by project shown at most
EXPLAINED = ("standing", "quality")  # the first of these that has an explanation is explained
HEARD = 0.5  # voices; of fewer, an estimate is only where everyone starts
TINY = 0.005  # a smaller amount would be written as 0.00


class Person(msgspec.Struct, frozen=True):
    """Whose page it is."""

    id: UUID
    name: str
    title: str | None
    left_at: datetime | None
    team: str | None


class Reached(msgspec.Struct, frozen=True):
    """The level a person has reached."""

    level: int
    progress: float
    since: datetime | None
    missing: str | None


class Cleared(msgspec.Struct, frozen=True):
    """How many stages have two stars or more, of all that are finished."""

    cleared: int
    finished: int


class LevelView(msgspec.Struct, frozen=True):
    """A level, and what the next one asks for."""

    name: str
    progress: float
    since: datetime | None
    next: str | None
    stages: int  # missing of what the next level asks for
    trust: float  # missing of the bound that the next level asks for, in sd


class Score(msgspec.Struct, frozen=True):
    """One score of a person with the range that holds the truth in 8 of 10 cases."""

    dimension: str
    criterion: str | None
    estimate: float
    low: float
    high: float
    evidence: float  # effective independent voices; of colleagues in steps

    @property
    def coarse(self) -> bool:
        """Whether the number of voices stands for itself and more."""
        return self.criterion is not None or self.dimension == "quality"


class Thanks(msgspec.Struct, frozen=True):
    """Thanks that a person received."""

    id: UUID
    message: str
    at: datetime
    giver_id: UUID
    giver: str
    project: str | None
    contested: bool


class ByProject(msgspec.Struct, frozen=True):
    """What one project brings to a score."""

    source: str
    project: str
    amount: float


class Why(msgspec.Struct, frozen=True):
    """Why a score is what it is."""

    dimension: str
    score: Score
    sources: list[Source]
    projects: list[ByProject]


@get("/people/{person_id:uuid}", opt=AUDITED)
async def show_person(
    tx: Tx, me: Me, view: Seen, person_id: FromPath[UUID], hidden: FromQuery[UUID | None] = None
) -> Response[str]:
    """Show a person: to everyone what they earned, to those whom it concerns also how it came about."""
    person = await db.one(tx, sql.person, Person, id=person_id)
    is_open = await may_see(tx, me, person_id)
    if is_open:
        await audit.looked(tx, me, person_id, "view_page")
    run = await shown.newest_run(tx)
    content: dict[str, Any] = {
        "person": person,
        "own": me.person_id == person_id,
        "open": is_open,
        "hidden": hidden if me.person_id == person_id else None,
        "level": await next_level(tx, run, view.words, person_id),
        "thanks": await db.many(tx, sql.thanks, Thanks, person_id=person_id, most=THANKS),
        "run": run,
    }
    if run is not None:
        stages = await db.many(tx, stages_of.stages, Stage, run_id=run.id, person_id=person_id, most=STAGES)
        content |= _journey(view, stages if content["open"] else [_public(one) for one in stages])
        content["cleared"] = await db.one(tx, sql.cleared, Cleared, run_id=run.id, person_id=person_id)
    if run is not None and content["open"]:
        content |= await _scores(tx, run, view, person_id)
    return view.page("person.html", **content)


async def next_level(tx: db.Connection, run: Run | None, words: Words, person_id: UUID) -> LevelView | None:
    """Return a person's level and the next, or None where no run has placed them yet."""
    reached = await db.maybe(tx, sql.level, Reached, run_id=run.id, person_id=person_id) if run else None
    if run is None or reached is None:
        return None
    levels = run.levels()
    here = levels[min(reached.level, len(levels) - 1)]
    after = levels[reached.level + 1] if reached.level + 1 < len(levels) else None
    return LevelView(
        shown.level_name(words, here),
        reached.progress,
        reached.since,
        shown.level_name(words, after) if after else None,
        int(_missing(reached, "stages")),
        _missing(reached, "trust"),
    )


def _missing(reached: Reached, what: str) -> float:
    """Read one word of what the engine says is missing: `stages:2;trust:0.15` (scoring/model/levels.py)."""
    tokens = (reached.missing or "").split(";")
    return next((float(token.removeprefix(f"{what}:")) for token in tokens if token.startswith(f"{what}:")), 0.0)


def _public(stage: Stage) -> Stage:
    """Return a stage without what colleagues answered in confidence, which is not for everyone to see."""
    return msgspec.structs.replace(stage, colleagues=None, reasons=None)


def _journey(view: View, stages: list[Stage]) -> dict[str, Any]:
    return {
        "stages": stages,
        "map": data(journey.figure(stages, view.words.all(journey.WORDS))) if stages else None,
        "stretches": journey.stretches(len(stages)),
    }


async def _scores(tx: Tx, run: Run, view: View, person_id: UUID) -> dict[str, Any]:
    scores = await db.many(tx, sql.scores, Score, run_id=run.id, person_id=person_id)
    own = view.me is not None and view.me.person_id == person_id
    # Refused, new and too little heard of look the same to all but the person.
    enough = HEARD if own else msgspec.convert(run.policy, Policy).minimum_voices
    why = await _why(tx, run, [one for one in scores if own or one.evidence >= enough], person_id)
    words = {**view.words.all(waterfall.WORDS), "measure": view.words.say(shown.ON_DEVIATIONS)}
    return {
        "groups": _by_unit(view.words, [one for one in scores if why is None or one.dimension != why.dimension]),
        "name": partial(shown.board_name, view.words),
        "source": partial(shown.source_name, view.words),
        "why": why,
        "peers": await peers_of(tx, run.id, person_id, own=own),
        "enough": enough,
        "contested": await db.many(tx, sql.contested, str, person_id=person_id),
        "waterfall": data(waterfall.figure(why.sources, words)) if why else None,
    }


def _by_unit(words: Words, scores: list[Score]) -> list[tuple[str, list[Score]]]:
    """Put scores of one unit together, in the order of the boards."""
    order = list(shown.BOARDS)
    listed = sorted(scores, key=lambda one: order.index(one.dimension) if one.dimension in order else len(order))
    units = dict.fromkeys(shown.unit(words, one.dimension) for one in listed)
    return [(unit, [one for one in listed if shown.unit(words, one.dimension) == unit]) for unit in units]


async def _why(tx: Tx, run: Run, scores: list[Score], person_id: UUID) -> Why | None:
    """Return the explanation of the first score that has one; amounts too small to be read are left together."""
    known = {one.dimension: one for one in scores}
    for dimension in EXPLAINED:
        given = {"run_id": run.id, "person_id": person_id, "dimension": dimension}
        sources = await db.many(tx, sources_of.sources, Source, **given)
        if sources and dimension in known:
            projects = await db.many(tx, sources_of.projects, ByProject, most=PROJECTS, **given)
            seen = [one for one in projects if abs(one.amount) >= TINY]
            return Why(dimension, known[dimension], sources, seen)
    return None
