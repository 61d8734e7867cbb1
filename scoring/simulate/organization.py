"""A simulated organization: exchange frames, and the truth that an engine should find."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, auto

import numpy as np

from scoring.exchange.columns import FILES, FORMAT, STANDARD_CRITERIA
from scoring.exchange.folder import Frames
from scoring.exchange.manifest import Manifest
from scoring.exchange.values import empty
from scoring.simulate import aftercare, meetings, people, record, register, signals, trade, voices, work
from scoring.simulate.calendar import DAY, TIME_ZONE, YEAR, moment_of
from scoring.simulate.people import Number, Span
from scoring.simulate.settings import Settings


@dataclass(frozen=True, slots=True)
class Truth:
    """What nobody in the organization knows, in sd of quality; the ids are in the order of the arrays."""

    people: tuple[str, ...]
    criteria: tuple[str, ...]
    quality: Number  # (people, criteria), on the day of `until`
    customer_trust: Number  # (people,) what customers feel of a person
    care: Number  # (people,)
    visibility: Number  # (people,)
    leniency: Number  # (people,) as givers
    drift: Number  # (people, criteria), sd a year
    projects: tuple[str, ...]
    project_trust: Number  # (projects,) what its people earn there
    excess: Number  # (projects,) log of delivered over agreed effort
    customers: tuple[str, ...]
    ease: Number  # (customers,) how easily pleased


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
    frames = {**_register(settings, streams, scene), **_voices(settings, streams, scene)}
    frames |= _customers(settings, streams, scene) | _aftercare(settings, streams, scene)
    frames["retractions"] = record.retractions(settings, streams(Part.RETRACTIONS), frames, scene.of)
    whole = {name: frames.get(name, empty(file)) for name, file in FILES.items()}
    return Organization(whole, Manifest(FORMAT, TIME_ZONE, "EUR"), _truth(scene))


def _scene(settings: Settings, streams: Streams, until: int) -> _Scene:
    last = -(-until // DAY)  # the day of `until` itself, unless it is midnight
    span = Span(last - round(settings.years * YEAR), last)
    staff = people.people(settings, streams(Part.PEOPLE), span)
    character = people.character(settings, streams(Part.CHARACTER), staff, span)
    market = work.market(settings, streams(Part.MARKET))
    done = work.projects(settings, streams(Part.PROJECTS), staff, character, (market, span))
    rng = streams(Part.SEATS)
    seated = work.seats(settings, rng, staff, done)
    trust = work.project_trust(settings, rng, done.size, seated, character.trust)
    excess = trade.excess(streams(Part.EXCESS), done.size)
    of = register.names(staff, market, done, until)
    return _Scene(staff, character, market, done, seated, trust, excess, span, of)


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
        "consents": register.consents(settings, streams(Part.CONSENTS), scene.staff, (scene.of, scene.span)),
    }


def _voices(settings: Settings, streams: Streams, scene: _Scene) -> Frames:
    found = meetings.circles(scene.seats, scene.staff, scene.span, scene.projects.size)
    world = voices.World(scene.staff, scene.character, found, scene.span)
    opened = voices.round_days(settings, scene.span)
    asked = voices.asks(settings, streams(Part.ASKS), world)
    rating, thanking, honouring = streams(Part.RATINGS), streams(Part.KUDOS), streams(Part.BADGES)
    given = voices.ratings(settings, rating, world, asked)
    thanked = voices.thanks(settings, thanking, world, settings.kudos_per_person_year)
    honoured = voices.thanks(settings, honouring, world, settings.badges_per_person_year)
    return {
        "rounds": record.rounds(opened, scene.of),
        "asks": record.asks(asked, scene.of, opened),
        "feedback": record.feedback(rating, given, scene.staff, scene.of),
        "kudos": record.kudos(thanking, thanked, scene.staff, scene.of),
        "badges": record.badges(honouring, honoured, scene.of),
    }


def _customers(settings: Settings, streams: Streams, scene: _Scene) -> Frames:
    rng = streams(Part.CUSTOMERS)
    served = signals.Served(
        scene.projects, scene.seats, scene.staff, scene.market, scene.trust, scene.excess, scene.span
    )  # fmt: skip
    said = signals.responses(settings, rng, served)
    return {"signals": record.signals(rng, (said, signals.signals(rng, said)), scene.market, scene.of)}


def _aftercare(settings: Settings, streams: Streams, scene: _Scene) -> Frames:
    rng = streams(Part.AFTERCARE)
    place = aftercare.Place(scene.staff, scene.character, scene.projects, scene.seats, scene.span)
    return {
        "documents": record.documents(rng, aftercare.documents(settings, rng, place), scene.of),
        "handovers": record.handovers(aftercare.handovers(rng, place), scene.of),
        "care": record.care(aftercare.care(settings, rng, place), scene.of),
    }


def _truth(scene: _Scene) -> Truth:
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
    )
