"""Care: calls done by their date, faults put right, and accounts handed over well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.block import Block, Parts
from scoring.model.choices import CareOutcome
from scoring.model.credit import parts, standard_block
from scoring.model.crossed import Factor, Fit, Rows, Variance, contributions, fit_crossed
from scoring.model.evidence import MISSING_TIME, Evidence, Index, Mask, Number, Time
from scoring.model.scores import Source
from scoring.model.select import distinct, newest, with_all
from scoring.model.sorting import numbered
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
MOST_LEARNT = 12  # newest deeds of an account, and of a person, that variances are learnt from;
TIMES_USUAL = 2  # of a person so many times as many as people usually have, where that is more
TOGETHER = 1_500  # rows: of so many every figure is exact (crossed_system.py)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What speaks of somebody's care, (rows,): standardised `y`, whether `extra` (a fault put right) besides a call.

    `at`: microseconds since 1970 UTC, when it was done, or taken over, or, undone, due.
    """

    y: Number
    person: Index
    project: Index
    taker: Index
    group: Index
    extra: Mask
    at: Time

    def only(self, kept: Mask) -> "Deeds":
        """Keep some rows."""
        return Deeds(*(getattr(self, name)[kept] for name in Deeds.__slots__))


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
    deeds, people = _deeds(evidence), len(evidence.people.ids)
    kept = _learnt_from(deeds)
    variances: tuple[Variance, ...] = (RESIDUAL, PERSON, ACCOUNT, TAKER)
    if not kept.all():
        variances = _held(_fitted([deeds.only(kept)], people, variances)[1])
    blocks, found = _fitted([deeds], people, variances)
    return Cared(blocks[0], found)


def care_inside(parts: Sequence[Evidence], variances: tuple[float, ...]) -> list[Block]:
    """Return the block of each of some parts of the same evidence, too small to learn variances from.

    They have nothing in common, so that one fit of many gives what a fit of each would.
    """
    found: list[Block] = []
    for batch in _batches(parts):
        found += _fitted([_deeds(part) for part in batch], len(batch[0].people.ids), _held(variances))[0]
    return found


def _held(variances: tuple[float, ...]) -> tuple[Variance, ...]:
    return tuple(Variance(known=variance) for variance in variances)


def _learnt_from(deeds: Deeds) -> Mask:
    """Say which rows variances are learnt from, (rows,): the newest of each account, and of those of each person.

    So that nobody makes what all are held to, however much they do. Where everybody does much, much is learnt from.
    """
    account = distinct(deeds.person, deeds.project)[2]
    told = with_all(account, deeds.y)
    kept = newest(account, deeds.at, deeds.y, MOST_LEARNT, told)
    person = deeds.person[kept]
    count = np.bincount(person)
    usual = float(np.median(count[count > 0])) if len(person) else 0.0
    most = max(MOST_LEARNT, int(TIMES_USUAL * usual))
    kept[kept] = newest(person, deeds.at[kept], deeds.y[kept], most, told[kept])
    return kept


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


def _fitted(
    deeds: Sequence[Deeds], people: int, variances: tuple[Variance, ...]
) -> tuple[list[Block], tuple[float, ...]]:
    """Fit parts side by side: whoever and whatever is heard in one of them is another in the next."""
    every = Deeds(*(np.concatenate([getattr(each, name) for each in deeds]) for name in Deeds.__slots__))
    part = np.repeat(np.arange(len(deeds)), [len(each.y) for each in deeds])
    who, person = numbered(part * people + every.person)
    account = distinct(part * people + every.person, every.project)[2]
    rated = every.taker >= 0
    taker = np.full(len(every.y), -1, np.int64)
    taker[rated] = numbered((part * people + every.taker)[rated])[1]
    residual, *effects = variances
    factors = [
        Factor(level.astype(np.int32), int(level.max(initial=-1)) + 1, variance)
        for level, variance in zip((person, account, taker), effects, strict=True)
    ]
    group = (part * GROUPS + every.group).astype(np.int32)
    rows = Rows(every.y, group, GROUPS * len(deeds), center_variance=MEANS_VARIANCE)
    fit = fit_crossed(rows, factors, residual)
    unit = float(np.sqrt(fit.variances[0]))
    amount, ends = contributed(rows, factors, fit) / unit, np.cumsum([0, *(len(each.y) for each in deeds)])
    sd = np.ones((len(deeds), people))
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
    at = np.where(done, care.done, care.due)
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
        np.concatenate([at[said], at[repaired], handovers.accepted[rated]]),
    )
