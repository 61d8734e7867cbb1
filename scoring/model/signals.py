"""Customers' signals as rows of a fit: whose voice each is, and how much it weighs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.choices import About, SignalKind
from scoring.model.crossed import Variance
from scoring.model.evidence import DAY, Evidence, Index, Mask, Number, Time
from scoring.model.patterns import filled, listed, row_of
from scoring.model.select import distinct, newest, with_all
from scoring.model.sorting import numbered
from scoring.policy import Policy

# What customers usually answer, by aspect (scoring/exchange/columns.py, ASPECTS): points, mean and sd. They only put
# the aspects on one scale; the means are estimated.
USUAL = np.array([4.0, 8.0, 4.0, 4.0])
SPREAD = np.array([0.9, 2.0, 0.9, 0.9])
BURST_DAYS = 7  # what nobody known says of one project within such a week is one voice
LEAST_WEIGHT = 1e-6
MOST_OF_VOICE = 12  # words of one voice on one aspect of one project, and of one kind: older ones say nothing more

# Variances in squared standardised points: what is usual, as if that many levels had been seen. The floor of a voice
# bounds what one contact can move, however often it speaks.
KIND = Variance(guess=0.05, weight=10)
CUSTOMER = Variance(guess=0.15, weight=10)
VOICE = Variance(guess=0.15, weight=10, floor=0.05)
RESPONSE = Variance(guess=0.15, weight=10, floor=0.02)
RESIDUAL = Variance(guess=0.35, weight=10, floor=0.05)
MEANS_VARIANCE = 1.0  # of an aspect's mean around USUAL


@dataclass(frozen=True, slots=True)
class Answers:
    """Signals with a number, (rows,) each; what a burst says of one aspect is one row.

    y : standardised, (value - USUAL) / SPREAD of its aspect.
    voice : 0..voices-1: a known contact; one of our own who saw it; or all that nobody knew at one customer, whenever
        and of whatever project they speak.
    response : 0..responses-1, answers given together; what nobody known says of a project in a week, a burst, is one.
    weight : relative precision, > 0: 2^(-age/half-life), less for what our own staff saw or reported.
    people : whether it may speak of the people rather than only of the service or the brand.
    strange : whether nobody knew who spoke. at : microseconds since 1970 UTC.
    """

    y: Number
    project: Index
    customer: Index
    aspect: Index
    kind: Index
    voice: Index
    response: Index
    weight: Number
    people: Mask
    strange: Mask
    at: Time

    def circumstances(self, *more: Number) -> csr_array:
        """Say what any answer feels, (rows, aspects, kinds, more): its aspect, its kind, and `more`, (rows,) each."""
        rows, kinds, end = len(self.y), len(USUAL), len(USUAL) + len(SignalKind)
        each = 2 + len(more)
        column = np.column_stack(
            [self.aspect, kinds + self.kind, *(np.full(rows, end + at) for at in range(len(more)))]
        )
        amount = np.column_stack([np.ones((rows, 2)), *more])
        start = np.arange(0, each * rows + 1, each)
        return csr_array((amount.ravel(), column.ravel(), start), shape=(rows, end + len(more)))

    def only(self, kept: Mask | NDArray[np.intp]) -> "Answers":
        """Keep some rows; groups keep their numbers."""
        return Answers(*(getattr(self, name)[kept] for name in Answers.__slots__))


def answers(evidence: Evidence, policy: Policy, as_of: int) -> Answers:
    """Return the signals that carry a number and weigh anything; `as_of` in microseconds."""
    signals = evidence.signals
    weight = np.exp2(-(as_of - signals.at) / (policy.customer_half_life_days * DAY))
    ours = (signals.kind == SignalKind.OBSERVATION) | (signals.recorded_by >= 0)  # our own staff's word for it
    weight = np.where(ours, policy.observation_weight * weight, weight)
    rows = np.flatnonzero((signals.aspect >= 0) & np.isfinite(signals.value) & (weight > 0))
    aspect, project = signals.aspect[rows].astype(np.int32), signals.project[rows]
    voice, unknown = _voices(evidence, rows)
    # A burst is one response, and each row of a known contact keeps its own.
    week = signals.at[rows] // (BURST_DAYS * DAY)
    burst = distinct(project, week)[2]
    response = np.where(unknown, burst, len(rows) + signals.response[rows])
    about = signals.about[rows]
    every = _together(
        Answers(
            y=(signals.value[rows] - USUAL[aspect]) / SPREAD[aspect],
            project=project,
            customer=evidence.projects.customer[project],
            aspect=aspect,
            kind=signals.kind[rows].astype(np.int32),
            voice=voice,
            response=_renumbered(response),
            weight=np.maximum(weight[rows], LEAST_WEIGHT),
            people=(about != About.SERVICE) & (about != About.BRAND),
            strange=unknown,
            at=signals.at[rows],
        )
    )
    return _newest(every)


def _newest(heard: Answers) -> Answers:
    """Keep the newest words of each voice, lest one contact who answers a thousand times be what all differ by."""
    if np.bincount(heard.voice).max(initial=0) <= MOST_OF_VOICE:
        return heard
    kinds = len(SignalKind)
    said = ((heard.voice.astype(np.int64) * len(USUAL) + heard.aspect) * kinds + heard.kind) * 2 + heard.people
    cell = numbered(said * (int(heard.project.max(initial=0)) + 1) + heard.project)[1]
    kept = newest(cell, heard.at, heard.y, MOST_OF_VOICE, with_all(heard.response, heard.y))
    if kept.all():
        return heard
    fewer = heard.only(kept)
    return replace(fewer, response=_renumbered(fewer.response))


def _together(heard: Answers) -> Answers:
    """Make one row of what a burst says of one aspect, apart for people and the rest: its mean, its largest weight.

    It stands for its newest row, of rows at one moment that of the first kind: never for whose id comes first.
    """
    if not heard.strange.any():
        return heard
    cell = (heard.response.astype(np.int64) * len(USUAL) + heard.aspect) * 2 + heard.people
    key = np.where(heard.strange, cell, int(cell.max(initial=0)) + 1 + np.arange(len(cell)))
    order = np.lexsort((heard.kind, -heard.at, key))
    new = np.append(True, np.diff(key[order]) > 0)
    newest = order[new]
    place = np.empty_like(order)
    place[order] = np.cumsum(new) - 1
    strongest = np.maximum.reduceat(heard.weight[order], np.flatnonzero(new))
    total = np.bincount(place, heard.weight, len(newest))
    mean = np.bincount(place, heard.weight * heard.y, len(newest)) / total
    return replace(heard.only(newest), y=mean.astype(np.float64), weight=strongest)


def distinct_voices(subject: Index, voice: Index, weight: Number, subjects: int) -> Number:
    """Count independent voices: (subjects,), each voice once with its strongest row's weight (at most 1)."""
    key, place = numbered(subject.astype(np.int64) * (int(voice.max(initial=0)) + 1) + voice)
    strongest = np.zeros(len(key))
    np.maximum.at(strongest, place, np.minimum(weight, 1.0))
    owner = key // (int(voice.max(initial=0)) + 1)
    return np.bincount(owner, strongest, subjects).astype(np.float64)


