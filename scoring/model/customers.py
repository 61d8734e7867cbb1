"""What customers say, shared out: to projects and customers, and to the people who did the work."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.aspects import aspects
from scoring.model.block import Block, joined, merged
from scoring.model.evidence import Evidence
from scoring.model.excess import excess, findings
from scoring.model.scores import FindingTable
from scoring.model.signals import answers
from scoring.model.trust import Trust, Words, people_trust, trust
from scoring.policy import Policy


@dataclass(frozen=True, slots=True)
class CustomerBlocks:
    """Projects, customers: the four aspects, on their scales, then `customer_trust` in sd. People: the last.

    `trust` is the fit behind the last, for those of periods; `findings` what customers were given beyond what was
    agreed, or less.
    """

    projects: Block
    customers: Block
    people: Block
    trust: Trust
    findings: FindingTable


def customer_blocks(evidence: Evidence, policy: Policy, as_of: int) -> CustomerBlocks:
    """Return what customers' signals say of projects, customers and people.

    Two fits: what customers feel (aspects.py), from every signal, and trust (trust.py), from those that may
    speak of the people. `evidence` is selected (`select`); `as_of` in microseconds.
    """
    heard = answers(evidence, policy, as_of)
    felt_projects, felt_customers = aspects(evidence, heard)
    efforts = excess(evidence)
    trusted = trust(evidence, heard.only(heard.people), as_of, efforts.over)
    return CustomerBlocks(
        _beside(felt_projects, trusted.projects),
        _beside(felt_customers, trusted.customers),
        trusted.people,
        trusted,
        findings(evidence, efforts),
    )


def customer_people(parts: Sequence[tuple[Evidence, int]], policy: Policy, whole: CustomerBlocks) -> list[Block]:
    """Return what parts of the signals, those of periods, say of people; `whole` is the fit of all of them.

    `parts`: the evidence of each, and where it ends, in microseconds.
    """
    return people_trust([_words(evidence, policy, end) for evidence, end in parts], whole.trust)


def _words(evidence: Evidence, policy: Policy, end: int) -> Words:
    heard = answers(evidence, policy, end)
    return Words(evidence, heard.only(heard.people), excess(evidence).over, end)


def _beside(first: Block, second: Block) -> Block:
    """Put the dimensions of two blocks of the same subjects side by side."""
    offset = np.int32(len(first.dimensions))
    later = second.parts
    moved = type(later)(later.subject, later.dimension + offset, later.source, later.project, later.amount)
    dimensions = (*first.dimensions, *second.dimensions)
    return Block(
        dimensions,
        np.hstack([first.estimate, second.estimate]),
        np.hstack([first.sd, second.sd]),
        np.hstack([first.voices, second.voices]),
        np.concatenate([first.centre, second.centre]),
        np.concatenate([first.spread, second.spread]),
        merged(joined([first.parts, moved]), (len(first.estimate), len(dimensions))),
    )
