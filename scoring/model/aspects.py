"""What customers feel: satisfaction, recommendation, commitment and listening of each project and customer."""

import numpy as np
from scipy.sparse import csr_array, eye_array, vstack

from scoring.model.block import SOURCES, Block, Parts, joined, merged, sums
from scoring.model.choices import Aspect, SignalKind
from scoring.model.crossed import Variance
from scoring.model.evidence import Evidence, Index, Number
from scoring.model.lean import Lean, fit_lean
from scoring.model.lean_design import Design
from scoring.model.lean_priors import Priors
from scoring.model.patterns import for_each, squares
from scoring.model.scores import Source
from scoring.model.signals import (
    CUSTOMER,
    KIND,
    MEANS_VARIANCE,
    RESIDUAL,
    RESPONSE,
    SPREAD,
    USUAL,
    VOICE,
    Answers,
    averaging,
    belonging,
    distinct_voices,
)

ASPECTS = tuple(aspect.name.lower() for aspect in Aspect)
EACH = len(ASPECTS)

# Of a project's four aspects: their sum over √4, of variance 4 · σ²_project + σ²_aspect, and what they differ by.
PROJECT_VARIANCE = Variance(guess=0.65, weight=10)
PROJECT_ASPECT_VARIANCE = Variance(guess=0.05, weight=10)
WHOLE, ASPECT, CUSTOMERS = 2, 3, 4  # places in the fit's variances


def aspects(evidence: Evidence, heard: Answers) -> tuple[Block, Block]:
    """Return the blocks of projects and of customers, one dimension for each aspect, in points of its own scale.

    Every signal counts, also those about the service or the brand:
    y = μ_aspect + kind + customer + voice + response + project,aspect + ε, standardised; the aspects of a project have
    in common σ²_project and each σ²_aspect of its own. Of a project: μ + customer + project,aspect, for a usual kind of
    signal; of a customer: μ + customer + the mean of its projects. Where nothing was heard, μ.
    Source: Bates et al. (2015), J. Stat. Softw. 67(1).
    """
    projects, customers = len(evidence.projects.ids), len(evidence.customers)
    owner = csr_array(belonging(evidence).T)
    mean = averaging(belonging(evidence))
    itself, themselves = csr_array(eye_array(projects)), csr_array(eye_array(customers))
    voices = (_voices(heard, heard.project, projects), _voices(heard, heard.customer, customers))
    if not len(heard.y):
        return _silent(projects, voices[0]), _silent(customers, voices[1])
    fit = fit_lean(_design(heard, projects), _priors())
    felt = np.zeros((projects, EACH))
    felt[fit.layout.locals_] = fit.effects.local
    pleased = np.zeros(customers)
    pleased[fit.layout.levels[0]] = fit.effects.middle[: len(fit.layout.levels[0])]
    whole = csr_array(vstack([owner, themselves])), csr_array(vstack([itself, mean]))
    sd = np.sqrt(_variances(fit, *whole)).reshape(-1, EACH) * SPREAD
    return (
        _block(fit, (np.asarray(owner @ pleased), itself, felt), sd[:projects], voices[0]),
        _block(fit, (pleased, mean, felt), sd[projects:], voices[1]),
    )


def _design(heard: Answers, projects: int) -> Design:
    project = heard.project.astype(np.int64)
    return Design(
        y=heard.y, weight=heard.weight, nest=heard.response.astype(np.int64), local=project,
        column=heard.aspect.astype(np.int64), width=EACH,
        middles=(heard.customer.astype(np.int64), heard.voice.astype(np.int64)),
        unit=project, shares=csr_array((projects, 0)), fixed=heard.circumstances(),
    )  # fmt: skip


def _priors() -> Priors:
    kinds = np.repeat(np.arange(2, dtype=np.intp), (len(USUAL), len(SignalKind)))
    fixed = (Variance(known=MEANS_VARIANCE), KIND)
    local = (PROJECT_VARIANCE, PROJECT_ASPECT_VARIANCE)
    return Priors(RESIDUAL, RESPONSE, local, (CUSTOMER, VOICE), (), fixed, np.empty(0, np.intp), kinds)


