"""What is learnt from open evidence: of customers, thanks and care over all time, and of each period.

A month or a quarter is too small to learn from how much people differ: its boards stand on what is learnt from all of
the evidence.
"""

from dataclasses import dataclass, replace

import numpy as np

from scoring.model.block import Block
from scoring.model.care import care_inside, cared
from scoring.model.customers import CustomerBlocks, customer_blocks, customer_people
from scoring.model.evidence import Evidence
from scoring.model.kudos import opportunities, recognition
from scoring.model.opportunity import Opportunity
from scoring.model.periods import recent, since, until
from scoring.model.select import rows
from scoring.policy import Policy

Span = tuple[int, int]  # from, to: microseconds
# Tables that boards of periods do not stand on.
UNASKED = ("feedback", "asks", "documents", "agreements", "level_steps")


@dataclass(frozen=True, slots=True)
class PeriodBlocks:
    """What the open evidence of one period says of people, a block of one dimension for each kind.

    Without parts, for nobody asks these boards why; only those of care have them.
    """

    period: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class OpenBlocks:
    """What open evidence says of everybody over all time, and inside periods."""

    customers: CustomerBlocks
    recognition: Block
    care: Block
    periods: tuple[PeriodBlocks, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """What periods that end at one moment have in common: all that was `known` by then, and who could thank whom."""

    known: Evidence
    chances: Opportunity


def open_blocks(evidence: Evidence, policy: Policy, as_of: int) -> OpenBlocks:
    """Learn what customers say, whom colleagues thank, how people care, and what each period says of all three."""
    customers, care = customer_blocks(evidence, policy, as_of), cared(evidence, policy, as_of)
    now = _End(_asked(evidence), opportunities(evidence, policy, as_of))
    thanked = recognition(evidence, policy, as_of, now.chances)
    return OpenBlocks(customers, thanked, care.people, _period_blocks(now, (customers, care.variances), policy, as_of))


def _asked(evidence: Evidence) -> Evidence:
    """Empty what no board of a period stands on, so that it is not cut at every end."""
    tables = {name: getattr(evidence, name) for name in UNASKED}
    return replace(evidence, **{name: rows(of, np.zeros(len(of.at), np.bool_)) for name, of in tables.items()})


def _period_blocks(
    now: _End, whole: tuple[CustomerBlocks, tuple[float, ...]], policy: Policy, as_of: int
) -> tuple[PeriodBlocks, ...]:
    customers, variances = whole
    periods = recent(as_of, now.known.time_zone)
    spans = [(period.start, min(period.end, as_of)) for period in periods]
    ends = {as_of: now} | {end: _end(now.known, policy, end) for _, end in spans if end < as_of}
    told = {(start, end): since(ends[end].known, start) for start, end in dict.fromkeys(spans)}
    learnt = _trusts(told, customers, policy), _thanks(told, ends, policy), _cares(told, variances)
    found = {  # the first month of a quarter is all of it so far, and learnt once
        span: tuple(kind[span] for kind in learnt if span in kind) for span in told
    }
    return tuple(PeriodBlocks(period.name, found[span]) for span, period in zip(spans, periods, strict=True))


def _end(evidence: Evidence, policy: Policy, at: int) -> _End:
    known = until(evidence, at)
    return _End(known, opportunities(known, policy, at))


def _trusts(told: dict[Span, Evidence], customers: CustomerBlocks, policy: Policy) -> dict[Span, Block]:
    """Learn what customers' words of each period say."""
    kept = [span for span, part in told.items() if len(part.signals.ids)]
    return dict(zip(kept, customer_people([(told[span], span[1]) for span in kept], policy, customers), strict=True))


def _thanks(told: dict[Span, Evidence], ends: dict[int, _End], policy: Policy) -> dict[Span, Block]:
    """Learn what thanks of each period say."""
    kept = [span for span, part in told.items() if len(part.kudos.ids) or len(part.badges.ids)]
    return {span: recognition(told[span], policy, span[1], ends[span[1]].chances, why=False) for span in kept}


def _cares(told: dict[Span, Evidence], variances: tuple[float, ...]) -> dict[Span, Block]:
    """Learn how people cared in each period."""
    kept = [span for span, part in told.items() if len(part.care.ids) or len(part.handovers.ids)]
    return dict(zip(kept, care_inside([told[span] for span in kept], variances), strict=True))
