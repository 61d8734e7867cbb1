"""Quality and standing: the dimensions of a person composed into one figure, by the weights of the role.

    quality_j  = Σ_k a_k k_jb · z_jk,   z_jk = (estimate_jk − mean_k) / sd_k,   a = w / √(wᵀ R w)
    standing_j = clip(quality_j + results_j, low_j, high_j),   results_j = √(cap / (1 − cap)) · ρ_j · r_j

low and high: of quality's interval as it is told (intervals.py), so that whoever's lies wholly above stays above.
w: the policy's weights of the role over those dimensions that exist; mean, sd, R: of true quality, with its correlation
between dimensions, on the policy's reference scale (reference.py), else as estimated here. So true quality has variance
1 there whatever the role, and its unit is one standard deviation of it. k_jb: what the blocks say of
one another (together.py). r_j is the results block on the same scale and
ρ_j² = 1 − sd_j² the reliability of j's quality: then results hold at most `results_cap` of the variance of standing
among people of any amount of evidence, and money alone lifts nobody.

Pure in blocks, roles and policy: the release composes again from the peer parts it froze (trust.md, section 2).
Recognition measures visibility too: it enters only by a `Loading`, which those with ratings and thanks both justify.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from scoring.model.block import SOURCES, Block, Parts, joined, merged
from scoring.model.choices import PersonRole
from scoring.model.evidence import Choice, Number
from scoring.model.intervals import ends
from scoring.model.reference import Scale, correlations, scale
from scoring.model.scores import Source
from scoring.model.together import Said, across, combine, kinship, part_variance
from scoring.policy import Policy

QUALITY, STANDING = 0, 1  # dimensions of the composed block
_PRIOR = SOURCES.index(Source.PRIOR)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each dimension of each block says about quality.

    `amount` (people, dimensions): a_k of the person's role by the block's k (together.py), 0 where it does not apply.
    `dimensions` are those of the blocks one after the other, `scale` theirs. `centre` and `variance` (people,): of true
    quality among all of the person's role today, 0 and 1 where the scale is today's. `posterior` (people,): variance of
    the person's quality. `shift` (people,): what k takes from where people stand on average, given back. `plain`: as
    `amount`, without k. `said`: the blocks' parts of quality, from which k comes.
    """

    dimensions: tuple[str, ...]
    amount: Number
    scale: Scale
    centre: Number
    variance: Number
    posterior: Number
    shift: Number
    plain: Number
    said: Said


@dataclass(frozen=True, slots=True)
class Loading:
    """How far recognition speaks of quality: `amount`, the correlation of the true ones, 0 to 1."""

    recognition: Block
    amount: float


def margin(policy: Policy) -> float:
    """Half the length of an interval, in posterior sds: 1.28 for 80 %."""
    return float(ndtri((1 + policy.interval) / 2))


def weights(blocks: Sequence[Block], role: Choice, policy: Policy) -> Weights:
    """Weights on z for each person, such that true quality has variance 1 on the reference scale."""
    dimensions = tuple(name for block in blocks for name in block.dimensions)
    by_role = np.array([_role_weights(each, dimensions, policy) for each in PersonRole])
    variance = np.einsum("rk,kl,rl->r", by_role, correlations(blocks, policy), by_role)
    by_role *= np.divide(1.0, np.sqrt(variance), out=np.zeros_like(variance), where=variance > 0)[:, None]
    used = [scale(block, policy) for block in blocks]
    whole = Scale(np.concatenate([each.mean for each in used]), np.concatenate([each.sd for each in used]))
    centre = (np.concatenate([block.centre for block in blocks]) - whole.mean) / whole.sd
    spread = np.concatenate([block.spread for block in blocks]) / whole.sd
    now = across(blocks, kinship(blocks))
    of = np.where(role < 0, PersonRole.OTHER, role)
    parts = _between_parts(blocks, by_role * spread, now)
    plain = by_role[of]
    said = Said(parts[of], *_said(blocks, plain / whole.sd))
    combined = combine(said.prior, said.variance)
    factor = np.repeat(combined.factor, [len(block.dimensions) for block in blocks], axis=1)
    applies = (by_role != 0).sum(axis=1)[of] > 0
    today = np.where(applies, parts.sum(axis=(1, 2))[of], 1.0)
    found = np.where(applies, np.minimum(combined.variance, today), 1.0)
    middle = plain * centre
    shift = (middle * (1 - factor)).sum(axis=1)
    return Weights(dimensions, plain * factor, whole, middle.sum(axis=1), today, found, shift, plain, said)


