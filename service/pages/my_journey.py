"""My journey: finished projects as stages, the level they led to, what that lets me do, and what is next."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get

from dashboards import journey
from dashboards.journey import Row as Stage
from scoring.policy import Level
from service.base import db
from service.base.web import Me, Tx
from service.pages import shown
from service.pages.language import Words
from service.pages.page import Seen, View, data
from service.pages.shown import Run

sql = db.load(Path(__file__).with_name("people.sql"))
stages_of = db.load(Path(journey.__file__).with_suffix(".sql"))

STAGES = 3 * journey.PER_TURN - 1  # on the map: three stretches of the path, and what is next
# What a stage's reasons may name (scoring/model/stages.py): English here, Finnish in locale/fi.po.
LEFT = {
    "document_used": "a document that another project used",
    "handover_good": "a hand-over that was rated well",
    "care_done": "the call after three months was made",
}
LACKING = {
    "nothing": "no document that another project used, and no hand-over that was rated well",
    "care_missed": "the call after three months was not made",
}


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


class Rung(msgspec.Struct, frozen=True):
    """One level of the ladder, and what the organization lets people of it do."""

    name: str
    stages: int
    freedoms: tuple[str, ...]
    state: str  # 'reached', 'here', 'ahead'


class LevelView(msgspec.Struct, frozen=True):
    """A level, and what the next one asks for."""

    name: str
    progress: float
    since: datetime | None
    next: str | None
    stages: int  # missing of what the next level asks for
    trust: float  # missing of the bound that the next level asks for, in sd
    asked: Level  # what this level asked for
    ladder: list[Rung]

    @property
    def freedoms(self) -> list[str]:
        """What this level and those before it let the person do."""
        return [one for rung in self.ladder if rung.state != "ahead" for one in rung.freedoms]

    @property
    def next_freedoms(self) -> tuple[str, ...]:
        """What the next level adds."""
        return next((rung.freedoms for rung in self.ladder if rung.state == "ahead"), ())


@get("/me/journey")
async def show_journey(tx: Tx, me: Me, view: Seen) -> Response[str]:
    """Show the reader's own way: stages with their stars and why, the level, and what is next."""
    run = await shown.newest_run(tx)
    level = await next_level(tx, run, view.words, me.person())
    content = await journey_of(tx, run, view, me.person(), ahead=level.next or "" if level else "")
    return view.page("my_journey.html", run=run, level=level, **content)


async def next_level(tx: db.Connection, run: Run | None, words: Words, person_id: UUID) -> LevelView | None:
    """Return a person's level and the next, or None where no run has placed them yet."""
    reached = await db.maybe(tx, sql.level, Reached, run_id=run.id, person_id=person_id) if run else None
    if run is None or reached is None:
        return None
    levels = run.levels()
    here = min(reached.level, len(levels) - 1)
    after = levels[here + 1] if here + 1 < len(levels) else None
    return LevelView(
        shown.level_name(words, levels[here]),
        reached.progress,
        reached.since,
        shown.level_name(words, after) if after else None,
        int(_missing(reached, "stages")),
        _missing(reached, "trust"),
        levels[here],
        [_rung(words, level, place - here) for place, level in enumerate(levels)],
    )


def _rung(words: Words, level: Level, above: int) -> Rung:
    """Return a level of the ladder that stands so many above the person's."""
    state = "here" if above == 0 else "reached" if above < 0 else "ahead"
    return Rung(shown.level_name(words, level), level.stages, shown.freedoms(words, level), state)


def _missing(reached: Reached, what: str) -> float:
    """Read one word of what the engine says is missing: `stages:2;trust:0.15` (scoring/model/levels.py)."""
    tokens = (reached.missing or "").split(";")
    return next((float(token.removeprefix(f"{what}:")) for token in tokens if token.startswith(f"{what}:")), 0.0)


async def journey_of(
    tx: db.Connection, run: Run | None, view: View, person_id: UUID, *, ahead: str = "", public: bool = False
) -> dict[str, Any]:
    """Return what journey_parts.html shows: stages, the map, and how many stages were cleared of all.

    With `public`, without what colleagues answered in confidence, which is not for everyone to see.
    """
    if run is None:
        return {"stages": [], "map": None, "stretches": 0, "cleared": Cleared(0, 0), "why_of": None, "ahead": ahead}
    stages = await db.many(tx, stages_of.stages, Stage, run_id=run.id, person_id=person_id, most=STAGES)
    if public:
        stages = [msgspec.structs.replace(one, colleagues=None, reasons=None) for one in stages]
    return {
        "stages": stages,
        "map": data(journey.figure(stages, view.words.all(journey.WORDS), ahead)) if stages else None,
        "stretches": journey.stretches(len(stages) + bool(ahead)),
        "cleared": await db.one(tx, sql.cleared, Cleared, run_id=run.id, person_id=person_id),
        "why_of": partial(why, view.words),
        "ahead": ahead,
    }


def why(words: Words, stage: Stage) -> dict[str, Any]:
    """Read a stage's reasons: how many customers were heard (0: not told), and what was left behind or lacks.

    How many colleagues spoke is not told: in a small project it would tell who did not.
    """
    tokens = [token.split(":") for token in (stage.reasons or "").split(";")]
    heard = next((int(token[2]) for token in tokens if token[:2] == ["customer", "heard"]), 0)
    found = {token[1] for token in tokens if token[0] == "left_behind"}
    if stage.left_behind:
        left = [text for word, text in LEFT.items() if word in found]
    else:
        lacking = {"nothing": not found & {"document_used", "handover_good"}, "care_missed": "care_missed" in found}
        left = [LACKING[word] for word, lacks in lacking.items() if lacks and stage.left_behind is not None]
    return {"customer": heard, "left": [words.say(text) for text in left]}
