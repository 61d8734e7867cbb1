"""Designs of lean fits: a few projects, many, a crowd at one customer; and what is known of their variances."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from scoring.model.crossed import Variance
from scoring.model.lean import Lean
from scoring.model.lean_design import Design
from scoring.model.lean_priors import Priors, spelt
from scoring.model.lean_solve import eliminate
from scoring.model.lean_spread import effects, invert

WIDTHS = (1, 3)


def hot(level, size):
    return csr_array((np.ones(len(level)), (np.arange(len(level)), level)), shape=(len(level), size))


def example(seed, width, rows=60):
    """Responses of voices about projects, and who worked there; middles tie several projects together."""
    rng = np.random.default_rng(seed)
    nest = rng.integers(0, rows // 2, rows)
    # One project, voice and state of the project for each nest.
    project = rng.integers(0, 9, rows)[nest]
    voice = rng.integers(-1, 6, rows)[nest]
    state = rng.integers(0, 2, rows)[nest]
    customer = project % 3
    shares = rng.dirichlet(np.ones(4), 18)
    shares[:, rng.integers(0, 4)] = 0
    group = rng.integers(0, width, rows)
    return Design(
        y=rng.standard_normal(rows) + shares[project * 2 + state, 0],
        weight=rng.uniform(0.2, 1.0, rows),
        nest=nest.astype(np.int64), local=project.astype(np.int64), column=group.astype(np.int64), width=width,
        middles=(customer.astype(np.int64), voice.astype(np.int64)),
        unit=(project * 2 + state).astype(np.int64), shares=csr_array(shares), fixed=hot(group, width),
    )  # fmt: skip


def priors(width, kind):
    local = (kind(0.4),) if width == 1 else (kind(0.1 + 0.3 * width), kind(0.1))
    means = (Variance(known=1.0),)
    members, fixed = np.zeros(4, np.intp), np.zeros(width, np.intp)
    return Priors(kind(0.5), kind(0.2), local, (kind(0.3), kind(0.25)), (kind(0.35),), means, members, fixed)


def held(value):
    return Variance(known=value)


def loose(value):
    return Variance(guess=value, weight=10, floor=0.01)


def crowd(seed, people=300, projects=900, rows=6_000, customers=120):
    """Projects of two near colleagues, now and then one from afar; responses of customers' voices, two rows each."""
    rng = np.random.default_rng(seed)
    nest = np.arange(rows) // 2
    project = rng.integers(0, projects, rows // 2)[nest]
    customer = rng.integers(0, customers, projects)[project]
    voice = customer * 3 + rng.integers(0, 3, rows // 2)[nest]
    near = (rng.integers(0, people, projects)[:, None] + rng.integers(0, 30, (projects, 2))) % people
    who = np.where(rng.random(near.shape) < 0.1, rng.integers(0, people, near.shape), near)
    shares = csr_array((np.full(who.size, 0.5), (np.repeat(np.arange(projects), 2), who.ravel())), (projects, people))
    felt = (shares @ rng.normal(0, 1.2, people))[project] + rng.normal(0, 0.5, customers)[customer]
    return Design(
        y=felt + rng.normal(0, 0.5, rows // 2)[nest] + rng.normal(0, 0.7, rows),
        weight=np.ones(rows), nest=nest, local=project, column=np.zeros(rows, np.int64), width=1,
        middles=(customer, voice), unit=project, shares=shares, fixed=csr_array(np.ones((rows, 1))),
    )  # fmt: skip


def crowded(kind):
    return replace(priors(1, kind), member_kind=np.zeros(300, np.intp))


def large_customer(contacts, seed=1, projects=5):
    """A customer of whom so many contacts each answered about two, three or four of its projects."""
    rng = np.random.default_rng(seed)
    design = crowd(seed, people=30, projects=projects, rows=6 * contacts, customers=1)
    return replace(design, middles=(design.middles[0], rng.integers(0, contacts, 3 * contacts)[design.nest]))


def renumbered(design, seed):
    """The same evidence with other numbers for everybody, its rows in another order."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(design.y))
    nest, local, unit, *middles = (
        rng.permutation(int(level.max()) + 1)[level][rows]
        for level in (design.nest, design.local, design.unit, *design.middles)
    )
    units = np.empty(design.shares.shape[0], np.int64)
    units[unit] = design.unit[rows]
    shares = csr_array(design.shares[units][:, rng.permutation(design.shares.shape[1])])
    return replace(
        design, y=design.y[rows], weight=design.weight[rows], nest=nest, local=local, unit=unit,
        middles=tuple(middles), shares=shares,
    )  # fmt: skip


def exactly(lay, known):
    theta = known.start()
    at = spelt(lay, known, theta)
    schur = eliminate(lay, at)
    core, inverse = invert(schur)
    return Lean(lay, schur, theta, at, effects(lay, schur, core), inverse)