def _between_parts(blocks: Sequence[Block], amount: Number, correlation: Number) -> Number:
    """Prior covariance of what each block says of quality, by role: (roles, blocks, blocks)."""
    ends = np.cumsum([0, *(len(block.dimensions) for block in blocks)])
    belongs = np.zeros((len(correlation), len(blocks)))
    for at in range(len(blocks)):
        belongs[ends[at] : ends[at + 1], at] = 1
    spread = amount[:, :, None] * belongs
    return np.asarray(np.einsum("rkb,kl,rlc->rbc", spread, correlation, spread), np.float64)


def _said(blocks: Sequence[Block], amount: Number) -> tuple[Number, Number]:
    """Posterior mean, from where people stand on average, and variance of each block's part: (people, blocks) each."""
    ends = np.cumsum([len(block.dimensions) for block in blocks])[:-1]
    mean, variance = np.zeros((len(amount), len(blocks))), np.zeros((len(amount), len(blocks)))
    for at, (block, own) in enumerate(zip(blocks, np.split(amount, ends, axis=1), strict=True)):
        mean[:, at] = (own * (block.estimate - block.centre)).sum(axis=1)
        variance[:, at] = part_variance(block, own)
    return mean, variance


def compose(
    blocks: Sequence[Block], results: Block, role: Choice, policy: Policy, loading: Loading | None = None
) -> Block:
    """Return people's quality and standing with their parts, in sd of true quality on the reference scale.

    `blocks` are about people (criteria, customer trust, care ...), `results` has the one dimension results. A dimension
    that applies to the role but is unseen stays at its prior: it pulls toward the middle and widens. Where a block has
    no posterior covariance, its errors are taken to be correlated as the truth is, which is exact without evidence.
    Voices: within a block the same people speak of each dimension, so the best heard one counts; blocks add up.
    """
    return compose_by(weights(blocks, role, policy), blocks, results, policy, loading)


def compose_by(
    weighing: Weights, blocks: Sequence[Block], results: Block, policy: Policy, loading: Loading | None = None
) -> Block:
    """Return the same by weights that are known already."""
    quality, sd = composed_quality(blocks, weighing)
    parts = _quality_parts(blocks, weighing)
    if loading is not None and loading.amount:
        quality, sd, parts = _recognized(quality, sd, parts, loading, policy)
    money = scale(results, policy)
    of = among_all(weighing)
    ends_ = ends(quality, sd, of, margin(policy))
    factor = _results_factor((sd, weighing.variance), (quality - ends_[0], ends_[1] - quality), results, policy)
    amount = factor * (results.estimate[:, 0] - money.mean[0])
    voices = _voices(blocks, weighing)
    return Block(
        dimensions=("quality", "standing"),
        estimate=np.column_stack([quality, quality + amount]),
        sd=np.column_stack([sd, np.hypot(sd, factor * results.sd[:, 0])]),
        voices=np.column_stack([voices, voices]),
        centre=np.full(2, of[0]),
        spread=np.full(2, of[1]),
        parts=_both(parts, _results_parts(results, factor, money), len(quality)),
    )


def composed_quality(blocks: Sequence[Block], weighing: Weights) -> tuple[Number, Number]:
    """Return quality and its posterior sd, (people,) each; 0 and 1 where no dimension applies.

    That a dimension's mean is uncertain moves all people alike: nobody is less known than the prior says.
    """
    estimate = np.hstack([block.estimate for block in blocks])
    quality = (weighing.amount * ((estimate - weighing.scale.mean) / weighing.scale.sd)).sum(axis=1)
    return quality + weighing.shift, np.sqrt(weighing.posterior)


