"""The engine: evidence, policy and a moment in, scores out.

Two steps with a seam between them. `fit` learns from evidence, block by block. `assemble` composes, ranks and explains
what it is given and asks no evidence about how good anybody is: the release assembles again from the peer parts it
froze and the fresh open ones (trust.md, section 2).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scoring.model.block import Block
from scoring.model.care import care
from scoring.model.choices import ConsentSource
from scoring.model.composite import compose
from scoring.model.customers import CustomerBlocks, customer_blocks, customer_people
from scoring.model.evidence import Evidence, Mask
from scoring.model.explain import explanations
from scoring.model.figures import MEASURES, Figures, criterion_names, figures, score_table, side_by_side
from scoring.model.kudos import recognition
from scoring.model.levels import levels
from scoring.model.peers import PeerBlocks, peers
from scoring.model.periods import inside, micros, recent
from scoring.model.results import results
from scoring.model.scores import Scores, SubjectKind
from scoring.model.select import consented, present, select
from scoring.model.stages import cleared, stages
from scoring.model.standings import ALL, ORGANIZATION, Contest, places_of, scopes, standings
from scoring.model.teams import present_teams, team_block, time_shares
from scoring.policy import Policy

ENGINE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class PeriodBlocks:
    """What the open evidence of one period says of people, a block of one dimension for each kind."""

    period: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    """All that is learnt from evidence. `peers` is confidential, the others are open."""

    peers: PeerBlocks
    customers: CustomerBlocks
    recognition: Block
    care: Block
    results: Block
    periods: tuple[PeriodBlocks, ...]


def score(evidence: Evidence, policy: Policy, as_of: datetime) -> Scores:
    """Score an organization from what was known before `as_of`.

    Raises
    ------
    ValueError : `as_of` has no time zone.
    """
    moment = micros(as_of)
    known = select(evidence, moment)
    return assemble(known, fit(known, policy, moment), policy, moment)


def fit(evidence: Evidence, policy: Policy, as_of: int) -> Blocks:
    """Learn every block from `evidence`, which is what `select` left at `as_of` (microseconds since 1970 UTC).

    Boards of a period stand on open evidence only: the few answers about one person in one quarter would be weak and
    not stay confidential.
    """
    return put_together([step(evidence, policy, as_of) for step in STEPS])


def open_blocks(evidence: Evidence, policy: Policy, as_of: int) -> tuple[CustomerBlocks, tuple[PeriodBlocks, ...]]:
    """Learn what customers say, and what each period says: its blocks stand on the customers' variances."""
    customers = customer_blocks(evidence, policy, as_of)
    return customers, tuple(_period_blocks(evidence, customers, policy, as_of))


STEPS: tuple[Callable[[Evidence, Policy, int], Any], ...] = (peers, open_blocks, recognition, care, results)


def put_together(learnt: Sequence[Any]) -> Blocks:
    """Make blocks of what each of `STEPS` gave: they are independent, so each may be computed anywhere."""
    rated, (customers, periods), thanked, cared, earned = learnt
    return Blocks(rated, customers, thanked, cared, earned, periods)


def assemble(evidence: Evidence, blocks: Blocks, policy: Policy, as_of: int) -> Scores:
    """Compose, rank and explain blocks. Of `evidence` it uses who is who, finished projects and level steps."""
    rated = replace(blocks.peers.people, dimensions=criterion_names(evidence.criteria))
    composed = compose([rated, blocks.customers.people, blocks.care], blocks.results, evidence.people.role, policy)
    parts = [rated, blocks.customers.people, blocks.recognition, blocks.care, blocks.results]
    dimensions = (*rated.dimensions, *MEASURES)
    people = side_by_side([*parts, composed])
    by_kind = {
        SubjectKind.PERSON: people,
        SubjectKind.TEAM: team_block(people, time_shares(evidence, policy, as_of)),
        SubjectKind.PROJECT: blocks.customers.projects,
        SubjectKind.CUSTOMER: blocks.customers.customers,
    }
    found = {kind: figures(kind, block, dimensions, policy) for kind, block in by_kind.items()}
    allowed = consented(evidence, as_of)
    journey = stages(evidence, blocks.peers.projects, blocks.customers.projects, allowed, policy)
    contests = [*_contests(evidence, found, as_of), *_period_contests(evidence, blocks, policy, as_of)]
    return Scores(
        scores=score_table(list(found.values()), dimensions),
        standings=standings(contests, policy),
        levels=levels(evidence, people, composed, journey, policy),
        raters=blocks.peers.raters,
        stages=journey,
        explanations=explanations(list(found.values()), dimensions),
        counts=_counts(evidence, allowed, int(cleared(journey).sum())),
    )


def _period_blocks(evidence: Evidence, customers: CustomerBlocks, policy: Policy, as_of: int) -> Iterator[PeriodBlocks]:
    for period in recent(as_of, evidence.time_zone):
        told = inside(evidence, period, as_of)
        end = min(period.end, as_of)
        blocks = []
        if len(told.signals.ids):
            blocks.append(customer_people(told, policy, end, customers))
        if len(told.kudos.ids) or len(told.badges.ids):
            blocks.append(recognition(told, policy, end))
        if len(told.care.ids) or len(told.handovers.ids):
            blocks.append(care(told, policy, end))
        yield PeriodBlocks(period.name, tuple(blocks))


def _contests(evidence: Evidence, found: dict[SubjectKind, Figures], as_of: int) -> Iterator[Contest]:
    """Compare people and teams over all time."""
    yield from scopes(evidence, found[SubjectKind.PERSON], present(evidence, as_of))
    if len(evidence.teams.ids):
        yield Contest(ORGANIZATION, ALL, found[SubjectKind.TEAM], places_of(present_teams(evidence)))


def _period_contests(evidence: Evidence, blocks: Blocks, policy: Policy, as_of: int) -> Iterator[Contest]:
    """Compare in each period those of whom there was a word in it."""
    there = present(evidence, as_of)
    for period in blocks.periods:
        for block in period.blocks:
            members = places_of(there & (block.voices[:, 0] > 0))
            if len(members):
                people = figures(SubjectKind.PERSON, block, block.dimensions, policy)
                yield Contest(ORGANIZATION, period.period, people, members)


def _counts(evidence: Evidence, allowed: Mask, stages_cleared: int) -> dict[str, int]:
    """Count what the scores were made of."""
    opened = {f"consents_{source.name.lower()}": int(allowed[:, source].sum()) for source in ConsentSource}
    return {
        "people": len(evidence.people.ids),
        "teams": len(evidence.teams.ids),
        "projects": len(evidence.projects.ids),
        "customers": len(evidence.customers),
        "feedback": len(evidence.feedback.ids),
        "kudos": len(evidence.kudos.ids),
        "badges": len(evidence.badges.ids),
        "signals": len(evidence.signals.ids),
        "care": len(evidence.care.ids),
        "handovers": len(evidence.handovers.ids),
        "money": len(evidence.money.project),
        "documents": len(evidence.documents.ids),
        **opened,
        "stages_cleared": stages_cleared,
    }
