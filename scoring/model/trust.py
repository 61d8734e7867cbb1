"""Customer trust: the part of what customers say that belongs to the people of a project, shared out to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from scoring.model.block import Block, Parts
from scoring.model.choices import ConsentSource, SignalKind
from scoring.model.companies import CUSTOMER as COMPANY
from scoring.model.companies import PERSON, PROJECT, companies, predicted
from scoring.model.credit import credit, standard_block, unasked_block
from scoring.model.crossed import Variance
from scoring.model.crossed_equations import one_hot
from scoring.model.evidence import Evidence, Number
from scoring.model.excess import SLOPE_SD, USUAL_SLOPE
from scoring.model.lean import Lean, Shared, fit_lean
from scoring.model.lean_design import Design
from scoring.model.lean_many import fit_many
from scoring.model.lean_priors import Priors
from scoring.model.select import consented
from scoring.model.signals import (
    CUSTOMER,
    KIND,
    MEANS_VARIANCE,
    RESIDUAL,
    RESPONSE,
    USUAL,
    VOICE,
    Answers,
    distinct_voices,
)
from scoring.model.staffing import Work, person_voices, staffing
from scoring.model.strangers import faith

PERSON_VARIANCE = Variance(guess=0.3, weight=10, floor=0.03)
PROJECT_VARIANCE = Variance(guess=0.1, weight=10, floor=0.02)


@dataclass(frozen=True, slots=True)
class Trust:
    """Blocks of projects, customers and people: `customer_trust`, each in sd of its own kind's true trust.

    `variances`: as estimated, for fits of parts of the same evidence. `faith` (projects,): how much weight was left to
    what nobody known says there, 0-1. `slope`, `slope_sd`: what a log of over-service buys, standardised points.
    """

    projects: Block
    customers: Block
    people: Block
    variances: Number
    faith: Number
    slope: float
    slope_sd: float


Made = tuple[str, list[Parts], Number, Number, tuple[float, float]]  # arguments of `standard_block`


@dataclass(frozen=True, slots=True)
class Words:
    """What customers said in some evidence, `heard`, and `over` (projects,), over-service, before `as_of`."""

    evidence: Evidence
    heard: Answers
    over: Number
    as_of: int


def trust(evidence: Evidence, heard: Answers, as_of: int, over: Number) -> Trust:
    """Return what customers' words say of projects, customers and people.

    `heard` holds only what may speak of people. y = μ_aspect + kind + customer + voice + response + project + ε with
    project_p = Σ_j w_pj · person_j + β · over_p + residual_p, all solved jointly: an easily pleased customer is no
    merit, who does well in many good company's projects is told from the company, and what over-service (excess.py)
    bought is in nobody's trust, not even the project's. w are the parts as they were that day (tenure.py). Variances
    are learnt from what known voices say; those nobody knew count as far as it bears them out (strangers.py).

    Of a project: what its rows speak of, Σ_j w_pj · person_j + residual_p; of a customer: its own effect and the mean
    of its projects. Only people who consented to customers' words are credited, others stay at the prior, and their
    share goes to nobody; the projects keep theirs. The evidence of a person is Σ_p w_pj · voices_p.
    Source: Browne, Goldstein & Rasbash (2001), Statistical Modelling 1(2) (multiple membership).
    """
    projects, customers = len(evidence.projects.ids), len(evidence.customers)
    if not len(heard.y):
        return _unheard(projects, customers, len(evidence.people.ids))
    work = staffing(evidence, heard, over)
    fit, heard, believed = _fitted(heard, work)
    of = heard.only(heard.customer >= 0)
    voices = (
        distinct_voices(heard.project, heard.voice, heard.weight, projects),
        distinct_voices(of.customer, of.voice, of.weight, customers),
    )
    return Trust(
        *companies(evidence, fit, work, voices),
        standard_block(*_people(Words(evidence, heard, over, as_of), work, fit.shared, fit.variances)),
        fit.variances,
        believed,
        USUAL_SLOPE + float(fit.fixed[-1]),
        float(fit.fixed_sds[-1]),
    )


def people_trust(parts: Sequence[Words], whole: Trust) -> list[Block]:
    """Return the block of people alone of each of some parts of the evidence, too small to learn variances from."""
    blocks: dict[int, Block] = {}
    said = [at for at, part in enumerate(parts) if len(part.heard.y) and len(whole.variances)]
    told = [replace(parts[at], heard=_believing(parts[at].heard, whole.faith)) for at in said]
    works = [staffing(part.evidence, part.heard, part.over) for part in told]
    fits = fit_many([
        (_design(part.heard, work), _priors(work.shares.shape[1]).holding(whole.variances))
        for part, work in zip(told, works, strict=True)
    ])  # fmt: skip
    for at, part, work, fit in zip(said, told, works, fits, strict=True):
        blocks[at] = unasked_block(*_people(part, work, fit, whole.variances))
    return [blocks[at] if at in blocks else _prior(len(part.evidence.people.ids)) for at, part in enumerate(parts)]


def _fitted(heard: Answers, work: Work) -> tuple[Lean, Answers, Number]:
    """Fit what known voices say; where there are strangers, once more with what is to be believed of them."""
    priors, projects, known = _priors(work.shares.shape[1]), len(work.over), ~heard.strange
    if known.all():
        return fit_lean(_design(heard, work), priors), heard, np.ones(projects)
    level, doubt, alone = np.zeros(len(heard.y)), np.ones(len(heard.y)), 0.0
    if known.any():
        learnt = fit_lean(_design(heard.only(known), work.only(known)), priors)
        priors = priors.holding(learnt.variances)
        level, doubt = _expected(learnt, heard, work)
        alone = float(learnt.variances[PROJECT] + learnt.variances[COMPANY])
    believed = faith(heard, (work.unit, work.shares), (level, doubt, alone))
    believed = np.append(believed, np.ones(projects - len(believed)))
    told = _believing(heard, believed)
    return fit_lean(_design(told, work), priors), told, believed


def _believing(heard: Answers, believed: Number) -> Answers:
    """Weigh what strangers say by what is to be believed of them; `believed` (projects,)."""
    return replace(heard, weight=np.where(heard.strange, believed[heard.project], 1.0) * heard.weight)


def _expected(learnt: Lean, heard: Answers, work: Work) -> tuple[Number, Number]:
    """Say what known voices let expect of strangers' rows, (rows,), and the variance of that; 0 and 0 elsewhere."""
    rows = np.flatnonzero(heard.strange)
    told = heard.only(rows)
    design = _design(told, work.only(heard.strange))
    once = [
        csr_array(work.shares[design.unit]),
        one_hot(told.project, len(work.over)),
        one_hot(told.customer, int(heard.customer.max(initial=-1)) + 1),
    ]
    level, doubt = np.zeros(len(heard.y)), np.zeros(len(heard.y))
    mean, variance = predicted(learnt, once, design.fixed)
    level[rows] = mean + USUAL_SLOPE * work.over[told.project]
    doubt[rows] = variance
    return level, doubt


