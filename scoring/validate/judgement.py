"""What somebody, an engine or a simple count, says of people; and the engines that are compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from scoring.arrays import build
from scoring.model.evidence import Evidence
from scoring.model.score import score
from scoring.model.scores import ScoreTable, SubjectKind
from scoring.policy import Policy
from scoring.simulate import Organization
from scoring.simulate.people import Number

UNTIL = datetime(2026, 11, 23, 14, 17, tzinfo=UTC)  # a working day; what it is changes nothing that matters


@dataclass(frozen=True, slots=True)
class Judgement:
    """By dimension, (people,) each: criteria on 1-5, customer_trust, care and quality in sd of true quality."""

    estimate: Mapping[str, Number]
    sd: Mapping[str, Number]
    low: Mapping[str, Number]
    high: Mapping[str, Number]


Engine = Callable[[Evidence], Judgement]


def ours(evidence: Evidence) -> Judgement:
    """Score with the standard policy."""
    return judgement_of(score(evidence, Policy(), UNTIL).scores, len(evidence.people.ids))


def judgement_of(table: ScoreTable, everybody: int) -> Judgement:
    """Read what a table of scores says of each of so many people."""
    people = table.subject_kind == SubjectKind.PERSON
    columns: dict[str, dict[str, Number]] = {"estimate": {}, "sd": {}, "low": {}, "high": {}}
    for place, name in enumerate(table.dimensions):
        rows = np.flatnonzero(people & (table.dimension == place))
        rows = rows[np.argsort(table.subject[rows], kind="stable")]
        if rows.size == everybody:
            for column, found in columns.items():
                found[name] = getattr(table, column)[rows]
    return Judgement(**columns)


def evidence_of(made: Organization) -> Evidence:
    """Everything that the organization wrote."""
    return build(made.frames, made.manifest)


def honest_evidence_of(made: Organization) -> Evidence:
    """Leave out what was not meant: only who knows the truth can."""
    frames = dict(made.frames)
    for file, ids in made.truth.dishonest.items():
        frames[file] = frames[file].filter(~frames[file]["id"].is_in(sorted(ids)))
    return build(frames, made.manifest)
