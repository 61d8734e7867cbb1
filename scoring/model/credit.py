"""How what a project earned is credited to those who worked on it, and how such credits become a block."""

import numpy as np
from scipy.sparse import csr_array

from scoring.model.block import SOURCES, Block, Parts, joined, merged, sums
from scoring.model.crossed import Fit
from scoring.model.evidence import Index, Mask, Number
from scoring.model.scores import Source


def credit(shares: csr_array, fit: Fit, person: int, project: int, allowed: Mask) -> csr_array:
    """Split the people's effects over the projects that they come from: (projects, people), in sd of the people.

    In project_p = Σ_j w_pj · person_j + residual_p, both best predictions are pulled by the same force λ_p, the
    project's row of V⁻¹(y - Xb): residual_p = σ²_residual · λ_p and person_j = σ²_person · Σ_p w_pj · λ_p. So person j
    receives w_pj · g_p from project p, with g_p = residual_p · σ²_person / σ²_residual, and, as the shares of a
    project sum to 1, what its members receive adds up to g_p (scoring.md, invariant 12).

    `shares` (projects, people); `person`, `project`: places of the two factors in the fit, both with a variance
    above 0. Shares of people who are not `allowed` (people,) go to nobody.
    Source: Henderson (1975), Biometrics 31(2); Robinson (1991), Statistical Science 6(1).
    """
    gives = fit.effects[project] * (np.sqrt(fit.variances[person]) / fit.variances[project])
    received = shares.tocoo()
    row, column = received.coords
    amount = np.where(allowed[column], received.data * gives[row], 0.0)
    return csr_array((amount, (row, column)), shape=shares.shape)


def credited(source: Source, amounts: csr_array) -> Parts:
    """Turn `amounts` into parts of one dimension and one source; (projects, subjects)."""
    given = amounts.tocoo()
    row, column = given.coords
    return parts(source, column.astype(np.int32), row.astype(np.int32), given.data)


def parts(source: Source, subject: Index, project: Index, amount: Number) -> Parts:
    """Parts of one dimension and one source; all (rows,)."""
    return Parts(subject, np.zeros(len(subject), np.int32), _filled(source, len(subject)), project, amount)


def standard_block(dimension: str, given: list[Parts], sd: Number, voices: Number) -> Block:
    """Block of one dimension in sd of true quality: the prior is 0 with sd 1, and `given` is all that adds to it.

    `sd`, `voices`: (subjects,).
    """
    subjects = len(sd)
    none = np.full(subjects, -1, np.int32)
    prior = parts(Source.PRIOR, np.arange(subjects, dtype=np.int32), none, np.zeros(subjects))
    every = merged(joined([prior, *given]), (subjects, 1))
    estimate = sums(every, (subjects, 1))
    return Block((dimension,), estimate, sd[:, None], voices[:, None], np.zeros(1), np.ones(1), every)


def _filled(source: Source, rows: int) -> Index:
    return np.full(rows, SOURCES.index(source), np.int32)
