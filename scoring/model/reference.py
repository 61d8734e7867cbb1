"""The reference scale: true quality as it was distributed when the policy was published, on which figures are composed.

    raw = origin + unit · estimate,   z = (raw − mean) / sd

A block tells estimates in a unit of its own; `origin` and `unit` say what they are in raw units, those of its evidence,
which mean the same in every run. Where the policy has a reference, z is counted from there: then trends do not drift,
and everybody's improving lifts everybody. Where it has none, or not for a dimension, mean and sd of true quality are
those estimated from the evidence of the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scoring.model.block import SOURCES, Block, Parts, joined, merged, no_parts
from scoring.model.evidence import Number
from scoring.model.scores import Source
from scoring.model.together import across, kinship
from scoring.policy import Policy, Reference, referring


@dataclass(frozen=True, slots=True)
class Scale:
    """What z of some dimensions is counted from, (dimensions,) each, in the unit of their block's estimates."""

    mean: Number
    sd: Number


def scale(block: Block, policy: Policy) -> Scale:
    """Return the policy's frozen scale of a block's dimensions, and this evidence's of those that it does not name."""
    mean, sd = block.centre.astype(np.float64), block.spread.astype(np.float64)
    place = _places(policy)
    known = [at for at, name in enumerate(block.dimensions) if name in place]
    if policy.reference is not None and known:
        origin, unit = _raw(block)
        frozen = [place[block.dimensions[at]] for at in known]
        mean[known] = (np.array(policy.reference.mean)[frozen] - origin[known]) / unit[known]
        sd[known] = np.array(policy.reference.sd)[frozen] / unit[known]
    return Scale(mean, sd)


def correlations(blocks: Sequence[Block], policy: Policy) -> Number:
    """Return the correlation of true quality on the reference scale, over the dimensions of all blocks."""
    names = [name for block in blocks for name in block.dimensions]
    found = across(blocks, kinship(blocks))
    place = _places(policy)
    known = [at for at, name in enumerate(names) if name in place]
    if policy.reference is not None and known:
        frozen = [place[names[at]] for at in known]
        found[np.ix_(known, known)] = np.array(policy.reference.correlation)[np.ix_(frozen, frozen)]
    return found


def on_reference(block: Block, policy: Policy) -> Block:
    """Tell a block that stands in sd of this evidence's true quality in sd of the reference; parts still add up."""
    if policy.reference is None:
        return block
    own, subjects = scale(block, policy), len(block.estimate)
    moved = replace(block.parts, amount=block.parts.amount / own.sd[block.parts.dimension])
    everyone = np.repeat(np.arange(subjects, dtype=np.int32), len(own.mean))
    every = np.tile(np.arange(len(own.mean), dtype=np.int32), subjects)
    prior, nowhere = np.full_like(every, SOURCES.index(Source.PRIOR)), np.full_like(every, -1)
    shift = Parts(everyone, every, prior, nowhere, np.tile(-own.mean / own.sd, subjects))
    return replace(unexplained(block, policy), parts=merged(joined([moved, shift]), (subjects, len(own.mean))))


def unexplained(block: Block, policy: Policy) -> Block:
    """Return the same without parts."""
    if policy.reference is None:
        return replace(block, parts=no_parts())
    own, (origin, unit) = scale(block, policy), _raw(block)
    return replace(
        block,
        estimate=(block.estimate - own.mean) / own.sd,
        sd=block.sd / own.sd,
        centre=(block.centre - own.mean) / own.sd,
        spread=block.spread / own.sd,
        parts=no_parts(),
        covariance=None if block.covariance is None else block.covariance / np.outer(own.sd, own.sd),
        common=None if block.common is None else block.common / np.outer(own.sd, own.sd),
        origin=origin + unit * own.mean,
        unit=unit * own.sd,
    )


def reference_of(blocks: Sequence[Block], policy: Policy) -> Reference:
    """Return the scale that these blocks were composed on: the policy's where it has one, else their own."""
    mean, sd = [], []
    for block in blocks:
        used, (origin, unit) = scale(block, policy), _raw(block)
        mean.append(origin + unit * used.mean)
        sd.append(unit * used.sd)
    return Reference(
        dimensions=tuple(name for block in blocks for name in block.dimensions),
        mean=tuple(np.concatenate(mean).tolist()),
        sd=tuple(np.concatenate(sd).tolist()),
        correlation=tuple(map(tuple, correlations(blocks, policy).tolist())),
    )


def freeze(policy: Policy, blocks: Sequence[Block]) -> Policy:
    """Return `policy` with the scale of `blocks` frozen in it, as it is to be published; what it has is kept."""
    return referring(policy, reference_of(blocks, policy))


def _places(policy: Policy) -> dict[str, int]:
    names = policy.reference.dimensions if policy.reference is not None else ()
    return {name: at for at, name in enumerate(names)}


def _raw(block: Block) -> tuple[Number, Number]:
    """Return origin and unit, (dimensions,) each; estimates are raw where the block says nothing."""
    size = len(block.dimensions)
    origin = np.zeros(size) if block.origin is None else block.origin
    return origin, np.ones(size) if block.unit is None else block.unit
