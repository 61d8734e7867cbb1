"""Results: revenue and margin against what is usual for that kind of work, shared out to those who did it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from scoring.model.block import Block
from scoring.model.choices import MoneyKind, PersonRole, ProjectKind
from scoring.model.credit import credit, credited, standard_block
from scoring.model.crossed import Factor, Rows, Variance, fit_crossed
from scoring.model.evidence import Evidence, Index, Number
from scoring.model.scores import Source
from scoring.model.select import shares
from scoring.policy import Policy

COUNTED = (MoneyKind.REVENUE, MoneyKind.MARGIN)
BEND = 0.1  # of the median amount: above it amounts count by their logarithm, below by themselves, losses as losses
USUAL = float(np.arcsinh(1 / BEND))  # where the median amount comes to lie
PERSON_FACTOR, PROJECT_FACTOR = 2, 3  # places of factors in the fit

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
    people, projects = len(evidence.people.ids), len(evidence.projects.ids)
    work = shares(evidence)
    takings = _takings(evidence, np.asarray(work.multiply(work).sum(axis=1), np.float64))
    of = evidence.projects.kind[takings.project]
    factors = [
        Factor(evidence.projects.territory[takings.project], len(evidence.projects.territories), TERRITORY),
        Factor(takings.project, len(PersonRole), ROLE, csr_array(work @ _roles(evidence))),
        Factor(takings.project, people, PERSON, work),
        Factor(takings.project, projects, PROJECT),
    ]
    group = (takings.kind * len(ProjectKind) + of).astype(np.int32)
    rows = Rows(takings.y, group, len(COUNTED) * len(ProjectKind), center_variance=MEANS_VARIANCE)
    fit = fit_crossed(rows, factors, RESIDUAL)
    received = credit(work, fit, PERSON_FACTOR, PROJECT_FACTOR, np.ones(people, np.bool_))
    told = np.zeros(projects)
    told[takings.project] = 1
    sd = fit.sds[PERSON_FACTOR] / np.sqrt(fit.variances[PERSON_FACTOR])
    return standard_block("results", [credited(Source.RESULTS, received)], sd, np.asarray(work.T @ told))


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


def _roles(evidence: Evidence) -> csr_array:
    """Say who has which role: (people, roles)."""
    role = evidence.people.role
    known = np.flatnonzero(role >= 0)
    return csr_array((np.ones(len(known)), (known, role[known])), shape=(len(role), len(PersonRole)))
