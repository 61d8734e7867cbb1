"""Who is asked about whom: drawn in balance from those who worked together, the same for the same seed.

Receivers get asks one at a time, everybody a first before anybody a second; where the wanted colleagues are asked
enough already, asks are moved along a path until somebody free is found. What can be asked forms an integral
polymatroid, in which this greedy filling gives the most even distribution there is (Federgruen and Groenevelt 1986).
"""

import random
from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

WIDEST = 60  # colleagues of one group that one person is matched with; in a larger group they sit in a circle
RECENT_DAYS = 30  # shared work within so many days is as good as today's
MONTHS = 3  # of a quarter


class Membership(msgspec.Struct, frozen=True):
    """A person in a team or project, in whole days before the draw: from `first` to `last`, first >= last >= 0."""

    group_id: UUID
    project_id: UUID | None  # where the group is a project
    person_id: UUID
    first: int
    last: int


class Crew(msgspec.Struct, frozen=True):
    """Everybody there, by what may be asked of them: givers work here today, receivers consented to be asked about."""

    givers: frozenset[UUID]
    receivers: frozenset[UUID]


class Terms(msgspec.Struct, frozen=True):
    """How much is asked: `most` asks about each receiver and of each giver; under `fewest` colleagues others help."""

    most: int
    fewest: int
    seed: int


class Drawn(msgspec.Struct, frozen=True):
    """One ask; `shared` is False where giver and receiver have no shared work."""

    giver_id: UUID
    receiver_id: UUID
    project_id: UUID | None
    shared: bool


