"""Evidence as typed arrays: what goes into the engine.

One dataclass per file of the exchange folder (scoring/exchange/columns.py), one array per column that the
engine reads, all arrays of a dataclass equally long. Ids have become indices into the ids of their own
file (int32, -1 where empty); times are int64 microseconds since 1970 UTC (`MISSING_TIME` where empty, and
`FOREVER` for a `to` that is empty); choices are int8 indices into the tuple of their column (-1 where
empty); flags are int8 0, 1 or -1 (not known); numbers are float64 (NaN where empty).

Rows are in the canonical order that scoring/arrays.py makes, without duplicates: the engine may rely on
it, and so the same evidence gives the same bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int32]
Choice = NDArray[np.int8]
Flag = NDArray[np.int8]
Time = NDArray[np.int64]
Number = NDArray[np.float64]
Mask = NDArray[np.bool_]

MISSING_TIME = np.iinfo(np.int64).min
FOREVER = np.iinfo(np.int64).max
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class People:
    """`ids` (people,) sorted; the index of a person everywhere is the place in it."""

    ids: tuple[str, ...]
    role: Choice
    joined: Time
    left: Time


@dataclass(frozen=True, slots=True)
class Teams:
    """`department` (teams,) is an index into `departments`, sorted by name."""

    ids: tuple[str, ...]
    department: Index
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamMembers:
    """Who was in which team, [from, to)."""

    team: Index
    person: Index
    role: Choice
    start: Time
    end: Time


@dataclass(frozen=True, slots=True)
class Contacts:
    """People at customers; `known` says whether anyone of ours knew them."""

    ids: tuple[str, ...]
    customer: Index
    known: Flag


@dataclass(frozen=True, slots=True)
class Projects:
    """`territory` is an index into `territories`, sorted by name; `continues` into the projects."""

    ids: tuple[str, ...]
    kind: Choice
    customer: Index
    started: Time
    ended: Time
    outcome: Choice
    territory: Index
    territories: tuple[str, ...]
    continues: Index


@dataclass(frozen=True, slots=True)
class Members:
    """Who was in which project, [from, to), with which share; shares as given, not yet normalised."""

    project: Index
    person: Index
    role: Index
    roles: tuple[str, ...]
    share: Number
    start: Time
    end: Time


@dataclass(frozen=True, slots=True)
class Money:
    """Amounts in `unit` (an index into `units`: currencies, hours, days ...)."""

    project: Index
    kind: Choice
    amount: Number
    unit: Index
    units: tuple[str, ...]
    known: Time


@dataclass(frozen=True, slots=True)
class Agreements:
    """What was agreed, communicated and made measurable, and which contact confirmed it."""

    project: Index
    agreed: Flag
    communicated: Flag
    measurable: Flag
    confirmed_by: Index
    at: Time


@dataclass(frozen=True, slots=True)
class Asks:
    """Who was asked about whom."""

    round: Index
    giver: Index
    receiver: Index
    project: Index
    at: Time
    declined: Time


@dataclass(frozen=True, slots=True)
class Feedback:
    """One rating (1-5) a row; rows with one `answer` were given together.

    Rows are sorted by their ids, which are not kept: ten million of them would take a gigabyte, and nothing asks.
    """

    answer: Index  # 0..answers-1; a row without one is an answer of its own
    giver: Index
    receiver: Index
    project: Index
    round: Index
    criterion: Index
    rating: Number
    at: Time
    recorded: Time


@dataclass(frozen=True, slots=True)
class Kudos:
    """Public thanks."""

    ids: tuple[str, ...]
    giver: Index
    receiver: Index
    project: Index
    criterion: Index
    at: Time


@dataclass(frozen=True, slots=True)
class Signals:
    """What was learnt from customers; `aspect` -1 and `value` NaN where there are only words."""

    ids: tuple[str, ...]
    response: Index  # 0..responses-1; a row without one is a response of its own
    project: Index
    contact: Index
    kind: Choice
    aspect: Choice
    value: Number
    about: Choice
    recorded_by: Index
    at: Time


@dataclass(frozen=True, slots=True)
class Badges:
    """Badges; `giver` -1 where a rule granted it (then it is no evidence)."""

    ids: tuple[str, ...]
    badge: Index
    badges: tuple[str, ...]
    receiver: Index
    project: Index
    giver: Index
    at: Time


@dataclass(frozen=True, slots=True)
class Documents:
    """What was written in a project, and the project that used it."""

    ids: tuple[str, ...]
    project: Index
    author: Index
    at: Time
    used_by: Index


@dataclass(frozen=True, slots=True)
class Handovers:
    """An account passing from one person to another; `rating` 1-5 by the one who took over."""

    ids: tuple[str, ...]
    project: Index
    from_person: Index
    to_person: Index
    at: Time
    accepted: Time
    rating: Number


@dataclass(frozen=True, slots=True)
class Care:
    """After-care calls."""

    ids: tuple[str, ...]
    project: Index
    owner: Index
    kind: Choice
    due: Time
    done: Time
    outcome: Choice
    needs_changed: Flag
    moved: Flag


@dataclass(frozen=True, slots=True)
class Consents:
    """Who allowed which source, from when on."""

    person: Index
    source: Choice
    given: Flag
    at: Time


@dataclass(frozen=True, slots=True)
class Leaves:
    """Absences, [from, to)."""

    person: Index
    start: Time
    end: Time


@dataclass(frozen=True, slots=True)
class LevelSteps:
    """Levels reached before this run."""

    person: Index
    level: Index
    at: Time


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that scores are made of, and the SHA-256 digest of it in canonical order.

    `customers`, `criteria`, `rounds` are ids only, sorted. `time_zone` is the IANA name in which months
    and quarters are cut; `currency` an ISO 4217 code. Retracted rows are not in here: the builder leaves
    them out, whatever the moment (scoring.md, section 1), but knows of them in the digest.
    """

    people: People
    teams: Teams
    team_members: TeamMembers
    customers: tuple[str, ...]
    contacts: Contacts
    criteria: tuple[str, ...]
    projects: Projects
    members: Members
    money: Money
    agreements: Agreements
    documents: Documents
    handovers: Handovers
    care: Care
    rounds: tuple[str, ...]
    asks: Asks
    feedback: Feedback
    kudos: Kudos
    signals: Signals
    badges: Badges
    consents: Consents
    leaves: Leaves
    level_steps: LevelSteps
    time_zone: str
    currency: str
    digest: str
