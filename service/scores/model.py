"""What may be seen of a run: boards, a person's standing, and how the runs themselves went."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from service.base.errors import Refused

FEW_PEOPLE = 15
NOT_SHOWN = (
    "What colleagues say is shown once {k} different colleagues have spoken, and changes when {k} have spoken again,"
    " so that nobody can tell who said what."
)
NOT_SHOWN_HERE = " Among so few people that may never be: team figures, customers' trust and thanks do not wait for it."


class SubjectKind(StrEnum):
    """Whom a board is about."""

    PERSON = "person"
    TEAM = "team"
    PROJECT = "project"
    CUSTOMER = "customer"


class TooManyWaiting(Refused):
    """Enough runs of this organization wait to be done already."""

    code = "too_many_runs_waiting"


class Newest(msgspec.Struct, frozen=True):
    """The newest run, if there is one, and how the newest night went."""

    run_id: UUID | None
    as_of: datetime | None
    published_at: datetime | None
    policy_version: int | None
    failed_night: str | None  # its date, where the newest night failed and nothing newer is published
    audience: int  # counts changes of who is on boards; an answer kept from before one is not given again


class Shown(msgspec.Struct, frozen=True):
    """The run that an answer is of."""

    id: UUID
    as_of: datetime
    published_at: datetime
    policy_version: int
    late: bool  # the newest night failed, so this is of an older one


class BoardKey(msgspec.Struct, frozen=True):
    """One board: what by, among whom, over which time, about what kind of subject."""

    board: str
    scope: str
    period: str
    kind: str


class BoardSize(msgspec.Struct, frozen=True):
    """How many stand on a board, and how many of them have a rank."""

    count: int
    ranked: int


class Board(msgspec.Struct, frozen=True):
    """A board there is."""

    board: str
    scope: str
    period: str
    kind: str
    count: int


class Boards(msgspec.Struct, frozen=True):
    """Some of the boards there are."""

    run: Shown | None
    message: str | None  # why there is nothing, or why it is late
    items: list[Board]
    next: str | None


class Placed(msgspec.Struct, frozen=True):
    """One subject, as the database tells it."""

    subject_id: UUID
    name: str
    place: int
    ranked: int
    band: int | None
    rank_low: int | None
    rank_high: int | None
    score: float
    low: float
    high: float
    provisional: bool
    mine: bool


class Place(msgspec.Struct, frozen=True):
    """One subject on a board; ranks are shown in the upper half only, and of myself."""

    subject_id: UUID
    name: str
    band: int | None
    rank_low: int | None
    rank_high: int | None
    score: float  # in the unit of the board's dimension, as are the bounds of the 80 % interval
    low: float
    high: float
    state: str  # ranked, in_the_field (the lower half) or gathering_evidence


class Standings(msgspec.Struct, frozen=True):
    """One page of a board's upper half, and where I stand with those next to me; `mine` is the same on every page."""

    run: Shown | None
    message: str | None
    board: BoardKey
    count: int
    ranked: int
    items: list[Place]
    mine: list[Place]  # my neighbour above, me (or my teams), my neighbour below
    next: str | None


class Level(msgspec.Struct, frozen=True):
    """Where a person's journey has led; `progress` 0-1 to the next level."""

    level: int
    name: str
    progress: float
    since: datetime | None
    missing: str | None


class Score(msgspec.Struct, frozen=True):
    """One dimension: estimate, its sd, the 80 % interval, and how many independent voices it rests on.

    Where colleagues spoke, `evidence` is in steps (`voices_told` in the migrations), at least so many.
    """

    dimension: str
    estimate: float
    sd: float
    low: float
    high: float
    evidence: float


class Reason(msgspec.Struct, frozen=True):
    """A part of a score; the parts of a dimension add up to its estimate, in its unit."""

    dimension: str
    source: str
    project_id: UUID | None
    project: str | None
    amount: float


class Stage(msgspec.Struct, frozen=True):
    """A finished project; a star that is null is not known."""

    project_id: UUID
    project: str
    colleagues: bool | None
    customer: bool | None
    left_behind: bool | None
    reasons: str | None


class Who(msgspec.Struct, frozen=True):
    """A person."""

    id: UUID
    name: str


class Peers(msgspec.Struct, frozen=True):
    """Whether what colleagues said of a person is shown; `k` different ones have to speak first, of `people`."""

    k: int
    people: int
    shown: bool
    raised: bool  # fewer had to speak once, and what was shown then stays

    @property
    def few(self) -> bool:
        """Tell whether so few people work here that it may never be."""
        return not self.shown and self.people <= FEW_PEOPLE

    @property
    def message(self) -> str | None:
        """Say why nothing is shown; the same to everybody of whom nothing is, whatever the reason."""
        return None if self.shown else NOT_SHOWN.format(k=self.k) + (NOT_SHOWN_HERE if self.few else "")


class PeersView(msgspec.Struct, frozen=True):
    """What the answer says of it."""

    k: int
    shown: bool
    message: str | None


class Standing(msgspec.Struct, frozen=True):
    """A person's level, scores, stages, and what they are made of."""

    person: Who
    run: Shown | None
    message: str | None
    level: Level | None
    scores: list[Score]
    explanation: list[Reason]
    stages: list[Stage]
    contested: list[str]  # dimensions that the person contests, not decided yet
    # To others than the person: dimensions of which nothing is said yet; that the person refused a source, is new, or
    # was heard of too little looks the same.
    gathering_evidence: list[str]
    peers: PeersView | None = None


class Run(msgspec.Struct, frozen=True):
    """A published run."""

    id: UUID
    at: datetime  # the moment it scores as of
    recorded_until: datetime
    published_at: datetime
    policy_version: int
    engine: str
    job: str
    seconds: float
    counts: dict[str, int]


class RunState(msgspec.Struct, frozen=True):
    """How a run stands: due, running, done or failed; a failed one that is due again keeps its error."""

    id: UUID
    state: str
    as_of: datetime
    attempts: int
    error: str | None
    published_at: datetime | None
