"""My scores and why: what each source brings, how the figure came along, what would change it, and contesting."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from dashboards import trend, waterfall
from dashboards.trend import Row as Point
from dashboards.waterfall import Row as Source
from scoring.policy import Policy
from service.base import clock, db
from service.base.web import Me, Tx
from service.consents.actions import choices
from service.consents.model import Answered
from service.pages import correcting, shown
from service.pages.language import Words
from service.pages.my_journey import sql
from service.pages.page import Seen, View, data
from service.pages.shown import Run
from service.scores.standing import peers_of

own_sql = db.load(Path(__file__).with_suffix(".sql"))
sources_of = db.load(Path(waterfall.__file__).with_suffix(".sql"))
points_of = db.load(Path(trend.__file__).with_suffix(".sql"))

PROJECTS = 30  # amounts by project shown at most
POINTS = 400  # runs of a trend: a year of nights, and those that were asked for
EXPLAINED = ("standing", "quality")  # the first of these that has an explanation is explained
HEARD = 0.5  # voices; of fewer, an estimate is only where everyone starts
TINY = 0.005  # a smaller amount would be written as 0.00
WORTH_A_WORD = -0.02  # a project that takes less is not named
SOURCES_OFF = {  # what a person can turn on: English here, Finnish in locale/fi.po
    "peers": "Colleagues’ feedback is turned off, so it counts nothing.",
    "customers": "Customers’ answers are turned off, so they count nothing.",
    "kudos": "Thanks and badges are turned off, so they count nothing.",
}
SOURCES_OFF_SOON = {  # turned off since the run that is shown
    "peers": "Colleagues’ feedback is turned off and counts nothing from the next scoring on. Until then it is here.",
    "customers": "Customers’ answers are turned off and count nothing from the next scoring on. They are still here.",
    "kudos": "Thanks and badges are turned off and count nothing from the next scoring on. Until then they are here.",
}
About = Annotated[str, QueryParameter(max_length=200)]


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

    @property
    def lowest(self) -> ByProject | None:
        """The project that takes most, where one takes an amount worth a word."""
        found = min(self.projects, key=lambda one: one.amount, default=None)
        return found if found is not None and found.amount < WORTH_A_WORD else None


class Open(msgspec.Struct, frozen=True):
    """What is not known yet, or waits to be done, and would move the figure one way or the other."""

    unheard: int  # finished projects of which no customer has been heard
    finished: int
    calls_due: int  # care calls of mine


@get("/me/scores")
async def show_scores(tx: Tx, me: Me, view: Seen, about: About = "") -> Response[str]:
    """Show the reader's own figures, and of one of them why it is what it is and how it came along."""
    person_id, run = me.person(), await shown.newest_run(tx)
    content: dict[str, Any] = {"run": run, "own": True, "why": None, "groups": []}
    if run is not None:
        content |= await figures_of(tx, run, view, person_id, about)
        content |= await _open(tx, run, person_id)
    if run is not None and content["why"]:
        content |= await _trend(tx, run, view, person_id, content["why"].dimension)
    return view.page("my_scores.html", **content)


async def figures_of(tx: Tx, run: Run, view: View, person_id: UUID, about: str = "") -> dict[str, Any]:
    """Return what scores_parts.html shows of a person: every figure, and of one of them why.

    Of the thinnest evidence nothing is said to others, so that what few colleagues said cannot be guessed.
    """
    scores = await db.many(tx, sql.scores, Score, run_id=run.id, person_id=person_id)
    own = view.me is not None and view.me.person_id == person_id
    enough = HEARD if own else msgspec.convert(run.policy, Policy).minimum_voices
    why = await _why(tx, run, [one for one in scores if own or one.evidence >= enough], person_id, about)
    return {
        "groups": _by_unit(view.words, [one for one in scores if own or why is None or one.dimension != why.dimension]),
        "name": partial(shown.board_name, view.words),
        "source": partial(shown.source_name, view.words),
        "why": why,
        "peers": await peers_of(tx, run.id, person_id, own=own),
        "enough": enough,
        "upheld": await correcting.lately(tx, person_id),
        "contested": await db.many(tx, sql.contested, str, person_id=person_id),
        "waterfall": _waterfall(view.words, why) if why else None,
    }


def _waterfall(words: Words, why: Why) -> str:
    measure = shown.unit(words, why.dimension)
    return data(waterfall.figure(why.sources, {**words.all(waterfall.WORDS), "measure": measure}))


def _by_unit(words: Words, scores: list[Score]) -> list[tuple[str, list[Score]]]:
    """Put scores of one unit together, in the order of the boards."""
    order = list(shown.BOARDS)
    listed = sorted(scores, key=lambda one: order.index(one.dimension) if one.dimension in order else len(order))
    units = dict.fromkeys(shown.unit(words, one.dimension) for one in listed)
    return [(unit, [one for one in listed if shown.unit(words, one.dimension) == unit]) for unit in units]


async def _why(tx: Tx, run: Run, scores: list[Score], person_id: UUID, about: str) -> Why | None:
    """Return the explanation of `about`, else of the first score that has one.

    Amounts too small to be read are left together.
    """
    known = {one.dimension: one for one in scores}
    for dimension in (about, *EXPLAINED):
        given = {"run_id": run.id, "person_id": person_id, "dimension": dimension}
        sources = await db.many(tx, sources_of.sources, Source, **given) if dimension in known else []
        if sources:
            projects = await db.many(tx, sources_of.projects, ByProject, most=PROJECTS, **given)
            seen = [one for one in projects if abs(one.amount) >= TINY]
            return Why(dimension, known[dimension], sources, seen)
    return None


async def _trend(tx: Tx, run: Run, view: View, person_id: UUID, dimension: str) -> dict[str, Any]:
    given = {"run_id": run.id, "person_id": person_id, "dimension": dimension, "most": POINTS}
    points = await db.many(tx, points_of.points, Point, **given)
    words = {**view.words.all(trend.WORDS), "measure": shown.unit(view.words, dimension)}
    return {"points": points, "trend": data(trend.figure(points, words)) if points else None}


def _told_off(source: Answered, run: Run) -> str:
    later = source.at is not None and source.at > run.as_of
    return (SOURCES_OFF_SOON if later else SOURCES_OFF)[source.source]


async def _open(tx: Tx, run: Run, person_id: UUID) -> dict[str, Any]:
    given = {"run_id": run.id, "person_id": person_id, "now": clock.now()}
    allowed = (await choices(tx, person_id)).sources
    return {
        "waiting": await db.one(tx, own_sql.open_things, Open, **given),
        "sources_off": [_told_off(one, run) for one in allowed if not one.given],
        "peers_off": any(not one.given for one in allowed if one.source == "peers"),
        "listened": all(one.given for one in allowed if one.source == "customers"),
    }
