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


@dataclass(frozen=True, slots=True)
class PeriodBlocks:
    """What the open evidence of one period says of people, a block of one dimension for each kind."""

    period: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """What periods that end `at` one moment (microseconds) have in common: all `known` by then, who could thank."""

    at: int
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
    kept = {span: part for span, part in told.items() if len(part.care.ids) or len(part.handovers.ids)}
    cares = dict(zip(kept, care_inside(tuple(kept.values()), variances), strict=True))
    learnt = {  # the first month of a quarter is all of it so far, and learnt once
        span: (*_said(part, customers, policy, ends[span[1]]), *([cares[span]] if span in cares else []))
        for span, part in told.items()
    }
    return tuple(PeriodBlocks(period.name, learnt[span]) for span, period in zip(spans, periods, strict=True))


def _end(evidence: Evidence, policy: Policy, at: int) -> _End:
    known = until(evidence, at)
    return _End(at, known, opportunities(known, policy, at))


def _said(told: Evidence, customers: CustomerBlocks, policy: Policy, end: _End) -> list[Block]:
    """Learn what customers' words and thanks of one period, up to `end`, say."""
    blocks = []
    if len(told.signals.ids):
        blocks.append(customer_people(told, policy, end.at, customers))
    if len(told.kudos.ids) or len(told.badges.ids):
        blocks.append(recognition(told, policy, end.at, end.chances))
    return blocks
