"""Scores as typed arrays: what comes out of the engine (scoring.md, section 2).

Subjects are indices into the ids of their kind in the evidence (people, teams, projects, customers).
Each dataclass is one file of the output folder; all its arrays are equally long and in a fixed order.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np

from scoring.model.evidence import Flag, Index, Mask, Number, Time
from scoring.policy import Reference


class SubjectKind(IntEnum):
    """Whom a score is about."""

    PERSON = 0
    TEAM = 1
    PROJECT = 2
    CUSTOMER = 3


class Source(StrEnum):
    """Where an amount of a score comes from."""

    PRIOR = "prior"
    PEERS = "peers"
    CUSTOMERS = "customers"
    KUDOS = "kudos"
    BADGES = "badges"
    CARE = "care"
    HANDOVER = "handover"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """One row per subject and dimension; (rows,) each; sorted by kind, dimension, subject.

    `dimension` indexes `dimensions`. `estimate`, `sd`, `low`, `high`: rating scale (1-5) for criteria, their own scale
    for customer aspects, else standard deviations of true quality. `evidence`: effective independent voices.
    """

    subject_kind: Index
    subject: Index
    dimension: Index
    dimensions: tuple[str, ...]
    estimate: Number
    sd: Number
    low: Number
    high: Number
    evidence: Number


@dataclass(frozen=True, slots=True)
class StandingTable:
    """One row per board, scope, period and subject, best first.

    `band`, `rank_low`, `rank_high` start at 1 and are 0 where the subject is provisional (too few voices).
    `score`, `low`, `high`: the estimate shown and the 80 % interval, in the dimension's unit.
    """

    board: Index
    boards: tuple[str, ...]
    scope: Index
    scopes: tuple[str, ...]  # 'organization', 'department:D', 'team:T'
    period: Index
    periods: tuple[str, ...]  # 'all', 'year:2025', 'quarter:2025Q3', 'month:2025-07'
    subject_kind: Index
    subject: Index
    band: Index
    rank_low: Index
    rank_high: Index
    score: Number
    low: Number
    high: Number
    provisional: Mask


@dataclass(frozen=True, slots=True)
class LevelTable:
    """One row per person. `progress` 0-1 to the next level; `missing` says what that still needs."""

    person: Index
    level: Index
    names: tuple[str, ...]  # by level
    progress: Number
    since: Time
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaterTable:
    """One row per giver of feedback: leniency (rating points), its sd, and the weight given (0-1)."""

    giver: Index
    leniency: Number
    sd: Number
    weight: Number


@dataclass(frozen=True, slots=True)
class StageTable:
    """One row per person and finished project: three stars, each 1, 0 or -1 (not known)."""

    person: Index
    project: Index
    colleagues: Flag
    customer: Flag
    left_behind: Flag
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplanationTable:
    """Amounts that add up to the estimate of their subject and dimension (1e-9), in its unit.

    `project` is -1 where the amount belongs to none.
    """

    subject_kind: Index
    subject: Index
    dimension: Index  # into ScoreTable.dimensions
    source: Index
    sources: tuple[str, ...]
    project: Index
    amount: Number


class Finding(IntEnum):
    """What is reported about a project and credited to nobody."""

    OVER_SERVICE = 0
    UNDER_SERVICE = 1


FINDINGS = tuple(finding.name.lower() for finding in Finding)


@dataclass(frozen=True, slots=True)
class FindingTable:
    """One row per project and finding, by project. `amount`: log of delivered over agreed effort."""

    project: Index
    kind: Index
    kinds: tuple[str, ...]
    amount: Number


def no_findings() -> FindingTable:
    """Return findings without a row."""
    empty = np.empty(0, np.int32)
    return FindingTable(empty, empty, FINDINGS, np.empty(0))


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """What would change a person's quality, and by how much in its unit, all else held; by person, what, project.

    `what` indexes `whats`; `project` is -1 where it is about none.
    """

    person: Index
    what: Index
    whats: tuple[str, ...]
    project: Index
    amount: Number


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything that one run found out; `reference` is the scale on which it composed (to freeze it in a policy)."""

    scores: ScoreTable
    standings: StandingTable
    levels: LevelTable
    raters: RaterTable
    stages: StageTable
    explanations: ExplanationTable
    changes: ChangeTable
    reference: Reference
    counts: dict[str, int]
    findings: FindingTable = field(default_factory=no_findings)
