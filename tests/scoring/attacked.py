"""Small organizations drawn by chance, for the attacker: joiners, leavers, moves, finished projects, three nights."""

from dataclasses import dataclass, replace

import numpy as np

from scoring.model.evidence import Evidence
from scoring.model.select import rows, select
from scoring.policy import Policy
from scoring.release import Night
from tests.scoring.small import micros, small

NIGHTS = (30, 60, 90)  # days
POLICY = Policy()
LEAST, MOST = 7, 11  # people


@dataclass(frozen=True)
class World:
    """An organization as it is on its last night, and the seed of its draws."""

    evidence: Evidence
    seed: int

    def known(self, at: int) -> Evidence:
        """What had been recorded by a night; not selected."""
        recorded = self.evidence.feedback.recorded < micros(at)
        return replace(self.evidence, feedback=rows(self.evidence.feedback, recorded))

    def night(self, at: int, *, draw: bool = True) -> Night:
        """What the gate is given on a night; without draws, zeros."""
        known = select(self.known(at), micros(at))
        rng = np.random.default_rng((self.seed, at))
        shapes = (len(known.people.ids), len(known.criteria)), (len(known.projects.ids), 1)
        drawn = [rng.laplace(size=shape) if draw else np.zeros(shape) for shape in shapes]
        return Night(known, POLICY, micros(at), micros(at), *drawn)

    def rated(self, row: int, rating: int) -> "World":
        """The same world, had one answer been another."""
        rating_of = self.evidence.feedback.rating.copy()
        rating_of[row] = rating
        feedback = replace(self.evidence.feedback, rating=rating_of)
        return replace(self, evidence=replace(self.evidence, feedback=feedback))

    def without(self, row: int) -> "World":
        """The same world, had one answer not been given."""
        kept = np.arange(len(self.evidence.feedback.rating)) != row
        return replace(self, evidence=replace(self.evidence, feedback=rows(self.evidence.feedback, kept)))


def world(seed: int) -> World:
    """Draw an organization. Everybody who is there may answer about anybody, more often within a project."""
    rng = np.random.default_rng(seed)
    names = [f"p{at:02}" for at in range(int(rng.integers(LEAST, MOST + 1)))]
    criteria = [f"c{at}" for at in range(int(rng.integers(1, 4)))]
    joined = np.where(rng.random(len(names)) < 0.8, -400, rng.integers(0, 60, len(names)))
    left = np.where(rng.random(len(names)) < 0.1, rng.integers(40, 85, len(names)), 10_000)
    people = [
        {"person": name, "joined": int(since), "role": str(rng.choice(["expert", "seller"])), **_left(int(until))}
        for name, since, until in zip(names, joined, left, strict=True)
    ]
    projects = [
        {"project": "alpha", "kind": "delivery", "started": -300, "ended": 20, "outcome": "done"},
        {"project": "beta", "kind": "delivery", "started": -300},
    ]
    refused = rng.random(len(names)) < 0.05
    consents = [
        {"person": name, "source": source, "given": int(not (no and source == "peers")), "at": -500}
        for name, no in zip(names, refused, strict=True) for source in ("peers", "customers", "kudos")
    ]  # fmt: skip
    evidence = small(
        people=people,
        team_members=[row for name in names for row in _teams(rng, name)],
        projects=projects,
        members=[{"project": name, "person": who} for name in ("alpha", "beta") for who in names if rng.random() < 0.6],
        consents=consents,
        criteria=[{"criterion": name} for name in criteria],
        feedback=_feedback(rng, names, criteria, (joined, left)),
    )
    return World(evidence, seed)


def _left(until: int) -> dict[str, int]:
    return {"left": until} if until < NIGHTS[-1] else {}


def _teams(rng, name):
    first, other = rng.permutation(["blue", "red"])
    if rng.random() < 0.15:
        moved = int(rng.integers(10, 80))
        return [
            {"team": str(first), "person": name, "from": -400, "to": moved},
            {"team": str(other), "person": name, "from": moved},
        ]
    return [{"team": str(first), "person": name, "from": -400}]


def _feedback(rng, names, criteria, there):
    quality, habit = rng.normal(4.1, 0.5, len(names)), rng.normal(0, 0.4, len(names))
    asked = rng.choice([0.25, 0.5, 0.9], 3)
    found = []
    for number, share in enumerate(asked):
        for giver in range(len(names)):
            for receiver in range(len(names)):
                at = int(rng.integers(30 * number, 30 * number + 30))
                here = all(there[0][who] < at < there[1][who] for who in (giver, receiver))
                if giver != receiver and here and rng.random() < share:
                    halo = quality[receiver] + habit[giver] + rng.normal(0, 0.3)
                    project = str(rng.choice(["alpha", "beta", ""])) or None
                    found += [
                        {"giver": names[giver], "receiver": names[receiver], "criterion": name, "project": project,
                         "rating": int(np.clip(np.round(halo + rng.normal(0, 0.6)), 1, 5)), "at": at, "recorded_at": at,
                         "answer": f"{number}{giver}-{receiver}"}
                        for name in criteria
                    ]  # fmt: skip
    return found