def _variances(fit: Lean, customer: csr_array, project: csr_array) -> Number:
    """Posterior variances, (subjects · EACH,), of μ, customers and projects; both matrices have a row a subject."""
    lay, theta = fit.layout, fit.variances
    subjects = customer.shape[0]
    here, there = csr_array(project[:, lay.locals_]), csr_array(customer[:, lay.levels[0]])
    wide = csr_array((there.data, there.indices, there.indptr), shape=(subjects, len(lay.kind)))
    roaming, cells = lay.shares.shape[1], subjects * EACH
    aspect = np.tile(np.arange(EACH, dtype=np.int32), subjects) + roaming
    shape = (cells, roaming + EACH + len(SignalKind))
    means = csr_array((np.ones(cells), aspect, np.arange(cells + 1, dtype=np.int32)), shape=shape)
    found = fit.variances_of(for_each(here, EACH), wide[np.repeat(np.arange(subjects), EACH)], means)
    alone = theta[WHOLE] / EACH + theta[ASPECT] * (1 - 1 / EACH)
    unheard = alone * (squares(project) - squares(here)) + theta[CUSTOMERS] * (squares(customer) - squares(there))
    return np.asarray(found + np.repeat(unheard, EACH))


def _block(fit: Lean, of: tuple[Number, csr_array, Number], sd: Number, voices: Number) -> Block:
    """Tell of subjects: their customer's effect (subjects,), parts of projects, and all projects' effects."""
    pleased, project, effects = of
    subjects = len(pleased)
    mean = USUAL + SPREAD * fit.fixed[:EACH]
    of_project = project.tocoo()
    row, column = of_project.coords
    given = of_project.data[:, None] * effects[column] * SPREAD
    nobody, everyone = np.full(subjects, -1, np.int32), np.arange(subjects, dtype=np.int32)
    pieces = [
        _parts(Source.PRIOR, everyone, nobody, np.tile(mean, (subjects, 1))),
        _parts(Source.CUSTOMERS, everyone, nobody, np.outer(pleased, SPREAD)),
        _parts(Source.CUSTOMERS, row.astype(np.int32), column.astype(np.int32), given),
    ]
    every = merged(joined(pieces), (subjects, EACH))
    return Block(ASPECTS, sums(every, (subjects, EACH)), sd, voices, mean, _spread(fit.variances), every)


def _spread(theta: Number) -> Number:
    """Sd of what projects truly are: (EACH,), points."""
    return np.asarray(SPREAD * np.sqrt(theta[CUSTOMERS] + theta[WHOLE] / EACH + theta[ASPECT] * (1 - 1 / EACH)))


def _silent(subjects: int, voices: Number) -> Block:
    """Return subjects of whom nothing was heard, in an organization that heard nothing."""
    theta = np.array([variance.guess or 0.0 for variance in _priors().every])
    spread = _spread(theta)
    nobody, everyone = np.full(subjects, -1, np.int32), np.arange(subjects, dtype=np.int32)
    prior = _parts(Source.PRIOR, everyone, nobody, np.tile(USUAL, (subjects, 1)))
    sd = np.tile(np.sqrt(spread**2 + SPREAD**2 * MEANS_VARIANCE), (subjects, 1))
    return Block(ASPECTS, np.tile(USUAL, (subjects, 1)), sd, voices, USUAL.copy(), spread, prior)


def _parts(source: Source, subject: Index, project: Index, amount: Number) -> Parts:
    """Parts of all aspects; `amount` is (rows, EACH)."""
    rows = len(subject)
    return Parts(
        np.repeat(subject, EACH),
        np.tile(np.arange(EACH, dtype=np.int32), rows),
        np.full(rows * EACH, SOURCES.index(source), np.int32),
        np.repeat(project, EACH),
        amount.ravel(),
    )


def _voices(heard: Answers, subject: Index, subjects: int) -> Number:
    """Count independent voices by aspect: (subjects, EACH)."""
    of = heard.only(subject >= 0)
    cell = (subject[subject >= 0] * EACH + of.aspect).astype(np.int32)
    return distinct_voices(cell, of.voice, of.weight, subjects * EACH).reshape(subjects, EACH)
