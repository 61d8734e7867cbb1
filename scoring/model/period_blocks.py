"""What is learnt from open evidence: of customers and care over all time, and of each period with their variances.

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


@dataclass(frozen=True, slots=True)
class PeriodBlocks:
    """What the open evidence of one period says of people, a block of one dimension for each kind."""

    period: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """What periods that end at one moment have in common: all that was `known` by then, and who could thank whom."""

    known: Evidence
    chances: Opportunity


def open_blocks(
    evidence: Evidence, policy: Policy, as_of: int
) -> tuple[CustomerBlocks, Block, tuple[PeriodBlocks, ...]]:
    """Learn what customers say, how people care, and what each period says of both and of recognition."""
    customers, care = customer_blocks(evidence, policy, as_of), cared(evidence, policy, as_of)
    return customers, care.people, _period_blocks(evidence, (customers, care.variances), policy, as_of)


def _period_blocks(
    evidence: Evidence, whole: tuple[CustomerBlocks, tuple[float, ...]], policy: Policy, as_of: int
) -> tuple[PeriodBlocks, ...]:
    customers, variances = whole
    nothing = np.zeros(len(evidence.feedback.at), np.bool_)
    known = replace(evidence, feedback=rows(evidence.feedback, nothing))  # not to copy what is confidential anyway
    periods = recent(as_of, evidence.time_zone)
    spans = [(period.start, min(period.end, as_of)) for period in periods]
    ends = {end: _end(known, policy, end) for end in dict.fromkeys(end for _, end in spans)}
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
    return {span: recognition(told[span], policy, span[1], ends[span[1]].chances) for span in kept}


def _cares(told: dict[Span, Evidence], variances: tuple[float, ...]) -> dict[Span, Block]:
    """Learn how people cared in each period."""
    kept = [span for span, part in told.items() if len(part.care.ids) or len(part.handovers.ids)]
    return dict(zip(kept, care_inside([told[span] for span in kept], variances), strict=True))
