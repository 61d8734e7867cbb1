"""A brief before a talk with one person: what to thank for, customers' words, growth, and what to ask."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from service.base import audit, clock, db
from service.base.access import Actor
from service.base.errors import NotFound
from service.base.web import AUDITED, Me, Tx
from service.pages import lead, shown
from service.pages.home import Heard
from service.pages.language import Words
from service.pages.lead_team import Then, dimensions, ruled_at, trend_of
from service.pages.my_journey import LevelView, next_level
from service.pages.my_journey import sql as seen
from service.pages.page import Seen
from service.pages.people import PARTS, Thanks
from service.pages.shown import Run
from service.scores.standing import may_see
from service.talks import actions as talks

sql = db.load(Path(__file__).with_name("lead_brief.sql"))

LATELY = timedelta(days=182)
A_YEAR = timedelta(days=300)  # figures at least so far apart are compared
THANKS, WORDS, WORK, QUESTIONS = 4, 4, 8, 5
NEW = timedelta(days=120)  # in the house
GROWN = ("quality", "collaboration", "problem_solving", "documenting", "leading", "selling", "care", "recognition")


class Person(msgspec.Struct, frozen=True):
    """With whom the talk is."""

    id: UUID
    name: str
    title: str | None
    joined_at: datetime | None
    team: str | None


class Work(msgspec.Struct, frozen=True):
    """A project they are in, or were in lately."""

    id: UUID
    name: str
    customer: str | None
    ended_at: datetime | None
    role: str | None
    heard: bool  # a customer's own word is known


class Counts(msgspec.Struct, frozen=True):
    """Of the last half year: thanks given and received; and calls that are overdue."""

    given: int
    received: int
    overdue: int


class Growth(msgspec.Struct, frozen=True):
    """One dimension now and about a year ago, and whether the two can be told apart."""

    name: str
    unit: str
    now: Then
    before: Then | None
    change: str  # up, down, level; empty where there is nothing to compare with


class Known(msgspec.Struct, frozen=True):
    """What questions are made of."""

    person: Person
    counts: Counts
    work: list[Work]
    growth: list[Growth]
    level: LevelView | None
    last: date | None  # of our talks


@get("/team/people/{person_id:uuid}", opt=AUDITED)
async def show_brief(tx: Tx, me: Me, view: Seen, person_id: FromPath[UUID]) -> Response[str]:
    """Show the brief to whom a person's scores are open; the person may read it, too, and sees who else did."""
    person = await db.maybe(tx, sql.person, Person, id=person_id)
    if person is None or not await may_see(tx, me, person_id):
        raise NotFound("there is no such person in a team of yours")
    await audit.looked(tx, me, person_id, "view_brief")
    run, now = await shown.newest_run(tx), clock.now()
    known = Known(
        person,
        await db.one(tx, sql.counts, Counts, person_id=person_id, since=now - LATELY, now=now),
        await db.many(tx, sql.work, Work, person_id=person_id, since=now - LATELY, most=WORK),
        await _growth(tx, view.words, run, person_id) if run else [],
        await next_level(tx, run, view.words, person_id),
        await _last_talk(tx, me, person_id),
    )
    return view.page("lead_brief.html", known=known, parts=PARTS, **await _said(tx, me, view.words, known))


async def _said(tx: db.Connection, me: Actor, words: Words, known: Known) -> dict[str, Any]:
    """Read thanks and customers' words, and put together what to ask."""
    person_id = known.person.id
    leading = me.person_id is not None and await talks.may_hold(tx, me, person_id)
    return {
        "thanks": await db.many(tx, seen.thanks, Thanks, person_id=person_id, most=THANKS),
        "heard": await db.many(tx, seen.words, Heard, person_id=person_id, most=WORDS),
        "questions": questions(words, known),
        "ruled_at": await ruled_at(tx),
        "own": me.person_id == person_id,
        "leading": leading,
        "today": lead.today(words),
        "ago": partial(lead.ago, words),
    }


async def _last_talk(tx: db.Connection, me: Actor, person_id: UUID) -> date | None:
    return await talks.last(tx, me, person_id) if me.person_id else None


async def _growth(tx: db.Connection, words: Words, run: Run, person_id: UUID) -> list[Growth]:
    """Compare with one's earlier self, never with others; only what is told of a person at all."""
    grown = []
    for one in await dimensions(tx, words, run, [person_id]):
        known = await trend_of(tx, run, person_id, one.key) if one.key in GROWN else []
        if known and known[-1].as_of == run.as_of:
            earlier = [then for then in known if run.as_of - then.as_of >= A_YEAR]
            before = earlier[-1] if earlier else None
            grown.append(Growth(one.name, shown.unit(words, one.key), known[-1], before, change(known[-1], before)))
    return grown


def change(now: Then, before: Then | None) -> str:
    """Tell up from down only where a range does not reach the other's estimate; else both are level."""
    if before is None:
        return ""
    if now.low > before.estimate and now.estimate > before.high:
        return "up"
    if now.high < before.estimate and now.estimate < before.low:
        return "down"
    return "level"


def questions(words: Words, known: Known) -> list[str]:
    """Return what could be asked, the most particular first; there is always something."""
    return [*[*_of_their_days(words, known), *_of_their_work(words, known)][: QUESTIONS - 1], _of_us(words)]


def _of_their_days(words: Words, known: Known) -> Iterator[str]:
    say = words.say
    if known.person.joined_at and clock.now() - known.person.joined_at < NEW:
        yield say("What has surprised you here, and what should we explain better to the next one who joins?")
    if known.counts.overdue:
        yield say("Calls to customers are waiting. What would give you the time for them?")
    if not known.counts.received:
        yield say("What have you done lately that nobody noticed?")


def _of_their_work(words: Words, known: Known) -> Iterator[str]:
    say = words.say
    ended = [one for one in known.work if one.ended_at]
    changed = {one.change: one.name for one in reversed(known.growth)}
    if "down" in changed:
        yield say("{dimension} was easier a year ago, it seems. What is in the way?").format(dimension=changed["down"])
    for one in [one for one in ended if not one.heard][:1]:
        yield say("How did {project} end for the customer? We have not heard from them.").format(project=one.name)
    for one in ended[:1]:
        yield say("What would you do again from {project}, and what not?").format(project=one.name)
    if "up" in changed:
        yield say("{dimension} has grown in a year. Who could learn it from you?").format(dimension=changed["up"])
    if known.level and known.level.next:
        yield say("Which kind of project would bring you closer to {level}?").format(level=known.level.next)


def _of_us(words: Words) -> str:
    return words.say("What should I do differently?")
