"""Customer trust: the part of what customers say that belongs to the people of a project, shared out to them."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from scoring.model.block import Block
from scoring.model.choices import ConsentSource
from scoring.model.credit import credit, credited, parts, standard_block
from scoring.model.crossed import Factor, Fit, Variance, fit_crossed
from scoring.model.evidence import Evidence, Mask, Number
from scoring.model.scores import Source
from scoring.model.select import consented, shares
from scoring.model.signals import RESIDUAL, USUAL, Answers, averaging, belonging, distinct_voices

CUSTOMER, PERSON, PROJECT = 1, 4, 5  # places of factors in the fit

PERSON_VARIANCE = Variance(guess=0.3, weight=10, floor=0.03)  # floors let credit be split (credit.py)
PROJECT_VARIANCE = Variance(guess=0.1, weight=10, floor=0.02)


@dataclass(frozen=True, slots=True)
class Trust:
    """Blocks of projects, customers and people: `customer_trust`, each in sd of its own kind's true trust.

    `variances` and `residual`: as estimated, for fits of parts of the same evidence.
    """

    projects: Block
    customers: Block
    people: Block
    variances: tuple[float, ...]
    residual: float


def trust(evidence: Evidence, heard: Answers, as_of: int) -> Trust:
    """Return what customers' words say of projects, customers and people.

    `heard` holds only what may speak of people. y = μ_aspect + kind + customer + voice + response + project + ε with
    project_p = Σ_j w_pj · person_j + residual_p, all solved jointly: an easily pleased customer is no merit, and who
    does well in many good company's projects is told from the company. Of a customer: its own effect and the mean of
    its projects. Only people who consented to customers' words are credited, others stay at the prior, and their
    share goes to nobody; the projects keep theirs. The evidence of a person is Σ_p w_pj · voices_p.
    Source: Browne, Goldstein & Rasbash (2001), Statistical Modelling 1(2) (multiple membership).
    """
    projects, customers = len(evidence.projects.ids), len(evidence.customers)
    if not len(heard.rows.y):
        return _unheard(projects, customers, len(evidence.people.ids))
    work = shares(evidence)
    staff = _staff(work)
    factors = _factors(heard, staff, customers)
    wanted, mean = _wanted(evidence, factors, staff)
    fit = fit_crossed(heard.rows, factors, RESIDUAL, wanted)
    voices = distinct_voices(heard.project, heard.voice, heard.weight, projects)
    allowed = consented(evidence, as_of)[:, ConsentSource.CUSTOMERS]
    return Trust(
        _projects(fit, staff, voices),
        _customers(fit, mean, _customer_voices(heard, customers), staff),
        _people(fit, work, voices, allowed),
        fit.variances,
        fit.residual,
    )


def people_trust(evidence: Evidence, heard: Answers, as_of: int, whole: Trust) -> Block:
    """Return the block of people alone, from a part of the evidence too small to learn variances from.

    They are held at those of the `whole`; where that heard nothing of people, neither did its part.
    """
    if not whole.variances:
        return whole.people
    work = shares(evidence)
    staff = _staff(work)
    loose = _factors(heard, staff, len(evidence.customers))
    factors = [
        replace(factor, variance=Variance(known=known)) for factor, known in zip(loose, whole.variances, strict=True)
    ]
    fit = fit_crossed(heard.rows, factors, Variance(known=whole.residual))
    voices = distinct_voices(heard.project, heard.voice, heard.weight, staff.shape[0])
    return _people(fit, work, voices, consented(evidence, as_of)[:, ConsentSource.CUSTOMERS])


def _unheard(projects: int, customers: int, people: int) -> Trust:
    """Return everybody at the prior, where no customer has been heard."""

    def prior(subjects: int) -> Block:
        return standard_block("customer_trust", [], np.ones(subjects), np.zeros(subjects))

    return Trust(prior(projects), prior(customers), prior(people), (), 0.0)


def _factors(heard: Answers, staff: csr_array, customers: int) -> list[Factor]:
    return [
        *heard.circumstances(customers),
        Factor(heard.project, staff.shape[1], PERSON_VARIANCE, staff),
        Factor(heard.project, staff.shape[0], PROJECT_VARIANCE),
    ]


def _staff(work: csr_array) -> csr_array:
    """Give projects without members somebody unknown: (projects, people and unknown), each row sums to 1."""
    alone = np.flatnonzero(np.diff(work.indptr) == 0)
    shape = (work.shape[0], len(alone))
    unknown = csr_array((np.ones(len(alone)), (alone, np.arange(len(alone)))), shape=shape)
    return csr_array(hstack([work, unknown]))


def _wanted(evidence: Evidence, factors: list[Factor], staff: csr_array) -> tuple[csr_array, csr_array]:
    """Ask for each project's trust, then each customer's; with it, what takes the mean of a customer's projects."""
    projects, customers = staff.shape[0], len(evidence.customers)
    mean = averaging(belonging(evidence))
    pieces = [csr_array((projects, width)) for width in (len(USUAL), *(factor.size for factor in factors[:4]))]
    of_project = csr_array(hstack([*pieces, staff, eye_array(projects)]))
    start = len(USUAL) + factors[0].size
    column = start + np.arange(customers)
    own = csr_array((np.ones(customers), (np.arange(customers), column)), shape=(customers, of_project.shape[1]))
    return csr_array(vstack([of_project, own + mean @ of_project])), mean


