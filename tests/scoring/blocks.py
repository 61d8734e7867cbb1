"""Blocks made by hand, for tests of what is composed from them."""

import numpy as np

from scoring.model.block import SOURCES, Block, Parts
from scoring.model.scores import Source

PRIOR = SOURCES.index(Source.PRIOR)


def block(*dimensions, estimate, sd, centre=0.0, spread=1.0, voices=None, source=Source.PEERS, correlation=None):
    """A block of dimensions with (subjects, dimensions) rows; what an estimate has beyond its centre is `source`'s."""
    estimate = np.asarray(estimate, np.float64).reshape(-1, len(dimensions))
    centres = np.broadcast_to(np.float64(centre), (len(dimensions),))
    return Block(
        dimensions=dimensions,
        estimate=estimate,
        sd=np.broadcast_to(
            np.asarray(sd, np.float64).reshape(-1, np.shape(sd)[-1] if np.ndim(sd) > 1 else 1), estimate.shape
        ),
        voices=np.full(estimate.shape, 5.0)
        if voices is None
        else np.asarray(voices, np.float64).reshape(estimate.shape),
        centre=centres,
        spread=np.broadcast_to(np.float64(spread), (len(dimensions),)),
        parts=parts(estimate, centres, SOURCES.index(source)),
        correlation=correlation,
    )


def parts(estimate, centres, source):
    subject, dimension = (where.ravel().astype(np.int32) for where in np.indices(estimate.shape))
    prior = np.broadcast_to(centres, estimate.shape).ravel()
    return Parts(
        np.tile(subject, 2),
        np.tile(dimension, 2),
        np.repeat(np.array([PRIOR, source], np.int32), subject.size),
        np.repeat(np.array([-1, 0], np.int32), subject.size),
        np.concatenate([prior, estimate.ravel() - prior]),
    )


def results(estimate, sd=0.1):
    """What money says, in sd of results."""
    return block("results", estimate=estimate, sd=sd, source=Source.RESULTS)
