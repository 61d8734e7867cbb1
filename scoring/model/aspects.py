"""What customers feel: satisfaction, recommendation, commitment and listening of each project and customer."""

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

from scoring.model.block import SOURCES, Block, Parts, joined, merged, sums
from scoring.model.choices import Aspect
from scoring.model.crossed import Factor, Fit, Variance, fit_crossed
from scoring.model.evidence import Evidence, Index, Number
from scoring.model.scores import Source
from scoring.model.signals import RESIDUAL, SPREAD, USUAL, Answers, averaging, belonging, distinct_voices

ASPECTS = tuple(aspect.name.lower() for aspect in Aspect)
EACH = len(ASPECTS)
CUSTOMER, PROJECT, PROJECT_ASPECT = 1, 4, 5  # places of factors in the fit

PROJECT_VARIANCE = Variance(guess=0.15, weight=10)
PROJECT_ASPECT_VARIANCE = Variance(guess=0.05, weight=10)


def aspects(evidence: Evidence, heard: Answers) -> tuple[Block, Block]:
    """Return the blocks of projects and of customers, one dimension for each aspect, in points of its own scale.

    Every signal counts, also those about the service or the brand:
    y = μ_aspect + kind + customer + voice + response + project + project,aspect + ε, standardised. Of a project:
    μ + customer + project + project,aspect, for a usual kind of signal; of a customer: μ + customer + the mean of its
    projects. Where nothing was heard, μ. Source: Bates et al. (2015), J. Stat. Softw. 67(1).
    """
    projects, customers = len(evidence.projects.ids), len(evidence.customers)
    cell = (heard.project * EACH + heard.aspect).astype(np.int32)
    factors = [
        *heard.circumstances(customers),
        Factor(heard.project, projects, PROJECT_VARIANCE),
        Factor(cell, projects * EACH, PROJECT_ASPECT_VARIANCE),
    ]
    owner = csr_array(belonging(evidence).T)
    mean = averaging(belonging(evidence))
    itself, themselves = csr_array(eye_array(projects)), csr_array(eye_array(customers))
    wanted = vstack([_wanted(factors, owner, itself), _wanted(factors, themselves, mean)])
    fit = fit_crossed(heard.rows, factors, RESIDUAL, csr_array(wanted))
    return (
        _block(fit, owner, itself, _voices(heard, heard.project, projects), 0),
        _block(fit, themselves, mean, _voices(heard, heard.customer, customers), projects * EACH),
    )


def _wanted(factors: list[Factor], customer: csr_array, project: csr_array) -> csr_array:
    """Rows (subjects · EACH) that add up μ, customer and project effects; both matrices have a row for each subject."""
    subjects = customer.shape[0]
    once, every = np.ones((EACH, 1)), eye_array(EACH)
    pieces = [
        kron(np.ones((subjects, 1)), every),
        csr_array((subjects * EACH, factors[0].size)),
        kron(customer, once),
        csr_array((subjects * EACH, factors[2].size)),
        csr_array((subjects * EACH, factors[3].size)),
        kron(project, once),
        kron(project, every),
    ]
    return csr_array(hstack(pieces))


def _block(fit: Fit, customer: csr_array, project: csr_array, voices: Number, start: int) -> Block:
    """Tell the fit of subjects whose combinations begin at `start`; parts add up customer and project effects."""
    subjects = customer.shape[0]
    mean = USUAL + SPREAD * fit.fixed
    sd = fit.combined_sds[start : start + subjects * EACH].reshape(subjects, EACH) * SPREAD
    effects = fit.effects[PROJECT][:, None] + fit.effects[PROJECT_ASPECT].reshape(-1, EACH)
    of_project = project.tocoo()
    row, column = of_project.coords
    given = of_project.data[:, None] * effects[column] * SPREAD
    general = np.outer(customer @ fit.effects[CUSTOMER], SPREAD)
    nobody = np.full(subjects, -1, np.int32)
    everyone = np.arange(subjects, dtype=np.int32)
    pieces = [
        _parts(Source.PRIOR, everyone, nobody, np.tile(mean, (subjects, 1))),
        _parts(Source.CUSTOMERS, everyone, nobody, general),
        _parts(Source.CUSTOMERS, row.astype(np.int32), column.astype(np.int32), given),
    ]
    every = merged(joined(pieces), (subjects, EACH))
    spread = SPREAD * np.sqrt(sum(fit.variances[place] for place in (CUSTOMER, PROJECT, PROJECT_ASPECT)))
    return Block(ASPECTS, sums(every, (subjects, EACH)), sd, voices, mean, spread, every)


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
