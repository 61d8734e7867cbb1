"""Care: calls done by their date, faults put right, and accounts handed over well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.block import Block, Parts
from scoring.model.choices import CareOutcome
from scoring.model.credit import parts, standard_block
from scoring.model.crossed import Factor, Fit, Rows, Variance, contributions, fit_crossed
from scoring.model.evidence import MISSING_TIME, Evidence, Index, Mask, Number
from scoring.model.scores import Source
from scoring.policy import Policy

ON_TIME, LATE, UNDONE = 1.0, 0.5, 0.0  # late is better than never, so that an overdue call is worth doing
USUAL_CALL, SPREAD_CALL = 0.8, 0.4  # mean and sd of calls so told
USUAL_RATING, SPREAD_RATING = 4.0, 0.8  # points, of hand-overs
CALL, HANDOVER, GROUPS = 0, 1, 2  # groups of rows, and how many there are

# Squared standardised units: what is usual, as if that many levels (or rows) had been seen. The floor of an account
# bounds what one project can move.
PERSON = Variance(guess=0.15, weight=20, floor=0.02)
ACCOUNT = Variance(guess=0.15, weight=20, floor=0.05)
TAKER = Variance(guess=0.15, weight=20)
RESIDUAL = Variance(guess=0.6, weight=40, floor=0.1)
MEANS_VARIANCE = 0.25
TOGETHER = 1_500  # rows: of so many every figure is exact (crossed_system.py)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What speaks of somebody's care, (rows,): standardised `y`, whether `extra` (a fault put right) besides a call."""

    y: Number
    person: Index
    project: Index
    taker: Index
    group: Index
    extra: Mask


@dataclass(frozen=True, slots=True)
class Cared:
    """The block of people, and the `variances` it was made with: residual, person, account, taker."""

    people: Block
    variances: tuple[float, ...]


def care(evidence: Evidence, policy: Policy, as_of: int) -> Block:
    """Return what `cared` says of people."""
    return cared(evidence, policy, as_of).people


def cared(evidence: Evidence, policy: Policy, as_of: int) -> Cared:  # noqa: ARG001
    """Return the block of dimension `care` over all people, in sd of true care.

    y = μ_group + person + account (person and project) + taker + ε, standardised. A call on time is 1, late 1/2,
    overdue and undone 0; a date moved at the customer's wish is on time, and undone it says nothing yet. A fault found
    and put right is one more success; found and still open it is a call like any other. A hand-over is rated by who
    took over, whose leniency is an effect. Calls are compared by their rate, not their number: more of them only tell
    more surely. Nobody's evidence ages here.

    `evidence` is selected (`select`), so that every undone call in it is overdue at `as_of`; the policy has no
    weights for care yet. Source: best linear prediction, Robinson (1991), Statistical Science 6(1); Bühlmann & Straub
    (1970), credibility, for rates told as means.
    """
    blocks, variances = _fitted([evidence], (RESIDUAL, PERSON, ACCOUNT, TAKER))
    return Cared(blocks[0], variances)


def care_inside(parts: Sequence[Evidence], variances: tuple[float, ...]) -> list[Block]:
    """Return the block of each of some parts of the same evidence, too small to learn variances from.

    They have nothing in common, so that one fit of many gives what a fit of each would.
    """
    held = tuple(Variance(known=variance) for variance in variances)
    found: list[Block] = []
    for batch in _batches(parts):
        found += _fitted(batch, held)[0]
    return found


