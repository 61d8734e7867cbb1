"""Results: revenue and margin against what is usual for that kind of work, shared out to those who did it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack

from scoring.model.block import Block
from scoring.model.choices import MoneyKind, PersonRole, ProjectKind
from scoring.model.credit import credit, standard_block
from scoring.model.crossed import Variance
from scoring.model.crossed_equations import one_hot
from scoring.model.evidence import Evidence, Index, Number
from scoring.model.lean import fit_lean
from scoring.model.lean_design import Design
from scoring.model.lean_priors import Priors
from scoring.model.scores import Source
from scoring.model.select import shares
from scoring.policy import Policy

COUNTED = (MoneyKind.REVENUE, MoneyKind.MARGIN)
BEND = 0.1  # of the median amount: above it amounts count by their logarithm, below by themselves, losses as losses
USUAL = float(np.arcsinh(1 / BEND))  # where the median amount comes to lie
PERSON_PLACE = 3  # in the fit's variances

# Squared log units: what is usual, as if that many levels (or rows) had been seen. Floors let credit be split.
TERRITORY = Variance(guess=0.1, weight=10)
ROLE = Variance(guess=0.1, weight=10)
PERSON = Variance(guess=0.2, weight=10, floor=0.02)
PROJECT = Variance(guess=0.5, weight=10, floor=0.05)
RESIDUAL = Variance(guess=0.3, weight=10, floor=0.05)
MEANS_VARIANCE = 1.0


@dataclass(frozen=True, slots=True)
class Takings:
    """The latest known amounts, (rows,): `y` in log units around `USUAL`, of a project, and of what kind."""

    y: Number
    project: Index
    kind: Index


def results(evidence: Evidence, policy: Policy, as_of: int) -> Block:  # noqa: ARG001
    """Return the block of dimension `results` over all people, in sd of true results.

    y = μ_(money kind, project kind) + territory + Σ_j w_pj · (role_j + person_j) + project + ε. Here y is the logarithm
    of what a project brought per share, amount · Σ_j w_pj²: one member's is the whole, one of four equals' a quarter,
    and whoever works part-time is neither lowered nor raised by it. So people are compared with what is usual for
    that kind of work, role and territory. The logarithm is asinh(amount / (BEND · median)), which losses keep defined;
    counted in euros or in thousands, it is the same.

    Revenue and margin in the organization's currency, the latest known of each project; other units, prices and
    efforts are no results. What this may weigh is capped where it is composed. `evidence` is selected (`select`), so
    that nothing in it was known at or after `as_of`. Source: as trust.py, multiple membership.
    """
    people = len(evidence.people.ids)
    work = shares(evidence)
    takings = _takings(evidence, np.asarray(work.multiply(work).sum(axis=1), np.float64))
    if not len(takings.y):
        return standard_block("results", [], np.ones(people), np.zeros(people))
    priors = _priors(people, len(evidence.projects.territories))
    fit = fit_lean(_design(evidence, takings, work), priors)
    shared, unit = fit.shared, float(np.sqrt(fit.variances[PERSON_PLACE]))
    everybody = np.ones(people, np.bool_)
    received = credit(shared.shares, shared.forces * unit, shared.local, everybody, Source.RESULTS)
    told = np.zeros(work.shape[0])
    told[takings.project] = 1
    sd = np.ones(people)
    sd[shared.heard] = shared.sds / unit
    return standard_block("results", [received], sd, np.asarray(work.T @ told), raw=(0.0, unit))


def _design(evidence: Evidence, takings: Takings, work: csr_array) -> Design:
    """Tell what the fit observes: a row an amount, its project the local, no nests and no middles."""
    rows, groups = len(takings.y), len(COUNTED) * len(ProjectKind)
    group = takings.kind * len(ProjectKind) + evidence.projects.kind[takings.project]
    fixed = [
        one_hot(group, groups),
        one_hot(evidence.projects.territory[takings.project], len(evidence.projects.territories)),
        csr_array((work @ one_hot(evidence.people.role, len(PersonRole)))[takings.project]),
    ]
    project = takings.project.astype(np.int64)
    return Design(
        y=takings.y, weight=np.ones(rows), nest=np.arange(rows), local=project, column=np.zeros(rows, np.int64),
        width=1, middles=(), unit=project, shares=work, fixed=csr_array(hstack(fixed)),
    )  # fmt: skip


def _priors(people: int, territories: int) -> Priors:
    kinds = np.repeat(np.arange(3, dtype=np.intp), (len(COUNTED) * len(ProjectKind), territories, len(PersonRole)))
    fixed = (Variance(known=MEANS_VARIANCE), TERRITORY, ROLE)
    return Priors(RESIDUAL, Variance(known=0.0), (PROJECT,), (), (PERSON,), fixed, np.zeros(people, np.intp), kinds)


def per_share(amount: Number, kind: Index) -> Number:
    """Bend amounts into log units around the median of their kind: (rows,), 0 at the median, odd around no amount."""
    scale = np.ones(len(COUNTED))
    for place in range(len(COUNTED)):
        size = np.abs(amount[kind == place])
        if len(size) and np.median(size) > 0:
            scale[place] = np.median(size)
    return np.asarray(np.arcsinh(amount / (BEND * scale[kind])) - USUAL)


def _takings(evidence: Evidence, squares: Number) -> Takings:
    """Keep the latest amount of each project and kind that counts, where somebody worked; `squares` (projects,)."""
    money = evidence.money
    currency = np.array([unit == evidence.currency for unit in money.units], np.bool_)
    rows = np.flatnonzero(np.isin(money.kind, COUNTED))
    rows = rows[currency[money.unit[rows]] & (squares[money.project[rows]] > 0)]
    rows = rows[np.argsort(money.known[rows], kind="stable")]
    cell = money.project[rows].astype(np.int64) * len(COUNTED) + money.kind[rows]
    # Backwards, the first of a cell is the latest.
    _, latest = np.unique(cell[::-1], return_index=True)
    rows = rows[::-1][latest]
    project, kind = money.project[rows], money.kind[rows].astype(np.int32)
    return Takings(per_share(money.amount[rows] * squares[project], kind), project, kind)