def draw(memberships: Sequence[Membership], crew: Crew, terms: Terms) -> list[Drawn]:
    """Draw who is asked about whom, sorted by giver and receiver; linear in the pairs that worked together.

    Nobody is asked about themself, twice about the same person, or more than `most` times; receivers get `most` asks,
    or as even a number as the shared work allows. Without shared work only receivers with fewer than `fewest`
    colleagues are asked about.
    """
    chance = random.Random(terms.seed)  # noqa: S311 - a draw that can be repeated, not a secret
    people = sorted(crew.givers | crew.receivers)  # numbers from here on: they are compared a million times
    number = {person: place for place, person in enumerate(people)}
    givers = frozenset(number[person] for person in crew.givers)
    receivers = sorted(number[person] for person in crew.receivers)
    shared = _shared(_stays(memberships, number), givers, frozenset(receivers), chance)
    wanted: dict[int, list[int]] = {}
    for receiver in chance.sample(receivers, len(receivers)):
        near = shared.get(receiver, {})
        order = {giver: (near[giver][0] // RECENT_DAYS, chance.random()) for giver in sorted(near)}
        wanted[receiver] = sorted(near, key=order.__getitem__)
        if len(near) < terms.fewest:
            others = sorted(givers - set(near) - {receiver})
            wanted[receiver] += chance.sample(others, min(len(others), terms.fewest - len(near)))
    pairs = sorted(_Filling(wanted, terms.most).pairs())
    known = [shared.get(receiver, {}).get(giver) for giver, receiver in pairs]
    return [
        Drawn(people[giver], people[receiver], None if work is None else work[1], work is not None)
        for (giver, receiver), work in zip(pairs, known, strict=True)
    ]


def without_colleagues(asks: Sequence[Drawn]) -> int:
    """Count the receivers whom somebody without shared work is asked about, for want of colleagues."""
    return len({ask.receiver_id for ask in asks if not ask.shared})


Stay = tuple[int, int, int, UUID | None]  # who was in a group, the last and the first day before now, its project
Near = dict[int, tuple[int, UUID | None]]  # colleague → days since the shared work ended, and its project


def _stays(memberships: Sequence[Membership], number: dict[UUID, int]) -> list[list[Stay]]:
    """Return who was in each group, in an order that does not depend on that of the rows."""
    groups: dict[UUID, list[Stay]] = defaultdict(list)
    for one in memberships:
        if one.person_id in number:
            groups[one.group_id].append((number[one.person_id], one.last, one.first, one.project_id))
    return [sorted(groups[group_id], key=lambda stay: stay[:3]) for group_id in sorted(groups)]


def _shared(
    groups: list[list[Stay]], givers: frozenset[int], receivers: frozenset[int], chance: random.Random
) -> dict[int, Near]:
    """Return for each receiver the givers they worked with, and the newest work they share."""
    shared: dict[int, Near] = defaultdict(dict)
    for members in groups:
        chance.shuffle(members)
        circle = members + members
        for place, mine in enumerate(members, 1):
            if mine[0] in receivers:
                near = shared[mine[0]]
                for theirs in circle[place : place + min(len(members) - 1, WIDEST)]:
                    if theirs[0] in givers and theirs[0] != mine[0]:
                        _meet(near, mine, theirs)
    return shared


def _meet(near: Near, mine: Stay, theirs: Stay) -> None:
    """Note shared work with one colleague where both were there at the same time; a project's name beats a team's."""
    days = max(mine[1], theirs[1])
    if days > mine[2] or days > theirs[2]:
        return
    giver, project_id = theirs[0], mine[3]
    before = near.get(giver)
    if before is None or (days, project_id is None) < (before[0], before[1] is None):
        near[giver] = (days, project_id)


class _Filling:
    """A flow from receivers to givers that grows by one ask at a time."""

    def __init__(self, wanted: dict[int, list[int]], most: int) -> None:
        self.wanted = wanted
        self.most = most
        self.asked: dict[int, dict[int, None]] = {receiver: {} for receiver in wanted}  # receiver → its givers
        self.load: dict[int, dict[int, None]] = defaultdict(dict)  # giver → receivers they are asked about
        self.full: set[int] = set()  # receivers from whom no giver with room can be reached, nor ever will be

    def pairs(self) -> list[tuple[int, int]]:
        """Fill level by level; return (giver, receiver) pairs."""
        for _ in range(self.most):
            for receiver in self.wanted:
                if receiver not in self.full:
                    self._one_more(receiver)
        return [(giver, receiver) for receiver, givers in self.asked.items() for giver in givers]

    def _one_more(self, receiver: int) -> None:
        """Give `receiver` another ask: by a colleague with room, else along the shortest path of moved asks."""
        came: dict[int, tuple[int, int] | None] = {receiver: None}  # receiver → whence, and by which giver
        seen: set[int] = set()
        waiting = deque([receiver])
        while waiting:
            at = waiting.popleft()
            free = [g for g in self.wanted[at] if g not in self.asked[at] and len(self.load[g]) < self.most]
            if free:
                self._move(at, self._lightest(free), came)
                return
            for giver in self.wanted[at]:
                if giver in seen or giver in self.asked[at]:
                    continue
                seen.add(giver)
                for other in self.load[giver]:
                    if other not in came and other not in self.full:
                        came[other] = (at, giver)
                        waiting.append(other)
        self.full |= set(came)  # closed under moving: nothing that comes later leads out of it

    def _lightest(self, free: list[int]) -> int:
        """Return whom fewer than half of the most are asked of, the most recent first; else whoever has least."""
        return next((g for g in free if 2 * len(self.load[g]) < self.most), None) or min(
            free, key=lambda giver: len(self.load[giver])
        )

    def _move(self, at: int, giver: int, came: dict[int, tuple[int, int] | None]) -> None:
        """Add (giver, at); whoever `at` was reached over hands its own giver back along the path."""
        self._add(at, giver)
        while (step := came[at]) is not None:
            before, freed = step
            self._drop(at, freed)
            self._add(before, freed)
            at = before

    def _add(self, receiver: int, giver: int) -> None:
        self.asked[receiver][giver] = None
        self.load[giver][receiver] = None

    def _drop(self, receiver: int, giver: int) -> None:
        del self.asked[receiver][giver]
        del self.load[giver][receiver]


class Quarter(msgspec.Struct, frozen=True):
    """A quarter of a year on local clocks: the name of its standing round, its first day, and the day after it."""

    name: str
    first: date
    after: date


def quarter_of(day: date) -> Quarter:
    """Return the quarter in which `day` lies."""
    number = (day.month - 1) // MONTHS
    first = date(day.year, number * MONTHS + 1, 1)
    after = date(day.year + number // 3, (number + 1) % 4 * MONTHS + 1, 1)
    return Quarter(f"standing-{day.year}Q{number + 1}", first, after)


def shown(people: int, answered: int, k: int) -> int | None:
    """Return how many answered, in whole steps of `k`; None where it could say of one person that they did or not.

    Under `k` answers, or under `k` people without one, the number would nearly name them; between, it moves by `k`
    at a time, so that nobody's answer shows by its tick.
    """
    return answered // k * k if k <= answered <= people - k else None