def _priors(people: int) -> Priors:
    kinds = np.concatenate([np.zeros(len(USUAL), np.intp), np.ones(len(SignalKind), np.intp), [2]])
    fixed = (Variance(known=MEANS_VARIANCE), KIND, Variance(known=SLOPE_SD**2))
    return Priors(
        RESIDUAL, RESPONSE, (PROJECT_VARIANCE,), (CUSTOMER, VOICE), (PERSON_VARIANCE,), fixed,
        np.zeros(people, np.intp), kinds,
    )  # fmt: skip


def _design(heard: Answers, work: Work) -> Design:
    """Tell what the fit observes: y less what over-service usually buys, whose slope may differ."""
    over = work.over[heard.project]
    rows = len(heard.y)
    return Design(
        y=heard.y - USUAL_SLOPE * over,
        weight=heard.weight,
        nest=heard.response.astype(np.int64),
        local=heard.project.astype(np.int64),
        column=np.zeros(rows, np.int64),
        width=1,
        middles=(heard.customer.astype(np.int64), heard.voice.astype(np.int64)),
        unit=work.unit,
        shares=work.shares,
        fixed=heard.circumstances(over),
    )


def _unheard(projects: int, customers: int, people: int) -> Trust:
    """Return everybody at the prior, where no customer has been heard."""
    return Trust(
        _prior(projects), _prior(customers), _prior(people), np.empty(0), np.ones(projects), USUAL_SLOPE, SLOPE_SD
    )


def _prior(subjects: int) -> Block:
    return standard_block("customer_trust", [], np.ones(subjects), np.zeros(subjects))


def _people(words: Words, work: Work, fit: Shared, variances: Number) -> Made:
    """Tell people's trust, what their projects gave them: what a block of it is made of."""
    people = len(words.evidence.people.ids)
    allowed = consented(words.evidence, words.as_of)[:, ConsentSource.CUSTOMERS]
    unit = float(np.sqrt(variances[PERSON]))
    known = np.append(allowed, np.zeros(work.shares.shape[1] - people, np.bool_))
    received = credit(fit.shares, fit.forces * unit, fit.local, known)
    sd = np.ones(people)
    somebody = fit.heard < people
    sd[fit.heard[somebody]] = fit.sds[somebody] / unit
    voices = np.where(allowed, person_voices(words.heard, work)[:people], 0.0)
    return "customer_trust", [received], np.where(allowed, sd, 1.0), voices, (0.0, unit)
