"""Customer trust of projects and of customers, told from the fit that shares it out to people (trust.py)."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, eye_array, vstack

from scoring.model.block import Block
from scoring.model.credit import credited, parts, standard_block
from scoring.model.evidence import Evidence, Number
from scoring.model.lean import Lean
from scoring.model.patterns import squares
from scoring.model.scores import Source
from scoring.model.signals import averaging, belonging
from scoring.model.staffing import Work

PROJECT, CUSTOMER, PERSON = 2, 3, 5  # places in the fit's variances


@dataclass(frozen=True, slots=True)
class _Effects:
    """Effects of the fit for everybody, 0 where nothing was heard; `felt` (projects, people): parts (`spoken_of`)."""

    person: Number
    project: Number
    customer: Number
    felt: csr_array


def companies(evidence: Evidence, fit: Lean, work: Work, voices: tuple[Number, Number]) -> tuple[Block, Block]:
    """Return the blocks of projects and of customers; `voices` heard of each.

    Of a project: Σ_j w_pj · person_j + residual_p, in the parts of those times that customers spoke of, in sds of what
    projects differ by; of a customer: its own effect and the mean of its projects, in sds of what a customer with these
    projects could be, so that without evidence every customer has the prior, 0 with an sd of 1, however many projects
    it has. Over-service is in neither.
    """
    lay, projects = fit.layout, work.staff.shape[0]
    person, project = np.zeros(work.staff.shape[1]), np.zeros(projects)
    customer = np.zeros(len(evidence.customers))
    person[lay.members] = fit.effects.core[: fit.members]
    project[lay.locals_] = fit.effects.local[:, 0]
    customer[lay.levels[0]] = fit.effects.middle[: len(lay.levels[0])]
    found = _Effects(person, project, customer, spoken_of(fit, work))
    mean, theta = averaging(belonging(evidence)), fit.variances
    sd = _sds(fit, found.felt, mean)
    parts_of = squares(work.staff)
    staffed = parts_of[parts_of > 0]  # nobody works yet in what has not begun
    unit = float(np.sqrt((staffed.mean() if len(staffed) else 1.0) * theta[PERSON] + theta[PROJECT]))
    return (
        _projects(fit, found, unit, (sd[:projects], voices[0])),
        _customers(fit, found, mean, (sd[projects:], voices[1])),
    )


def _sds(fit: Lean, felt: csr_array, mean: csr_array) -> Number:
    """Posterior sds of projects, then of customers: of themselves and the `mean` (customers, projects) of theirs."""
    customers, projects = mean.shape
    none = csr_array((projects, customers))
    combined = (
        (felt, mean @ felt),
        (eye_array(projects, format="csr"), mean),
        (none, eye_array(customers, format="csr")),
    )
    return np.sqrt(variances(fit, *(csr_array(vstack(each, format="csr")) for each in combined)))


def spoken_of(fit: Lean, work: Work) -> csr_array:
    """Parts of the people in what was said of each project: (projects, people), the whole ones where nothing was."""
    lay = fit.layout
    weight = np.bincount(lay.cells.unit[lay.nests.row], lay.design.weight[lay.nests.order], len(lay.units))
    project = lay.locals_[lay.cells.local_of]
    projects = work.staff.shape[0]
    total = np.bincount(project, weight, projects)
    place = (project, lay.units)
    heard = csr_array((weight / total[project], place), shape=(projects, work.shares.shape[0])) @ work.shares
    silent = csr_array(work.staff.multiply((total == 0)[:, None]))
    return csr_array(heard + silent)


def _projects(fit: Lean, found: _Effects, unit: float, of: tuple[Number, Number]) -> Block:
    """Tell apart what was heard there and what the members' other projects say of them."""
    sd, voices = of
    count = len(found.project)
    lay, theta = fit.layout, fit.variances
    itself, nobody = np.arange(count, dtype=np.int32), np.full(count, -1, np.int32)
    at = csr_array(
        (fit.forces, (lay.locals_[lay.cells.local_of], np.arange(len(lay.units)))), shape=(count, len(lay.units))
    )
    pulled = np.asarray((at @ lay.shares[:, : fit.members]).multiply(found.felt[:, lay.members]).sum(axis=1)).ravel()
    own = found.project + theta[PERSON] * pulled
    whole = found.project + found.felt @ found.person
    given = [
        parts(Source.CUSTOMERS, itself, itself, own / unit),
        parts(Source.CUSTOMERS, itself, nobody, (whole - own) / unit),
    ]
    return standard_block("customer_trust", given, sd / unit, voices)


def _customers(fit: Lean, found: _Effects, mean: csr_array, of: tuple[Number, Number]) -> Block:
    """Tell each customer's own and what its projects add, in sds of its own prior."""
    sd, voices = of
    count, theta = len(found.customer), fit.variances
    unit = np.sqrt(
        theta[PERSON] * squares(csr_array(mean @ found.felt)) + theta[PROJECT] * squares(mean) + theta[CUSTOMER]
    )
    trusted = found.project + found.felt @ found.person
    by_project = csr_array(mean.multiply(trusted).multiply(1 / unit[:, None])).T
    itself, nobody = np.arange(count, dtype=np.int32), np.full(count, -1, np.int32)
    given = [
        parts(Source.CUSTOMERS, itself, nobody, found.customer / unit),
        credited(Source.CUSTOMERS, csr_array(by_project)),
    ]
    return standard_block("customer_trust", given, sd / unit, voices)


def predicted(fit: Lean, once: list[csr_array], fixed: csr_array) -> tuple[Number, Number]:
    """Return mean and posterior variance of levels: parts of persons, projects, customers (rows, all), and globals."""
    lay = fit.layout
    person, project, customer = once
    mean = fixed @ fit.fixed + person[:, lay.members] @ fit.effects.core[: fit.members]
    mean += project[:, lay.locals_] @ fit.effects.local[:, 0]
    mean += customer[:, lay.levels[0]] @ fit.effects.middle[: len(lay.levels[0])]
    return np.asarray(mean), variances(fit, person, project, customer)


def variances(fit: Lean, person: csr_array, project: csr_array, customer: csr_array) -> Number:
    """Posterior variances of combinations of persons, projects and customers, each (combinations, all of them).

    Who was not heard of has the prior's.
    """
    lay, theta = fit.layout, fit.variances
    own = csr_array(person[:, lay.members])
    core = csr_array((own.data, own.indices, own.indptr), shape=(person.shape[0], len(fit.effects.core)))
    here, there = csr_array(project[:, lay.locals_]), csr_array(customer[:, lay.levels[0]])
    middle = csr_array((there.data, there.indices, there.indptr), shape=(there.shape[0], len(lay.kind)))
    found = fit.variances_of(here, middle, core)
    for whole, heard, variance in (
        (person, own, theta[PERSON]), (project, here, theta[PROJECT]), (customer, there, theta[CUSTOMER]),
    ):  # fmt: skip
        found = found + variance * (squares(whole) - squares(heard))
    return np.maximum(found, 0.0)
