"""Confidential feedback, as it is given; nobody ever reads who gave it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from service.base.border import Id, Input, Instant, Rating, Text
from service.base.errors import Refused

MOST_CRITERIA = 50
LONGEST_DAYS = 120  # of a round
BOUNDS = {"asks_per_person": (3, 20), "period_days": (1, 730), "reminders": (0, 5)}  # least and most, of a round
# What a giver is told before they send; service/pages says it in Finnish.
WARNING = (
    "Ratings are only ever shown together, of at least {k} people. Your words are read by {receiver} alone, word for "
    "word and in mixed order, after the round has closed and at least {k} people have answered. "
    "Nobody is told who wrote them; but how you write may tell."
)


def _within(number: str) -> Meta:
    low, high = BOUNDS[number]
    return Meta(ge=low, le=high)


class RoundClosed(Refused):
    """Answers are immutable once a round has closed, and none come after."""

    code = "round_closed"


class RoundRuns(Refused):
    """One round at a time is enough to be asked."""

    code = "round_already_open"


class RemindersSpent(Refused):
    """So many reminders were promised, and no more."""

    code = "reminders_spent"


class RemindedLately(Refused):
    """A reminder a day is nagging; the next one may be sent when `possible_at` has come."""

    code = "reminded_lately"


class TakenIn(Refused):
    """The answer went in with everybody's in the night; no one, not even its giver, can tell it from the others."""

    code = "answer_taken_in"


class NewFeedback(Input):
    """What one person says of another at one time: any of the criteria, and words."""

    receiver_id: UUID
    ratings: Annotated[dict[Id, Rating], Meta(min_length=1, max_length=MOST_CRITERIA)]  # by the criterion's external id
    project_id: UUID | None = None
    round_id: UUID | None = None
    comment: Text | None = None
    giver_id: UUID | None = None  # a service may say who gives
    at: Instant | None = None  # and when it was


class Receipt(msgspec.Struct, frozen=True):
    """That it arrived; no id, for an id could lead back to the giver."""

    recorded: int


class Criterion(msgspec.Struct, frozen=True):
    """What feedback can be about."""

    id: UUID
    external_id: str
    name: str
    meaning: str | None


class NewRound(Input):
    """What a round is to be: until when, about work of how many days, and how much is asked of each."""

    closes_on: date  # its last day, where the organization is
    asks_per_person: Annotated[int, _within("asks_per_person")] = 8  # about each person, and of each person at most
    period_days: Annotated[int, _within("period_days")] = 180  # how far back work counts as shared
    reminders: Annotated[int, _within("reminders")] = 2  # at most


class Round(msgspec.Struct, frozen=True):
    """A round as those who run it see it; the numbers never say who.

    `people` are asked; of them about `answered` have, in steps of `k` as of last night, and None while the number could
    say of one person that they did or did not. For want of shared work, others were asked about `without_colleagues`.
    """

    id: UUID
    opened_at: datetime
    closed_at: datetime | None
    standing: bool  # the quarter's, for what is said unasked
    closes_on: date | None
    period_days: int | None
    asks_per_person: int | None
    most_reminders: int
    reminders: int
    reminded_at: datetime | None  # the last time; the next one may follow two days after
    k: int
    drawn_at: datetime | None  # who is asked is drawn by a worker, in seconds
    people: int | None
    answered: int | None
    without_colleagues: int | None
    settled_at: datetime | None  # closed, counted, and its words heard


class Ask(msgspec.Struct, frozen=True):
    """One colleague I am asked about; what becomes of it is mine alone to know."""

    id: UUID
    receiver_id: UUID
    receiver: str
    project: str | None
    closes_on: date | None
    shared: bool  # whether we worked together
    state: str  # open, declined, held (sent, and mine to change until the night), answered
    k: int


class AskView(msgspec.Struct, frozen=True):
    """An ask with its questions, what I have said so far, and what to know before saying it."""

    ask: Ask
    criteria: list[Criterion]
    ratings: dict[str, int]
    comment: str | None
    warning: str


class Held(msgspec.Struct, frozen=True):
    """What a giver has said and may still change."""

    ratings: dict[str, int]
    comment: str | None


class NewAnswer(Input):
    """An answer to an ask as a whole; any question may be left out, but not all."""

    ratings: Annotated[dict[Id, Rating], Meta(min_length=1, max_length=MOST_CRITERIA)]
    comment: Text | None = None


class Heard(msgspec.Struct, frozen=True):
    """Words for me; their order says nothing, their time is that of the round."""

    id: UUID
    closed_at: datetime
    comment: str