def _batches(parts: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    """Put parts together as long as they are few rows: what is exact alone stays so."""
    batch: list[Evidence] = []
    rows = 0
    for part in parts:
        more = 2 * len(part.care.ids) + len(part.handovers.ids)
        if batch and rows + more > TOGETHER:
            yield batch
            batch, rows = [], 0
        batch.append(part)
        rows += more
    if batch:
        yield batch


def _fitted(parts: Sequence[Evidence], variances: tuple[Variance, ...]) -> tuple[list[Block], tuple[float, ...]]:
    """Fit parts side by side: whoever and whatever is heard in one of them is another in the next."""
    deeds = [_deeds(part) for part in parts]
    every = Deeds(*(np.concatenate([getattr(each, name) for each in deeds]) for name in Deeds.__slots__))
    part = np.repeat(np.arange(len(parts)), [len(each.y) for each in deeds])
    people, projects = len(parts[0].people.ids), max(len(parts[0].projects.ids), 1)
    who, person = np.unique(part * people + every.person, return_inverse=True)
    _, account = np.unique((part * people + every.person) * projects + every.project, return_inverse=True)
    rated = every.taker >= 0
    taker = np.full(len(every.y), -1, np.int64)
    taker[rated] = np.unique((part * people + every.taker)[rated], return_inverse=True)[1]
    residual, *effects = variances
    factors = [
        Factor(level.astype(np.int32), int(level.max(initial=-1)) + 1, variance)
        for level, variance in zip((person, account, taker), effects, strict=True)
    ]
    group = (part * GROUPS + every.group).astype(np.int32)
    rows = Rows(every.y, group, GROUPS * len(parts), center_variance=MEANS_VARIANCE)
    fit = fit_crossed(rows, factors, residual)
    unit = float(np.sqrt(fit.variances[0]))
    amount, ends = contributed(rows, factors, fit) / unit, np.cumsum([0, *(len(each.y) for each in deeds)])
    sd = np.ones((len(parts), people))
    sd.flat[who] = fit.sds[0] / unit
    return [
        _block(own, amount[ends[at] : ends[at + 1]], sd[at], (float(fit.fixed[GROUPS * at + CALL]), unit))
        for at, own in enumerate(deeds)
    ], (fit.residual, *fit.variances)


def _block(deeds: Deeds, amount: Number, sd: Number, raw: tuple[float, float]) -> Block:
    voices = np.bincount(deeds.person[~deeds.extra], minlength=len(sd)).astype(np.float64)
    return standard_block("care", _given(deeds, amount), sd, voices, raw=raw)


def contributed(rows: Rows, factors: list[Factor], fit: Fit) -> Number:
    """Say what each row gives to the one effect of the first factor that it touches: (rows,)."""
    return np.asarray(contributions(rows, factors, fit, 0).sum(axis=1), np.float64)


def _given(deeds: Deeds, amount: Number) -> list[Parts]:
    sources = ((Source.CARE, deeds.group == CALL), (Source.HANDOVER, deeds.group == HANDOVER))
    return [parts(source, deeds.person[of], deeds.project[of], amount[of]) for source, of in sources]


def _deeds(evidence: Evidence) -> Deeds:
    """List calls that are due or done, each fault put right as one more row, and rated hand-overs."""
    care, handovers = evidence.care, evidence.handovers
    done = care.done != MISSING_TIME
    said = done | (care.moved != 1)
    in_time = done & ((care.done <= care.due) | (care.moved == 1))
    call = np.where(in_time, ON_TIME, np.where(done, LATE, UNDONE))
    repaired = done & (care.outcome == CareOutcome.REPAIRED)
    rated = np.isfinite(handovers.rating)
    value = np.concatenate([call[said], np.full(int(repaired.sum()), ON_TIME)])
    calls, rest = len(value), int(rated.sum())
    nobody = np.full(calls, -1, np.int32)
    return Deeds(
        np.concatenate([(value - USUAL_CALL) / SPREAD_CALL, (handovers.rating[rated] - USUAL_RATING) / SPREAD_RATING]),
        np.concatenate([care.owner[said], care.owner[repaired], handovers.from_person[rated]]),
        np.concatenate([care.project[said], care.project[repaired], handovers.project[rated]]),
        np.concatenate([nobody, handovers.to_person[rated]]),
        np.repeat(np.array([CALL, HANDOVER], np.int32), (calls, rest)),
        np.repeat([False, True, False], (int(said.sum()), int(repaired.sum()), rest)),
    )