def _by_block(blocks: Sequence[Block], weighing: Weights) -> list[tuple[Block, Number]]:
    """Split the weights, on estimates in each block's own unit: (people, dimensions of the block)."""
    ends = np.cumsum([len(block.dimensions) for block in blocks])[:-1]
    return list(zip(blocks, np.split(weighing.amount / weighing.scale.sd, ends, axis=1), strict=True))


def among_all(weighing: Weights) -> tuple[float, float]:
    """Mean and sd of true quality today; of roles' sds the least: nobody without evidence is to seem to have some."""
    if not len(weighing.variance):
        return 0.0, 1.0
    return float(weighing.centre.mean()), float(np.sqrt(weighing.variance.min()))


def _recognized(
    quality: Number, sd: Number, parts: Parts, loading: Loading, policy: Policy
) -> tuple[Number, Number, Parts]:
    """Let recognition r = ℓ·q + √(1 − ℓ²)·visibility speak of quality q ~ N(m, v), known with reliability u.

    q | r = (1 − ℓ²uv/d)·m + (ℓv/d)·r̂,  variance v·(1 − ℓ²uv/d),  d = 1 − uℓ²(1 − v): Bayes' rule for r̂ as one more
    independent observation, written so that no evidence (u = 0, r̂ = 0) changes nothing.
    """
    given, own = loading.recognition, scale(loading.recognition, policy)
    told = (given.estimate[:, 0] - own.mean[0]) / own.sd[0]
    square, sure = loading.amount**2, 1 - np.minimum(given.sd[:, 0] / given.spread[0], 1) ** 2
    variance = sd**2
    whole = 1 - sure * square * (1 - variance)
    pull, kept = loading.amount * variance / whole, 1 - square * sure * variance / whole
    pieces = [
        replace(parts, amount=parts.amount * kept[parts.subject]),
        replace(given.parts, amount=given.parts.amount * (pull / own.sd[0])[given.parts.subject]),
        _constants(-pull * own.mean[0] / own.sd[0]),
    ]
    return quality * kept + pull * told, sd * np.sqrt(kept), joined(pieces)


def _results_factor(
    known: tuple[Number, Number], room: tuple[Number, Number], results: Block, policy: Policy
) -> Number:
    """Return what one unit of results adds to standing, (people,); the clip makes it smaller, never turns it.

    `known`: sd of quality, and its variance without evidence; money moves only those who are known. `room`: what lies
    between quality and the ends of its interval, under and over it. (people,) each.
    """
    own = scale(results, policy)
    sd, prior = known
    reliability = np.clip(1 - sd**2 / prior, 0, 1)
    factor = np.sqrt(policy.results_cap / (1 - policy.results_cap) * reliability) / own.sd[0]
    unlimited = factor * (results.estimate[:, 0] - own.mean[0])
    allowed = np.where(unlimited < 0, *room)
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
    """Parts of quality: those of the dimensions, weighed; what the scale's mean takes is nobody's amount."""
    pieces = [_constants(weighing.shift - (weighing.amount * weighing.scale.mean / weighing.scale.sd).sum(axis=1))]
    for block, amount in _by_block(blocks, weighing):
        given = block.parts
        weighed = given.amount * amount[given.subject, given.dimension]
        pieces.append(replace(given, dimension=np.full(len(given.subject), QUALITY, np.int32), amount=weighed))
    return joined(pieces)


def _results_parts(results: Block, factor: Number, money: Scale) -> Parts:
    given = results.parts
    weighed = given.amount * factor[given.subject]
    return joined([replace(given, amount=weighed), _constants(-factor * money.mean[0])])


def _constants(amount: Number) -> Parts:
    """One part of each subject that is no evidence: it belongs to the prior."""
    every = np.arange(len(amount), dtype=np.int32)
    return Parts(every, np.zeros_like(every), np.full_like(every, _PRIOR), np.full_like(every, -1), amount)


def _both(quality: Parts, results: Parts, people: int) -> Parts:
    """Parts of quality, and of standing, which has the same ones and those of results (figures.py merges them)."""
    own = merged(quality, (people, 1))
    standing = joined([own, results])
    return joined([own, replace(standing, dimension=np.full(len(standing.subject), STANDING, np.int32))])
