"""A block: what one kind of evidence says about one kind of subject, with the parts that add up to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.evidence import Index, Number
from scoring.model.scores import Source
from scoring.model.sorting import in_order

SOURCES = tuple(Source)  # `Parts.source` is an index into it


@dataclass(frozen=True, slots=True)
class Parts:
    """Amounts by subject, dimension, source and project; they add up to the block's estimate (1e-9).

    All (rows,): `subject`, `dimension` (index into the block's), `source` (index into `SOURCES`), `project` (-1: none),
    `amount` in the unit of the dimension. Each subject and dimension has at least its prior as a part.
    """

    subject: Index
    dimension: Index
    source: Index
    project: Index
    amount: Number


@dataclass(frozen=True, slots=True)
class Block:
    """Posterior of every subject and dimension, whether or not there was evidence.

    `estimate`, `sd`, `voices`: (subjects, dimensions); sd is the posterior's, voices the effective number of
    independent voices. `centre`, `spread`: (dimensions,) mean and sd of true quality among all subjects, in the
    dimension's unit: (estimate - centre) / spread is on the scale on which dimensions are composed.
    `correlation`: (dimensions, dimensions) of true quality between dimensions; None where they are independent.
    `covariance`: (subjects, dimensions, dimensions) of the posterior, its diagonal sd²; None: correlated as the truth.
    `common`: (dimensions, dimensions), what of `covariance` all subjects have alike, so that no comparison hangs on it.
    `noise`: (dimensions, dimensions), covariance of a new voice's words around the truth, on all dimensions at once.
    `saying`: (dimensions,), sd of what single givers say around the truth, where that is ratings (ratings.py), else 0.
    `ever`: (subjects, dimensions), voices whatever their age; None: as `voices`, which do not age there.
    `origin`, `unit`: (dimensions,), what estimates mean in the evidence's raw unit, origin + unit · estimate, the same
    in every run (reference.py); None: estimates are raw.
    """

    dimensions: tuple[str, ...]
    estimate: Number
    sd: Number
    voices: Number
    centre: Number
    spread: Number
    parts: Parts
    correlation: Number | None = None
    covariance: Number | None = None
    common: Number | None = None
    noise: Number | None = None
    origin: Number | None = None
    unit: Number | None = None
    saying: Number | None = None
    ever: Number | None = None

    def ever_heard(self) -> Number:
        """Return the voices there ever were, spelt out."""
        return self.voices if self.ever is None else self.ever

    def correlated(self) -> Number:
        """Return the correlation of true quality between dimensions, spelt out."""
        return np.eye(len(self.dimensions)) if self.correlation is None else self.correlation


def no_parts() -> Parts:
    """Return parts without a row."""
    empty = np.empty(0, np.int32)
    return Parts(empty, empty, empty, empty, np.empty(0))


def joined(pieces: Sequence[Parts]) -> Parts:
    """Put parts one after the other."""
    if not pieces:
        return no_parts()
    return Parts(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in Parts.__slots__))


def merged(parts: Parts, shape: tuple[int, int]) -> Parts:
    """Add up amounts of one subject, dimension, source and project, in that order; 0 is left out unless it is a prior.

    `shape` is (subjects, dimensions).
    """
    projects = int(parts.project.max(initial=-1)) + 2
    key = parts.subject.astype(np.int64) * shape[1] + parts.dimension
    key = (key * len(SOURCES) + parts.source) * projects + (parts.project + 1)
    order = in_order(key)
    key = key[order]
    first = np.append(True, key[1:] != key[:-1])[: len(key)]
    amount, row = parts.amount[order], order
    if not first.all():
        amount = np.bincount(np.cumsum(first) - 1, amount).astype(np.float64, copy=False)
        row = order[first]
    kept = (amount != 0) | (parts.source[row] == SOURCES.index(Source.PRIOR))
    if not kept.all():
        row, amount = row[kept], amount[kept]
    columns = (parts.subject, parts.dimension, parts.source, parts.project)
    subject, dimension, source, project = (column[row].astype(np.int32, copy=False) for column in columns)
    return Parts(subject, dimension, source, project, amount)


def sums(parts: Parts, shape: tuple[int, int]) -> Number:
    """Add the parts up: (subjects, dimensions)."""
    flat = parts.subject.astype(np.int64) * shape[1] + parts.dimension
    return np.bincount(flat, parts.amount, shape[0] * shape[1]).astype(np.float64).reshape(shape)
