"""How what a project earned is credited to those who worked on it, and how such credits become a block."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.block import SOURCES, Block, Parts, joined, merged, no_parts, sums
from scoring.model.evidence import Index, Mask, Number
from scoring.model.patterns import row_of
from scoring.model.scores import Source


def credit(
    shares: csr_array, force: Number, project: NDArray[np.int64], allowed: Mask, source: Source = Source.CUSTOMERS
) -> Parts:
    """Split the people's effects over the projects that they come from, in sd of the people.

    In y = Σ_j w_uj · person_j + …, the best prediction of a person is σ²_person · Σ_u w_uj · λ_u, with λ_u the sum of
    the rows of a unit in V⁻¹(y - Xb). So person j receives w_uj · g_u, g_u = σ_person · λ_u, and, as the shares of a
    unit sum to 1, what its members receive adds up to what it gives (scoring.md, invariant 12).

    `shares` (units, people), `force` (units,) σ_person · λ, `project` (units,). Shares of people who are not `allowed`
    (people,) go to nobody. Source: Henderson (1975), Biometrics 31(2); Robinson (1991), Statistical Science 6(1).
    """
    kept = np.flatnonzero(allowed[shares.indices])
    row, column = row_of(shares)[kept], shares.indices[kept]
    return parts(source, column.astype(np.int32), project[row].astype(np.int32), shares.data[kept] * force[row])


def credited(source: Source, amounts: csr_array) -> Parts:
    """Turn `amounts` into parts of one dimension and one source; (projects, subjects)."""
    given = amounts.tocoo()
    row, column = given.coords
    return parts(source, column.astype(np.int32), row.astype(np.int32), given.data)


def parts(source: Source, subject: Index, project: Index, amount: Number) -> Parts:
    """Parts of one dimension and one source; all (rows,)."""
    return Parts(subject, np.zeros(len(subject), np.int32), _filled(source, len(subject)), project, amount)


def standard_block(
    dimension: str, given: list[Parts], sd: Number, voices: Number, raw: tuple[float, float] = (0.0, 1.0)
) -> Block:
    """Block of one dimension in sd of true quality: the prior is 0 with sd 1, and `given` is all that adds to it.

    `sd`, `voices`: (subjects,). `raw`: where that 0 lies, and what that sd is, in the evidence's raw unit, which is the
    same in every run; so a scale that a policy has frozen holds although the sd is learnt anew (reference.py).
    """
    subjects = len(sd)
    none = np.full(subjects, -1, np.int32)
    prior = parts(Source.PRIOR, np.arange(subjects, dtype=np.int32), none, np.zeros(subjects))
    every = merged(joined([prior, *given]), (subjects, 1))
    return replace(unasked_block(dimension, [every], sd, voices, raw), parts=every)


def unasked_block(
    dimension: str, given: list[Parts], sd: Number, voices: Number, raw: tuple[float, float] = (0.0, 1.0)
) -> Block:
    """Return the same without parts, for figures of which nobody asks why."""
    estimate = sums(joined(given), (len(sd), 1))
    told = (estimate, sd[:, None], voices[:, None], np.zeros(1), np.ones(1), no_parts())
    return Block((dimension,), *told, origin=np.full(1, raw[0]), unit=np.full(1, raw[1]))


def _filled(source: Source, rows: int) -> Index:
    return np.full(rows, SOURCES.index(source), np.int32)
