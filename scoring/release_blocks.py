"""Peers as they are released: blocks that the engine composes from, made of nothing but released figures."""

import numpy as np

from scoring.model.block import SOURCES, Block, Parts
from scoring.model.choices import ConsentSource
from scoring.model.evidence import Evidence, Mask, Number
from scoring.model.peers import PeerBlocks, ProjectPeers
from scoring.model.scores import RaterTable, Source
from scoring.model.select import consented
from scoring.policy import Policy
from scoring.release_figures import State, centre_of, correlations_of, expected, one_voice, spread_of, start_of

BEYOND_DOUBT = 9.0  # told points: of what is said of a project's work only the sign is told, whatever the reference


def frozen_peers(state: State, evidence: Evidence, policy: Policy, as_of: int) -> PeerBlocks:
    """Return the peers' blocks: whoever is not released, or allows peers nothing at `as_of`, stands at the prior."""
    allowed = consented(evidence, as_of)[:, ConsentSource.PEERS]
    empty, none = np.empty(0), np.empty(0, np.int32)
    return PeerBlocks(
        people=_people(state, evidence, policy, np.asarray(state.people.known & allowed[:, None])),
        raters=RaterTable(none, empty, empty, empty),
        projects=_projects(state),
        group=np.full(len(allowed), -1, np.int32),
    )


def _people(state: State, evidence: Evidence, policy: Policy, seen: Mask) -> Block:
    found, start = state.people, start_of(evidence, policy)
    centre, spread = centre_of(found, start), spread_of(found, start)
    held = expected(len(start))
    shape = np.sqrt(np.diagonal(held.quality))
    correlation = held.quality / np.outer(shape, shape)
    estimate, prior = np.where(seen, found.mean, centre), np.where(seen, found.prior, centre)
    sd = np.where(seen, found.sd, spread)
    heard = np.asarray(seen.any(axis=1))[:, None, None]
    errors = np.where(heard, correlations_of(found), correlation)
    noise = one_voice(held) + held.leniency
    return Block(
        dimensions=evidence.criteria,
        estimate=estimate,
        sd=sd,
        voices=np.where(seen, found.givers, 0.0),
        centre=centre,
        spread=spread,
        parts=_parts(prior, estimate - prior, seen),
        correlation=correlation,
        covariance=sd[:, :, None] * errors * sd[:, None, :],
        noise=noise,
        saying=np.sqrt(np.diagonal(noise) + held.team),
    )


def _parts(prior: Number, peers: Number, seen: Mask) -> Parts:
    """Tell of each figure what is the prior's and what colleagues': theirs is one amount, for no project apart."""
    everyone, every = (np.indices(prior.shape).reshape(2, -1)).astype(np.int32)
    who, what = (place.astype(np.int32) for place in np.nonzero(seen))
    source = [
        np.full(size, SOURCES.index(word), np.int32)
        for size, word in ((seen.size, Source.PRIOR), (len(who), Source.PEERS))
    ]
    subject, dimension = np.concatenate([everyone, who]), np.concatenate([every, what])
    nowhere = np.full_like(subject, -1)
    return Parts(subject, dimension, np.concatenate(source), nowhere, np.concatenate([prior.ravel(), peers[seen]]))


def _projects(state: State) -> ProjectPeers:
    found = state.projects
    sign = np.where(found.noisy > 0, BEYOND_DOUBT, -BEYOND_DOUBT)
    return ProjectPeers(np.where(found.known, sign, np.nan)[:, 0], np.where(found.known, found.givers, 0.0)[:, 0])
