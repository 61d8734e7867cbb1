"""Explanations: of every figure the amounts that add up to it, by source and project."""

from collections.abc import Sequence

import numpy as np

from scoring.model.block import SOURCES, sums
from scoring.model.evidence import Index
from scoring.model.figures import Figures
from scoring.model.scores import ExplanationTable

EXACT = 1e-9  # in the unit of the dimension, for figures of that order


class DoesNotAddUp(AssertionError):
    """The parts of a figure give another figure: our bug, and never to be published."""


def explanations(found: Sequence[Figures], dimensions: tuple[str, ...]) -> ExplanationTable:
    """Put the parts of all figures into one table: by kind, subject, dimension, source, project.

    Raises
    ------
    DoesNotAddUp : amounts differ from their estimate by more than `EXACT`.
    """
    for each in found:
        _check(each)
    place = {name: index for index, name in enumerate(dimensions)}
    renumbered = [np.array([place[name] for name in each.dimensions], np.int32) for each in found]
    parts = [each.parts for each in found]
    return ExplanationTable(
        subject_kind=_joined([np.full(len(each.parts.subject), each.kind, np.int32) for each in found]),
        subject=_joined([each.subject for each in parts]),
        dimension=_joined([number[each.dimension] for number, each in zip(renumbered, parts, strict=True)]),
        source=_joined([each.source for each in parts]),
        sources=tuple(str(source) for source in SOURCES),
        project=_joined([each.project for each in parts]),
        amount=np.concatenate([each.amount for each in parts]),
    )


def _check(found: Figures) -> None:
    shape = (found.estimate.shape[0], found.estimate.shape[1])
    right = np.abs(sums(found.parts, shape) - found.estimate) <= EXACT * np.maximum(1, np.abs(found.estimate))
    right &= np.isfinite(found.estimate)
    if not right.all():
        subject, dimension = np.argwhere(~right)[0]
        raise DoesNotAddUp(f"{found.kind.name.lower()} {subject}, {found.dimensions[dimension]}")


def _joined(columns: list[Index]) -> Index:
    return np.concatenate(columns)
