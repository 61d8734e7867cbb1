"""A block: what one kind of evidence says about one kind of subject, with the parts that add up to it."""

from dataclasses import dataclass

import numpy as np

from scoring.model.evidence import Index, Number
from scoring.model.scores import Source

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
    """

    dimensions: tuple[str, ...]
    estimate: Number
    sd: Number
    voices: Number
    centre: Number
    spread: Number
    parts: Parts


def no_parts() -> Parts:
    """Return parts without a row."""
    empty = np.empty(0, np.int32)
    return Parts(empty, empty, empty, empty, np.empty(0))


def sums(parts: Parts, shape: tuple[int, int]) -> Number:
    """Add the parts up: (subjects, dimensions)."""
    flat = parts.subject.astype(np.int64) * shape[1] + parts.dimension
    return np.bincount(flat, parts.amount, shape[0] * shape[1]).astype(np.float64).reshape(shape)
