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
    shared = _shared(memberships, crew, chance)
    wanted: dict[UUID, list[UUID]] = {}
    for receiver in chance.sample(sorted(crew.receivers), len(crew.receivers)):
        near = shared.get(receiver, {})
        noise = {giver: chance.random() for giver in sorted(near)}
        wanted[receiver] = sorted(near, key=lambda one: (near[one][0] // RECENT_DAYS, noise[one]))
        if len(near) < terms.fewest:
            wanted[receiver] += _strangers(receiver, set(near), crew, terms, chance)
    pairs = _Filling(wanted, terms.most).pairs()
    return sorted((_drawn(pair, shared) for pair in pairs), key=lambda one: (one.giver_id, one.receiver_id))


def without_colleagues(asks: Sequence[Drawn]) -> int:
    """Count the receivers whom somebody without shared work is asked about, for want of colleagues."""
    return len({ask.receiver_id for ask in asks if not ask.shared})


Near = dict[UUID, tuple[int, UUID | None]]  # colleague → days since the shared work ended, and its project


def _shared(memberships: Sequence[Membership], crew: Crew, chance: random.Random) -> dict[UUID, Near]:
    """Return for each receiver the givers they worked with, and the newest work they share."""
    groups: dict[UUID, list[Membership]] = defaultdict(list)
    for one in memberships:
        groups[one.group_id].append(one)
    shared: dict[UUID, Near] = defaultdict(dict)
    for group_id in sorted(groups):
        members = sorted(groups[group_id], key=lambda one: (one.person_id, one.last, one.first))
        chance.shuffle(members)
        for place, mine in enumerate(members):
            if mine.person_id not in crew.receivers:
                continue
            near = shared[mine.person_id]
            for step in range(1, min(len(members), WIDEST + 1)):
                _meet(near, mine, members[(place + step) % len(members)], crew.givers)
    return shared


def _meet(near: Near, mine: Membership, theirs: Membership, givers: frozenset[UUID]) -> None:
    """Note shared work with one colleague where both were there at the same time; a project's name beats a team's."""
    days = max(mine.last, theirs.last)
    together = days <= min(mine.first, theirs.first)
    giver = theirs.person_id
    if not together or giver == mine.person_id or giver not in givers:
        return
    before = near.get(giver)
    if before is None or (days, mine.project_id is None) < (before[0], before[1] is None):
        near[giver] = (days, mine.project_id)


def _strangers(receiver: UUID, near: set[UUID], crew: Crew, terms: Terms, chance: random.Random) -> list[UUID]:
    """Return others to ask, up to `fewest` with the colleagues, in the order of the draw."""
    others = sorted(crew.givers - near - {receiver})
    return chance.sample(others, min(len(others), terms.fewest - len(near)))


def _drawn(pair: tuple[UUID, UUID], shared: dict[UUID, Near]) -> Drawn:
    giver, receiver = pair
    known = shared.get(receiver, {}).get(giver)
    return Drawn(giver, receiver, None if known is None else known[1], known is not None)


class _Filling:
    """A flow from receivers to givers that grows by one ask at a time."""

    def __init__(self, wanted: dict[UUID, list[UUID]], most: int) -> None:
        self.wanted = wanted
        self.most = most
        self.asked: dict[UUID, dict[UUID, None]] = {receiver: {} for receiver in wanted}  # receiver → its givers
        self.load: dict[UUID, dict[UUID, None]] = defaultdict(dict)  # giver → receivers they are asked about
        self.full: set[UUID] = set()  # receivers from whom no giver with room can be reached, nor ever will be

    def pairs(self) -> list[tuple[UUID, UUID]]:
        """Fill level by level; return (giver, receiver) pairs."""
        for _ in range(self.most):
            for receiver in self.wanted:
                if receiver not in self.full:
                    self._one_more(receiver)
        return [(giver, receiver) for receiver, givers in self.asked.items() for giver in givers]

    def _one_more(self, receiver: UUID) -> None:
        """Give `receiver` another ask: by a colleague with room, else along the shortest path of moved asks."""
        came: dict[UUID, tuple[UUID, UUID] | None] = {receiver: None}  # receiver → whence, and by which giver
        seen: set[UUID] = set()
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

    def _lightest(self, free: list[UUID]) -> UUID:
        """Return whom fewer than half of the most are asked of, the most recent first; else whoever has least."""
        return next((g for g in free if 2 * len(self.load[g]) < self.most), None) or min(
            free, key=lambda giver: len(self.load[giver])
        )

    def _move(self, at: UUID, giver: UUID, came: dict[UUID, tuple[UUID, UUID] | None]) -> None:
        """Add (giver, at); whoever `at` was reached over hands its own giver back along the path."""
        self._add(at, giver)
        while (step := came[at]) is not None:
            before, freed = step
            self._drop(at, freed)
            self._add(before, freed)
            at = before

    def _add(self, receiver: UUID, giver: UUID) -> None:
        self.asked[receiver][giver] = None
        self.load[giver][receiver] = None

    def _drop(self, receiver: UUID, giver: UUID) -> None:
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
