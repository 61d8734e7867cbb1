"""What the blocks say of one another: who is good with colleagues is likely good with customers, by how much is learnt.

Each block b speaks of its own part c_b = a_bᵀz_b of a person's quality Σ_b c_b. With the prior covariance P of parts
and a block's own word as one observation of precision h_b = 1/v_b − 1/s_b² and information y_b = m_b / v_b,

    V = (P⁻¹ + diag h)⁻¹,   quality = 1ᵀV y = Σ_b k_b m_b,   k_b = (V1)_b / v_b,   variance 1ᵀV1

so unlike parts are weighed by how sure they are, and the scale of quality counts what they have in common. Without
correlation k = 1. Pairwise correlations are moments over people: with m = u · (truth + error), u = 1 − v/s² the
reliability, E m_b m_c = ρ u_b u_c, summed over people, with `WORTH` perfectly known people beside whose correlation is
`USUAL`: ρ = (Σ m_b m_c + WORTH · USUAL) / (Σ u_b u_c + WORTH). A sum, so that no number of people is a threshold.
Where nothing is known of two blocks, taking them for strangers would be the odd guess: people who are good at one
thing at work tend to be good at others, and an interval that denies it is too wide.
Source: Robinson (1991), Statistical Science 6(1); attenuation: Spearman (1904), Am. J. Psychol. 15; parts of work go
together also when halo and noise are taken out: Viswesvaran, Schmidt & Ones (2005), J. Appl. Psychol. 90(1).
Weakness: `USUAL` is about what that source finds between parts of work, which are more alike than our blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.model.block import Block
from scoring.model.evidence import Number

USUAL = 0.6  # correlation of two blocks' true quality before anybody is known
WORTH = 24.0  # perfectly known people that this guess counts for: about ± 0.2
MOST = 0.9  # two blocks are never the same thing
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Said:
    """What each block says of its part of quality.

    `prior` (people, blocks, blocks): P. `mean`, `variance` (people, blocks): m and v, of the part by the block alone.
    """

    prior: Number
    mean: Number
    variance: Number


@dataclass(frozen=True, slots=True)
class Combined:
    """For each person: `factor` (people, blocks), k; `variance` (people,), of quality, in units of its prior."""

    factor: Number
    variance: Number


def kinship(blocks: Sequence[Block]) -> Number:
    """Return the correlation of true quality between blocks, each the mean of its dimensions: (blocks, blocks)."""
    told = [_general(block) for block in blocks]
    found = np.eye(len(blocks))
    for b in range(len(blocks)):
        for c in range(b):
            known = float((told[b][1] * told[c][1]).sum())
            seen = float((told[b][0] * told[c][0]).sum())
            found[b, c] = found[c, b] = np.clip((seen + WORTH * USUAL) / (known + WORTH), 0, MOST)
    return _possible(found)


def across(blocks: Sequence[Block], kin: Number) -> Number:
    """Spread `kin` over dimensions: corr(k of b, l of c) = kin · corr(k, mean of b) · corr(l, mean of c)."""
    loading = [_loading(block) for block in blocks]
    rows = [
        np.hstack([
            block.correlated() if c == b else kin[b, c] * np.outer(loading[b], loading[c]) for c in range(len(blocks))
        ])
        for b, block in enumerate(blocks)
    ]  # fmt: skip
    return np.vstack(rows) if rows else np.zeros((0, 0))


def combine(prior: Number, variance: Number) -> Combined:
    """Weigh parts of quality by what they say of one another.

    `prior` (people, blocks, blocks), P, with 0 for a block that does not apply; `variance` (people, blocks), v.
    """
    own = np.einsum("jbb->jb", prior)
    applies = own > _TINY
    kept = np.where(applies, np.clip(variance, _TINY, np.maximum(own, _TINY)), 1.0)
    precision = np.where(applies, np.maximum(1 / kept - 1 / np.maximum(own, _TINY), 0), 0.0)
    # (P⁻¹ + H)⁻¹ = P − P (H⁻¹ + P)⁻¹ P, written so that neither P nor H needs an inverse.
    inner = np.eye(prior.shape[1]) + precision[:, :, None] * prior
    posterior = np.linalg.solve(inner.swapaxes(1, 2), prior).swapaxes(1, 2)
    toward = posterior.sum(axis=2)
    factor = np.where(applies & (precision > 0), toward / kept, 1.0)
    return Combined(factor, np.asarray(toward.sum(axis=1), np.float64))


def moved(said: Said, place: int, by: Number, variance: Number) -> Number:
    """Return how quality moves when the block at `place` says more: its mean `by` more, its variance now `variance`.

    `by` (people, ways), each way by itself; `variance` (people,); found (people, ways). Not k · `by` alone: who is
    known better there leans less on what other blocks say.
    """
    now = said.variance.copy()
    now[:, place] = variance
    before, after = combine(said.prior, said.variance).factor, combine(said.prior, now).factor
    leaning = ((after - before) * said.mean).sum(axis=1)
    return np.asarray(leaning[:, None] + after[:, place, None] * by, np.float64)


def _general(block: Block) -> tuple[Number, Number]:
    """Posterior of the mean of a block's dimensions, in sd of the true one, and its reliability: (people,) each."""
    amount = 1 / block.spread
    unit = float(block.correlated().sum())
    mean = ((block.estimate - block.centre) * amount).sum(axis=1) / np.sqrt(unit)
    variance = part_variance(block, np.broadcast_to(amount, block.sd.shape)) / unit
    return mean, np.clip(1 - variance, 0, 1)


def _loading(block: Block) -> Number:
    """Correlation of each dimension with the mean of all: (dimensions,)."""
    correlated = block.correlated()
    return np.asarray(correlated.sum(axis=1) / np.sqrt(correlated.sum()), np.float64)


def part_variance(block: Block, amount: NDArray[np.float64]) -> Number:
    """Posterior variance of Σ_k amount_k · estimate_k around that of all: (people,); `amount` (people, dimensions).

    What all are unsure of alike is left out, but never more than half of the variance.
    """
    if block.covariance is not None:
        whole = np.asarray(np.einsum("jk,jkl,jl->j", amount, block.covariance, amount), np.float64)
        if block.common is None:
            return whole
        alike = np.einsum("jk,kl,jl->j", amount, block.common, amount)
        return np.asarray(np.maximum(whole - alike, whole / 2), np.float64)
    deviation = amount * np.minimum(block.sd, block.spread)
    return np.asarray(np.einsum("jk,kl,jl->j", deviation, block.correlated(), deviation), np.float64)


def _possible(found: Number) -> Number:
    """Pull correlations that contradict one another towards 0 until they do not."""
    least = float(np.linalg.eigvalsh(found)[0]) if len(found) else 1.0
    if least > 0.02:
        return found
    size = 0.98 / (1 - least)
    return np.asarray(np.where(np.eye(len(found), dtype=bool), 1.0, found * size), np.float64)