def _projects(fit: Fit, staff: csr_array, voices: Number) -> Block:
    """Tell projects' trust: what was heard there, and what the members' other projects say of them."""
    own = fit.effects[PROJECT] * (1 + _squares(staff) * fit.variances[PERSON] / fit.variances[PROJECT])
    whole = fit.effects[PROJECT] + staff @ fit.effects[PERSON]
    unit, projects = _project_unit(fit, staff), np.arange(staff.shape[0], dtype=np.int32)
    nobody = np.full(len(projects), -1, np.int32)
    given = [
        parts(Source.CUSTOMERS, projects, projects, own / unit),
        parts(Source.CUSTOMERS, projects, nobody, (whole - own) / unit),
    ]
    return standard_block("customer_trust", given, fit.combined_sds[: len(projects)] / unit, voices)


def _customers(fit: Fit, mean: csr_array, voices: Number, staff: csr_array) -> Block:
    """Tell customers' trust: their own effect, and the mean of their projects."""
    customers = np.arange(mean.shape[0], dtype=np.int32)
    unit = float(np.hypot(np.sqrt(fit.variances[CUSTOMER]), _project_unit(fit, staff)))
    trusted = fit.effects[PROJECT] + staff @ fit.effects[PERSON]
    by_project = csr_array(mean.multiply(trusted / unit)).T
    given = [
        parts(Source.CUSTOMERS, customers, np.full(len(customers), -1, np.int32), fit.effects[CUSTOMER] / unit),
        credited(Source.CUSTOMERS, csr_array(by_project)),
    ]
    return standard_block("customer_trust", given, fit.combined_sds[staff.shape[0] :] / unit, voices)


def _people(fit: Fit, work: csr_array, voices: Number, allowed: Mask) -> Block:
    """Tell people's trust: what their projects gave them."""
    received = credit(work, fit, PERSON, PROJECT, allowed)
    sd = np.where(allowed, fit.sds[PERSON][: work.shape[1]] / np.sqrt(fit.variances[PERSON]), 1.0)
    heard = np.where(allowed, work.T @ voices, 0.0)
    return standard_block("customer_trust", [credited(Source.CUSTOMERS, received)], sd, heard)


def _project_unit(fit: Fit, staff: csr_array) -> float:
    """Sd of true trust among projects, in the fit's unit: σ²_person times the mean of Σ_j w², plus the residual."""
    typical = float(_squares(staff).mean()) if staff.shape[0] else 1.0
    return float(np.sqrt(typical * fit.variances[PERSON] + fit.variances[PROJECT]))


def _squares(staff: csr_array) -> Number:
    return np.asarray(staff.multiply(staff).sum(axis=1), np.float64)


def _customer_voices(heard: Answers, customers: int) -> Number:
    of = heard.only(heard.customer >= 0)
    return distinct_voices(of.customer, of.voice, of.weight, customers)
