"""A simulated organization: exchange frames, and the truth that an engine should find."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, auto

import numpy as np
import polars as pl

from scoring.exchange.columns import FILES, FORMAT, STANDARD_CRITERIA
from scoring.exchange.folder import Frames
from scoring.exchange.manifest import Manifest
from scoring.exchange.values import empty
from scoring.simulate import (
    aftercare,
    cast,
    cheating,
    inventing,
    meetings,
    people,
    record,
    register,
    signals,
    spread,
    trade,
    voices,
    work,
)  # fmt: skip
from scoring.simulate.calendar import DAY, OPENS, TIME_ZONE, YEAR, moment_of
from scoring.simulate.frames import happened
from scoring.simulate.people import Mask, Number, Span
from scoring.simulate.settings import Settings
from scoring.simulate.truth import Truth, true_composite


@dataclass(frozen=True, slots=True)
class Organization:
    """An exchange folder in memory, and its truth."""

    frames: Frames
    manifest: Manifest
    truth: Truth


class Part(IntEnum):
    """Each part draws from a stream of its own, so that a new one leaves the others as they were."""

    PEOPLE = auto()
    CHARACTER = auto()
    MARKET = auto()
    PROJECTS = auto()
    SEATS = auto()
    EXCESS = auto()
    TRADE = auto()
    ASKS = auto()
    RATINGS = auto()
    KUDOS = auto()
    BADGES = auto()
    CUSTOMERS = auto()
    AFTERCARE = auto()
    WORDS = auto()
    CONSENTS = auto()
    RETRACTIONS = auto()
    CAST = auto()
    SPREAD = auto()
    ON_TOP = auto()
    CHEATING = auto()
    CIRCLE_THANKS = auto()
    INVENTING = auto()


Streams = Callable[[Part], np.random.Generator]


@dataclass(frozen=True, slots=True)
class _Scene:
    """The organization before anybody says anything."""

    staff: people.People
    character: people.Character
    market: work.Market
    projects: work.Projects
    seats: work.Seats
    trust: Number
    excess: Number
    span: Span
    of: register.Names
    parts: cast.Cast

    @property
    def stage(self) -> cheating.Stage:
        return cheating.Stage(self.parts, self.staff, self.seats, self.span)


@dataclass(frozen=True, slots=True)
class _Told:
    """Frames of one kind, and the ids of what in them was not meant."""

    frames: Frames
    dishonest: dict[str, frozenset[str]]


def simulate(settings: Settings, seed: int, until: datetime) -> Organization:
    """Simulate an organization; the same arguments give the same frames.

    Parameters
    ----------
    seed : 0 or more.
    until : with an offset; nothing happens at or after it, only what is planned (`due`) lies later.

    Raises
    ------
    ValueError : `until` has no offset, or `seed` is negative.
    """
    end = moment_of(until)

    def streams(part: Part) -> np.random.Generator:
        return np.random.default_rng([seed, part])

    scene = _scene(settings, streams, end)
    said, scene, heard = _voices(settings, streams, scene), *_customers(settings, streams, scene)
    frames = {**_register(settings, streams, scene), **said.frames, **heard.frames}
    frames |= _aftercare(settings, streams, scene)
    frames["retractions"] = record.retractions(settings, streams(Part.RETRACTIONS), frames, scene.of)
    whole = {name: frames.get(name, empty(file)) for name, file in FILES.items()}
    return Organization(
        whole, Manifest(FORMAT, TIME_ZONE, "EUR"), _truth(settings, scene, said.dishonest | heard.dishonest)
    )


def _scene(settings: Settings, streams: Streams, until: int) -> _Scene:
    last = (until - OPENS - 1) // DAY + 1  # the day of `until` itself, once work has begun on it
    span = Span(last - round(settings.years * YEAR), last)
    staff = people.people(settings, streams(Part.PEOPLE), span)
    parts = cast.cast(settings, streams(Part.CAST), staff)
    staff = cast.placed(staff, parts)
    character = cast.averaged(people.character(settings, streams(Part.CHARACTER), staff, span), staff, parts)
    market = work.market(settings, streams(Part.MARKET))
    done = work.projects(settings, streams(Part.PROJECTS), staff, character, (market, span))
    market, done = spread.hard(streams(Part.SPREAD), market, done, parts)
    rng = streams(Part.SEATS)
    seated = spread.apart(work.seats(settings, rng, staff, done), staff, done, parts.isolated)
    trust = work.project_trust(settings, rng, done.size, seated, character.trust)
    excess = trade.excess(streams(Part.EXCESS), done.size)
    if settings.acted:
        excess = spread.on_top(streams(Part.ON_TOP), excess, done, parts)
    of = register.names(staff, market, done, until)
    return _Scene(staff, character, market, done, seated, trust, excess, span, of, parts)


def _register(settings: Settings, streams: Streams, scene: _Scene) -> Frames:
    rng = streams(Part.WORDS)
    trading = streams(Part.TRADE)
    agreed = trade.agreements(trading, scene.projects, scene.market, (scene.excess, scene.span))
    return {
        "people": register.people(settings, rng, scene.staff, scene.of),
        **register.teams(rng, scene.staff, scene.of),
        **register.customers(rng, scene.market, scene.of),
        "criteria": register.criteria(),
        "projects": register.projects(rng, scene.projects, scene.of),
        "members": register.members(scene.seats, scene.of),
        "money": register.money(trade.money(settings, trading, scene.projects, scene.excess), scene.of),
        "agreements": register.agreements(agreed, scene.of),
        "leaves": register.leaves(scene.staff, scene.of),
        "consents": _consents(settings, streams, scene),
    }


def _consents(settings: Settings, streams: Streams, scene: _Scene) -> pl.DataFrame:
    """Tell who consented; who opts out refuses in a last word."""
    given = register.consents(settings, streams(Part.CONSENTS), scene.staff, (scene.of, scene.span))
    if not settings.acted or not scene.parts.refused.any():
        return given
    return pl.concat([given, register.refusals(scene.parts.refused, scene.staff, (scene.of, scene.span))])


def _voices(settings: Settings, streams: Streams, scene: _Scene) -> _Told:
    found = meetings.circles(scene.seats, scene.staff, scene.span, scene.projects.size)
    world = voices.World(scene.staff, scene.character, found, scene.span)
    opened = voices.round_days(settings, scene.span)
    asked = voices.asks(settings, streams(Part.ASKS), world)
    rating, thanking, honouring = streams(Part.RATINGS), streams(Part.KUDOS), streams(Part.BADGES)
    given = voices.ratings(settings, rating, world, asked)
    thanked = voices.thanks(settings, thanking, world, settings.kudos_per_person_year)
    honoured = voices.thanks(settings, honouring, world, settings.badges_per_person_year)
    said = cheating.Said(given, np.ones(given.giver.size, bool))
    meant = np.ones(thanked.at.size, bool)
    if settings.acted:
        said = cheating.ratings(streams(Part.CHEATING), given, scene.stage)
        thanked, meant = cheating.thanks(streams(Part.CIRCLE_THANKS), thanked, scene.stage)
    frames = {
        "rounds": record.rounds(opened, scene.of),
        "asks": record.asks(asked, scene.of, opened),
        "feedback": record.feedback(rating, said.ratings, scene.staff, scene.of),
        "kudos": record.kudos(thanking, thanked, scene.staff, scene.of),
        "badges": record.badges(honouring, honoured, scene.of),
    }
    until = scene.of.until
    dishonest = {
        "feedback": _ids(frames["feedback"], said.honest[happened(said.ratings.at, until)]),
        "kudos": _ids(frames["kudos"], meant[happened(thanked.at, until)]),
    }
    return _Told(frames, dishonest)


def _customers(settings: Settings, streams: Streams, scene: _Scene) -> tuple[_Scene, _Told]:
    """Tell what customers said; and the scene, with contacts that were invented."""
    rng = streams(Part.CUSTOMERS)
    served = signals.Served(
        scene.projects, scene.seats, scene.staff, scene.market, scene.trust, scene.excess, scene.span
    )  # fmt: skip
    said = signals.responses(settings, rng, served)
    spoken = (said, signals.signals(rng, said))
    honest = np.ones(spoken[1].response.size, bool)
    if settings.acted:
        world = (scene.market, scene.projects)
        spoken, market, honest = inventing.invent(streams(Part.INVENTING), spoken, world, scene.stage)
        of = register.names(scene.staff, market, scene.projects, scene.of.until)
        scene = replace(scene, market=market, of=of)
    frame = record.signals(rng, spoken, scene.market, scene.of)
    at = spoken[0].at[spoken[1].response]
    return scene, _Told({"signals": frame}, {"signals": _ids(frame, honest[happened(at, scene.of.until)])})


def _ids(rows: pl.DataFrame, honest: Mask) -> frozenset[str]:
    """Ids of the rows that are not honest."""
    return frozenset(rows["id"].filter(pl.Series(~honest, dtype=pl.Boolean)).to_list())


def _aftercare(settings: Settings, streams: Streams, scene: _Scene) -> Frames:
    rng = streams(Part.AFTERCARE)
    place = aftercare.Place(scene.staff, scene.character, scene.projects, scene.seats, scene.span)
    return {
        "documents": record.documents(rng, aftercare.documents(settings, rng, place), scene.of),
        "handovers": record.handovers(aftercare.handovers(rng, place), scene.of),
        "care": record.care(aftercare.care(settings, rng, place), scene.of),
    }


def _truth(settings: Settings, scene: _Scene, dishonest: dict[str, frozenset[str]]) -> Truth:
    character, of = scene.character, scene.of
    return Truth(
        people=tuple(of.people.to_list()),
        criteria=STANDARD_CRITERIA,
        quality=character.quality,
        customer_trust=character.trust,
        care=character.care,
        visibility=character.visibility,
        leniency=character.leniency,
        drift=character.drift,
        projects=tuple(of.projects.to_list()),
        project_trust=scene.trust,
        excess=scene.excess,
        customers=tuple(of.customers.to_list()),
        ease=scene.market.ease,
        composite=true_composite(settings, STANDARD_CRITERIA, character, scene.staff),
        staff=scene.staff,
        character=character,
        parts=scene.parts,
        span=scene.span,
        dishonest=dishonest,
    )
