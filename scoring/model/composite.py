"""Quality and standing: the dimensions of a person composed into one figure, by the weights of the role.

    quality_j  = Σ_k a_k · z_jk,   z_jk = (estimate_jk − centre_k) / spread_k,   a = w / √(wᵀ R w)
    standing_j = clip(quality_j + results_j, low_j, high_j),   results_j = √(cap / (1 − cap)) · ρ_j · r_j

w: the policy's weights of the role over those dimensions that exist; R: correlation of true quality between
dimensions. So true quality has variance 1 whatever the role, and its unit is one standard deviation of true quality.
r_j is the results block on the same scale and ρ_j² = 1 − sd_j² the reliability of j's quality: then results hold at
most `results_cap` of the variance of standing among people of any amount of evidence, and money alone lifts nobody.

Pure in blocks, roles and policy: the release composes again from the peer parts it froze (trust.md, section 2).
Recognition is in no sum: thanks measure visibility too, and first that which people with ratings and thanks both
show would justify a loading. It stays 0 until it is estimated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import block_diag
from scipy.special import ndtri

from scoring.model.block import SOURCES, Block, Parts, joined, merged
from scoring.model.choices import PersonRole
from scoring.model.evidence import Choice, Number
from scoring.model.scores import Source
from scoring.policy import Policy

QUALITY, STANDING = 0, 1  # dimensions of the composed block
_PRIOR = SOURCES.index(Source.PRIOR)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each dimension of each block says about quality.

    `amount` (people, dimensions): a_k of the person's role, 0 where a dimension does not apply. `dimensions` are those
    of the blocks one after the other, `correlation` (dimensions, dimensions) theirs.
    """

    dimensions: tuple[str, ...]
    amount: Number
    correlation: Number


def margin(policy: Policy) -> float:
    """Half the length of an interval, in posterior sds: 1.28 for 80 %."""
    return float(ndtri((1 + policy.interval) / 2))


def weights(blocks: Sequence[Block], role: Choice, policy: Policy) -> Weights:
    """Weights on z for each person, such that true quality has variance 1."""
    dimensions = tuple(name for block in blocks for name in block.dimensions)
    correlation = block_diag(*(block.correlated() for block in blocks)) if dimensions else np.zeros((0, 0))
    by_role = np.array([_role_weights(each, dimensions, policy) for each in PersonRole])
    variance = np.einsum("rk,kl,rl->r", by_role, correlation, by_role)
    scale = np.divide(1.0, np.sqrt(variance), out=np.zeros_like(variance), where=variance > 0)
    amount = (by_role * scale[:, None])[np.where(role < 0, PersonRole.OTHER, role)]
    return Weights(dimensions, amount, correlation)


def compose(blocks: Sequence[Block], results: Block, role: Choice, policy: Policy) -> Block:
    """Return people's quality and standing with their parts; both have centre 0 and spread 1.

    `blocks` are about people (criteria, customer trust, care ...), `results` has the one dimension results. A dimension
    that applies to the role but is unseen stays at its prior: it pulls toward 0 and widens. The posterior correlation
    between dimensions is taken as that of true quality, which is exact without evidence and independent of its amount.
    Voices: within a block the same people speak of each dimension, so the best heard one counts; blocks add up.
    """
    weighing = weights(blocks, role, policy)
    quality, sd = _quality(blocks, weighing)
    factor = _results_factor(sd, results, policy)
    amount = factor * (results.estimate[:, 0] - results.centre[0])
    voices = _voices(blocks, weighing)
    return Block(
        dimensions=("quality", "standing"),
        estimate=np.column_stack([quality, quality + amount]),
        sd=np.column_stack([sd, np.hypot(sd, factor * results.sd[:, 0])]),
        voices=np.column_stack([voices, voices]),
        centre=np.zeros(2),
        spread=np.ones(2),
        parts=_both(_quality_parts(blocks, weighing), _results_parts(results, factor), len(role)),
    )


def _quality(blocks: Sequence[Block], weighing: Weights) -> tuple[Number, Number]:
    """Return quality and its posterior sd, (people,) each; 0 and 1 where no dimension applies.

    That a dimension's mean is uncertain moves all people alike: nobody is less known than the prior says.
    """
    z = np.hstack([(block.estimate - block.centre) / block.spread for block in blocks])
    deviation = weighing.amount * np.hstack([np.minimum(block.sd / block.spread, 1) for block in blocks])
    variance = np.einsum("jk,kl,jl->j", deviation, weighing.correlation, deviation)
    applies = weighing.amount.any(axis=1)
    return (weighing.amount * z).sum(axis=1), np.where(applies, np.sqrt(variance), 1.0)


def _results_factor(sd: Number, results: Block, policy: Policy) -> Number:
    """Return what one unit of results adds to standing, (people,); the clip makes it smaller, never turns it."""
    reliability = np.clip(1 - sd**2, 0, 1)
    factor = np.sqrt(policy.results_cap / (1 - policy.results_cap) * reliability) / results.spread[0]
    unlimited = factor * (results.estimate[:, 0] - results.centre[0])
    allowed = margin(policy) * sd
    kept = np.divide(allowed, np.abs(unlimited), out=np.ones_like(sd), where=np.abs(unlimited) > allowed)
    return np.asarray(factor * kept, np.float64)


def _role_weights(role: PersonRole, dimensions: tuple[str, ...], policy: Policy) -> list[float]:
    named = policy.weights.get(role.name.lower(), policy.weights["other"])
    return [named.get(name, 0.0) for name in dimensions]


def _voices(blocks: Sequence[Block], weighing: Weights) -> Number:
    """Add up over blocks the voices of the best heard dimension that applies: (people,)."""
    total = np.zeros(len(weighing.amount))
    at = 0
    for block in blocks:
        width = len(block.dimensions)
        heard = np.where(weighing.amount[:, at : at + width] > 0, block.voices, 0.0)
        total += heard.max(axis=1, initial=0.0)
        at += width
    return total


def _quality_parts(blocks: Sequence[Block], weighing: Weights) -> Parts:
    """Parts of quality: those of the dimensions, weighed; what a dimension's centre gives is nobody's amount."""
    pieces = []
    at = 0
    for block in blocks:
        amount = weighing.amount[:, at : at + len(block.dimensions)] / block.spread
        given = block.parts
        weighed = given.amount * amount[given.subject, given.dimension]
        pieces.append(replace(given, dimension=np.full(len(given.subject), QUALITY, np.int32), amount=weighed))
        pieces.append(_constants(-(amount * block.centre).sum(axis=1)))
        at += len(block.dimensions)
    return joined(pieces)


def _results_parts(results: Block, factor: Number) -> Parts:
    given = results.parts
    weighed = given.amount * factor[given.subject]
    return joined([replace(given, amount=weighed), _constants(-factor * results.centre[0])])


def _constants(amount: Number) -> Parts:
    """One part of each subject that is no evidence: it belongs to the prior."""
    every = np.arange(len(amount), dtype=np.int32)
    return Parts(every, np.zeros_like(every), np.full_like(every, _PRIOR), np.full_like(every, -1), amount)


def _both(quality: Parts, results: Parts, people: int) -> Parts:
    """Parts of quality, and of standing, which has the same ones and those of results."""
    standing = joined([quality, results])
    standing = replace(standing, dimension=np.full(len(standing.subject), STANDING, np.int32))
    return merged(joined([quality, standing]), (people, 2))