def belonging(evidence: Evidence) -> csr_array:
    """Say whose each project is: (customers, projects), 1 where it is; a project without a customer is nobody's."""
    customer = evidence.projects.customer
    project = np.flatnonzero(customer >= 0)
    return listed(customer[project], project, (len(evidence.customers), len(customer)))


def averaging(belongs: csr_array) -> csr_array:
    """Turn what belongs together into its mean: each row of `belongs` sums to 1, or to 0 where it has nothing."""
    row = row_of(belongs)
    count = np.maximum(np.bincount(row, belongs.data, belongs.shape[0]), 1)
    return filled(belongs, belongs.data / count[row])


def _voices(evidence: Evidence, rows: NDArray[np.intp]) -> tuple[Index, Mask]:
    """Give the voices of some rows numbers, and say which are of nobody known.

    A contact of whom it is not said whether anybody knew them counts as unknown where others are said to be known, and
    as known where that is said of nobody; so does everybody where no signal names its contact, as then nothing can be
    told apart. What one of ours saw, with no contact, is that person's voice.
    """
    signals, contacts = evidence.signals, evidence.contacts
    contact, recorder, project = signals.contact[rows], signals.recorded_by[rows], signals.project[rows]
    named = contact >= 0
    ours = ~named & (recorder >= 0)
    nameless = ~named & ~ours
    known = contacts.known == 1
    strange = ~known if known.any() else contacts.known == 0
    unknown = np.append(strange, True)[contact]
    unknown &= ~ours & (~nameless | named.any())
    customer = evidence.projects.customer[project].astype(np.int64)
    # In this order: contacts, our own people, customers of whom nobody known spoke, projects of no customer.
    start = np.cumsum([0, len(contacts.known), len(evidence.people.ids), len(evidence.customers)])
    somebody = np.where(customer >= 0, start[2] + customer, start[3] + project)
    voice = np.where(ours, start[1] + recorder, np.where(unknown | nameless, somebody, contact))
    return _renumbered(voice), unknown


def _renumbered(group: NDArray[np.integer]) -> Index:
    """Close the gaps in the numbers of groups, which are not many more than rows of evidence, keeping their order."""
    number = (np.cumsum(np.bincount(group) > 0) - 1).astype(np.int32)
    return np.asarray(number[group], np.int32)
