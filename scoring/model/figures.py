"""Figures: everything that is said about one kind of subject, dimension by dimension, with intervals and parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scoring.model.block import SOURCES, Block, Parts, joined, merged, no_parts
from scoring.model.composite import margin
from scoring.model.evidence import Index, Number
from scoring.model.intervals import ends
from scoring.model.ratings import RATING_ENDS, heavy_reach, local_sd, rating_of
from scoring.model.scores import ScoreTable, Source, SubjectKind
from scoring.policy import Policy

Places = NDArray[np.intp]
SCALES = {
    "satisfaction": (1.0, 5.0),
    "recommendation": (0.0, 10.0),
    "commitment": (1.0, 5.0),
    "listening": (1.0, 5.0),
}  # what customers' aspects are told in
OPEN_SCALE = (-np.inf, np.inf)  # sd
MEASURES = ("customer_trust", "recognition", "care", "results", "quality", "standing", "help", *SCALES)
AWARDS = {
    "project_leader": "leading",
    "documenter": "documenting",
    "problem_solver": "problem_solving",
    "seller": "selling",
    "carer": "care",
}  # board: the dimension it stands on


@dataclass(frozen=True, slots=True)
class Figures:
    """`estimate`, `sd`, `low`, `high`, `voices`: (subjects, dimensions), in each dimension's unit; `parts` add up."""

    kind: SubjectKind
    dimensions: tuple[str, ...]
    estimate: Number
    sd: Number
    low: Number
    high: Number
    voices: Number
    parts: Parts


def criterion_names(criteria: tuple[str, ...]) -> tuple[str, ...]:
    """Name the dimension of each criterion: as the criterion, unless that means something else already."""
    taken = {*MEASURES, *AWARDS}
    return tuple(f"criterion:{name}" if name in taken else name for name in criteria)


def side_by_side(blocks: Sequence[Block]) -> Block:
    """Make one block of several about the same subjects."""
    parts, at = [], 0
    for block in blocks:
        parts.append(replace(block.parts, dimension=block.parts.dimension + np.int32(at)))
        at += len(block.dimensions)
    return Block(
        dimensions=tuple(name for block in blocks for name in block.dimensions),
        estimate=np.hstack([block.estimate for block in blocks]),
        sd=np.hstack([block.sd for block in blocks]),
        voices=np.hstack([block.voices for block in blocks]),
        centre=np.concatenate([block.centre for block in blocks]),
        spread=np.concatenate([block.spread for block in blocks]),
        parts=joined(parts),
        correlation=_unrelated([block.correlated() for block in blocks]),
        saying=np.concatenate([_saying(block) for block in blocks]),
        ever=np.hstack([block.ever_heard() for block in blocks]),
    )


def _unrelated(tables: Sequence[Number]) -> Number:
    """Put square tables along a diagonal, with 0 elsewhere."""
    ends_of = np.cumsum([0, *(len(table) for table in tables)]).tolist()
    whole = np.zeros((ends_of[-1], ends_of[-1]))
    for start, end, table in zip(ends_of, ends_of[1:], tables, strict=False):
        whole[start:end, start:end] = table
    return whole


def figures(kind: SubjectKind, block: Block, dimensions: tuple[str, ...], policy: Policy) -> Figures:
    """Return what is shown, dimensions in the order of `dimensions`, which names all there are.

    Criteria are shown as ratings (ratings.py), estimates and intervals stay inside their scale; what that takes from an
    estimate is the prior's part.
    """
    order = np.argsort(_places(block.dimensions, dimensions), kind="stable")
    found = bare(kind, _picked(block, order), policy)
    moved = replace(block.parts, dimension=np.argsort(order).astype(np.int32)[block.parts.dimension])
    corrected = _corrections(found.estimate - block.estimate[:, order])
    return replace(found, parts=merged(joined([moved, corrected]), found.estimate.shape))


def bare(kind: SubjectKind, block: Block, policy: Policy) -> Figures:
    """Return the same without parts, dimensions as they stand in the block: for boards of which nobody asks why."""
    names, reach = block.dimensions, margin(policy)
    rated = np.flatnonzero([name not in MEASURES for name in names])
    sd = np.array(block.sd)
    sd[:, rated] = local_sd(block.estimate[:, rated], sd[:, rated], (block.centre[rated], block.spread[rated]))
    reaches = np.full(len(names), reach)
    reaches[rated] = heavy_reach(policy.interval)
    ends_ = ends(block.estimate, sd, (block.centre, block.spread), reaches)
    far = reach * sd
    whole = [np.array(at) for at in (block.estimate, *ends_, block.estimate - far, block.estimate + far)]
    if len(rated):
        for at in whole:
            at[:, rated] = rating_of(at[:, rated], _saying(block)[rated])
    scales = np.array([_scale(name) for name in names]).reshape(-1, 2)
    shown, low, high = (np.clip(value, *scales.T) for value in whole[:3])
    return Figures(kind, names, shown, (whole[4] - whole[3]) / (2 * reach), low, high, block.voices, no_parts())


def column_of(found: Figures, at: int) -> Figures:
    """Return one dimension of figures without parts."""
    of = slice(at, at + 1)
    columns = {name: getattr(found, name)[:, of] for name in ("estimate", "sd", "low", "high", "voices")}
    return replace(found, dimensions=found.dimensions[of], **columns)


def _picked(block: Block, order: Places) -> Block:
    """Put dimensions into an order, as far as `bare` asks for them."""
    return Block(
        dimensions=tuple(block.dimensions[place] for place in order),
        estimate=block.estimate[:, order],
        sd=block.sd[:, order],
        voices=block.voices[:, order],
        centre=block.centre[order],
        spread=block.spread[order],
        parts=no_parts(),
        saying=_saying(block)[order],
    )


def _saying(block: Block) -> Number:
    return np.zeros(len(block.dimensions)) if block.saying is None else block.saying


def score_table(found: Sequence[Figures], dimensions: tuple[str, ...]) -> ScoreTable:
    """Put figures into one table: by kind, dimension, subject."""
    subjects = [np.arange(len(each.estimate), dtype=np.int32) for each in found]
    return ScoreTable(
        subject_kind=np.concatenate([np.full(each.estimate.size, each.kind, np.int32) for each in found]),
        subject=np.concatenate([np.tile(who, len(each.dimensions)) for who, each in zip(subjects, found, strict=True)]),
        dimension=np.concatenate(
            [np.repeat(_places(each.dimensions, dimensions), len(each.estimate)) for each in found]
        ),
        dimensions=dimensions,
        estimate=np.concatenate([each.estimate.T.ravel() for each in found]),
        sd=np.concatenate([each.sd.T.ravel() for each in found]),
        low=np.concatenate([each.low.T.ravel() for each in found]),
        high=np.concatenate([each.high.T.ravel() for each in found]),
        evidence=np.concatenate([each.voices.T.ravel() for each in found]),
    )


def _scale(dimension: str) -> tuple[float, float]:
    return SCALES.get(dimension, OPEN_SCALE if dimension in MEASURES else RATING_ENDS)


def _places(names: tuple[str, ...], dimensions: tuple[str, ...]) -> Index:
    place = {name: index for index, name in enumerate(dimensions)}
    return np.array([place[name] for name in names], np.int32)


def _corrections(amount: Number) -> Parts:
    subject, dimension = (where.astype(np.int32) for where in np.nonzero(amount))
    prior = np.full_like(subject, SOURCES.index(Source.PRIOR))
    return Parts(subject, dimension, prior, np.full_like(subject, -1), amount[subject, dimension])
