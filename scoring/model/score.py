"""The engine: evidence, policy and a moment in, scores out.

Two steps with a seam between them. `fit` learns from evidence, block by block. `assemble` composes, ranks and explains
what it is given and asks no evidence about how good anybody is: the release assembles again from the peer parts it
froze and the fresh open ones (trust.md, section 2).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from scoring.model.block import Block
from scoring.model.care import care
from scoring.model.changes import Known, changes
from scoring.model.choices import ConsentSource
from scoring.model.composite import Weights, among_all, compose_by, composed_quality, weights
from scoring.model.credit import standard_block
from scoring.model.customers import CustomerBlocks, customer_blocks
from scoring.model.evidence import Evidence, Mask
from scoring.model.explain import explanations
from scoring.model.falls import Look, falls, nobody
from scoring.model.figures import MEASURES, Figures, criterion_names, figures, score_table, side_by_side
from scoring.model.help import help_across
from scoring.model.levels import Falls, Trust, levels, trust, trust_in
from scoring.model.memory import keep_freed
from scoring.model.peers import PeerBlocks, peers
from scoring.model.period_blocks import PeriodBlocks, open_blocks
from scoring.model.period_boards import period_contests
from scoring.model.periods import micros
from scoring.model.reference import on_reference, reference_of
from scoring.model.results import results
from scoring.model.scores import Scores, StandingTable, SubjectKind
from scoring.model.select import consented, present, select
from scoring.model.stages import anchored, cleared, stages
from scoring.model.standings import Contest, among, belongings, between_teams, standings, with_periods
from scoring.model.teams import present_teams, team_block, time_shares
from scoring.policy import Policy

ENGINE_VERSION = "1"
PeersAt = Callable[[Evidence, Policy, int], PeerBlocks]


@dataclass(frozen=True, slots=True)
class Blocks:
    """All that is learnt from evidence. `peers` is confidential, the others are open.

    `ranked`: standings whose boards of periods were made of these `periods`, by the same policy and at the same moment,
    and need not be made again.
    """

    peers: PeerBlocks
    customers: CustomerBlocks
    recognition: Block
    care: Block
    results: Block
    helping: Block
    periods: tuple[PeriodBlocks, ...]
    ranked: StandingTable | None = None


def score(evidence: Evidence, policy: Policy, as_of: datetime, *, look_back: bool = True) -> Scores:
    """Score an organization from what was known before `as_of`.

    Where somebody's trust lies under the threshold of a level held, `look_back` fits once more, a grace period ago, to
    tell whether it has done so since; without it nobody loses a level.

    Raises
    ------
    ValueError : `as_of` has no time zone.
    """
    moment = micros(as_of)
    known = select(evidence, moment)
    return _concluded((evidence, known), fit(known, policy, moment), policy, moment, peers if look_back else None)


def conclude(
    evidence: Evidence, blocks: Blocks, policy: Policy, as_of: datetime, peers_at: PeersAt | None = peers
) -> Scores:
    """Look back where somebody's trust has fallen, and assemble; `blocks` were fitted to what is known at `as_of`.

    `peers_at` tells what peers said at an earlier moment: the release knows what it had shown by then. None: there is
    no looking back.
    """
    moment = micros(as_of)
    return _concluded((evidence, select(evidence, moment)), blocks, policy, moment, peers_at)


def _concluded(
    of: tuple[Evidence, Evidence], blocks: Blocks, policy: Policy, moment: int, peers_at: PeersAt | None
) -> Scores:
    """Conclude from all evidence and what is known of it at a moment."""
    evidence, known = of
    fallen = nobody(known, moment)
    if peers_at is not None and len(known.level_steps.person):
        look = Look(evidence, lambda at: _trust_at(evidence, policy, at, peers_at))
        fallen = falls(_trust(known, blocks, policy), known, look, policy, moment)
    return assemble(known, blocks, policy, moment, fallen)


def fit(evidence: Evidence, policy: Policy, as_of: int) -> Blocks:
    """Learn every block from `evidence`, which is what `select` left at `as_of` (microseconds since 1970 UTC).

    Boards of a period stand on open evidence only: the few answers about one person in one quarter would be weak and
    not stay confidential.
    """
    keep_freed()
    return put_together([step(evidence, policy, as_of) for step in STEPS])


STEPS: tuple[Callable[[Evidence, Policy, int], Any], ...] = (
    peers, open_blocks, results, help_across,
)  # fmt: skip


def put_together(learnt: Sequence[Any]) -> Blocks:
    """Make blocks of what each of `STEPS` gave: they are independent, so each may be computed anywhere."""
    rated, told, earned, helping = learnt
    return Blocks(rated, told.customers, told.recognition, told.care, earned, helping, told.periods)


def assemble(evidence: Evidence, blocks: Blocks, policy: Policy, as_of: int, fallen: Falls | None = None) -> Scores:
    """Compose, rank and explain blocks. Of `evidence` it uses who is who, finished projects and level steps.

    `fallen`: who loses a level (falls.py); nobody where it is not given.
    """
    told = _told(evidence, blocks, policy)
    weighing = weights(told.composed, evidence.people.role, policy)
    composed = compose_by(weighing, told.composed, told.results, policy)
    dimensions = (*told.rated.dimensions, *MEASURES)
    parts = side_by_side(told.shown)
    people = side_by_side([parts, composed])
    by_kind = {
        SubjectKind.PERSON: people,
        SubjectKind.TEAM: team_block(side_by_side([people, told.helping]), time_shares(evidence, policy, as_of)),
        SubjectKind.PROJECT: blocks.customers.projects,
        SubjectKind.CUSTOMER: blocks.customers.customers,
    }
    found = {kind: figures(kind, block, dimensions, policy) for kind, block in by_kind.items()}
    allowed = consented(evidence, as_of)
    colleagues = anchored(blocks.peers.projects, told.rated, evidence, policy)
    journey = stages(evidence, colleagues, blocks.customers.projects, allowed, policy)
    trusted = trust(parts, composed, policy)
    return Scores(
        scores=score_table(list(found.values()), dimensions),
        standings=_standings(evidence, found, blocks, policy, as_of),
        levels=levels(evidence, trusted, journey, policy, fallen or nobody(evidence, as_of)),
        raters=blocks.peers.raters,
        stages=journey,
        explanations=explanations(list(found.values()), dimensions),
        changes=changes(evidence, told.known(blocks.customers.projects, weighing), allowed),
        reference=reference_of(told.shown, policy),
        counts=_counts(evidence, allowed, int(cleared(journey, policy).sum())) | _groups(blocks.peers),
        findings=blocks.customers.findings,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Blocks of people on the reference scale, those of peers under the names of their dimensions."""

    rated: Block
    trusted: Block
    recognition: Block
    cared: Block
    results: Block
    helping: Block

    @property
    def composed(self) -> list[Block]:
        """What quality is made of."""
        return [self.rated, self.trusted, self.cared]

    @property
    def shown(self) -> list[Block]:
        """What is shown beside it."""
        return [self.rated, self.trusted, self.recognition, self.cared, self.results]

    def known(self, projects: Block, weighing: Weights) -> Known:
        """Return what changes are computed from; `projects` are the customers' block of projects."""
        return Known(self.rated, self.trusted, self.cared, projects, weighing)


def _told(evidence: Evidence, blocks: Blocks, policy: Policy) -> _Told:
    open_ = (blocks.customers.people, blocks.recognition, blocks.care, blocks.results, blocks.helping)
    rated = replace(blocks.peers.people, dimensions=criterion_names(evidence.criteria))
    return _Told(rated, *(on_reference(block, policy) for block in open_))


def _trust(evidence: Evidence, blocks: Blocks, policy: Policy) -> Trust:
    """Return what people can be trusted with, without composing parts."""
    told = _told(evidence, blocks, policy)
    weighing = weights(told.composed, evidence.people.role, policy)
    quality = composed_quality(told.composed, weighing)
    return trust_in(side_by_side(told.shown), quality, among_all(weighing), policy)


def _trust_at(evidence: Evidence, policy: Policy, as_of: int, peers_at: PeersAt) -> Trust:
    """Return the same at an earlier moment, from what was known then; only what quality is made of is fitted."""
    known = select(evidence, as_of)
    none = np.zeros(len(known.people.ids))
    empty = standard_block("results", [], none + 1, none)
    customers = customer_blocks(known, policy, as_of)
    blocks = Blocks(peers_at(known, policy, as_of), customers, empty, care(known, policy, as_of), empty, empty, ())
    return _trust(known, blocks, policy)


def _standings(
    evidence: Evidence, found: dict[SubjectKind, Figures], blocks: Blocks, policy: Policy, as_of: int
) -> StandingTable:
    """Rank over all time, and in periods unless that was done."""
    contests = list(_contests(evidence, found, as_of))
    if blocks.ranked is not None:
        return with_periods(standings(contests, policy), blocks.ranked)
    return standings([*contests, *period_contests(evidence, blocks.periods, policy, as_of)], policy)


def _contests(evidence: Evidence, found: dict[SubjectKind, Figures], as_of: int) -> Iterator[Contest]:
    """Compare people and teams over all time."""
    yield among(belongings(evidence), found[SubjectKind.PERSON], present(evidence, as_of))
    if len(evidence.teams.ids):
        yield between_teams(found[SubjectKind.TEAM], present_teams(evidence))


def _groups(peers_said: PeerBlocks) -> dict[str, int]:
    """Count groups that no rating connects with the largest, and the rated people in them."""
    size = np.bincount(peers_said.group[peers_said.group >= 0])
    return {"groups_unconnected": max(len(size) - 1, 0), "people_unconnected": int(size.sum() - size.max(initial=0))}


def _counts(evidence: Evidence, allowed: Mask, stages_cleared: int) -> dict[str, int]:
    """Count what the scores were made of."""
    opened = {f"consents_{source.name.lower()}": int(allowed[:, source].sum()) for source in ConsentSource}
    return {
        "people": len(evidence.people.ids),
        "teams": len(evidence.teams.ids),
        "projects": len(evidence.projects.ids),
        "customers": len(evidence.customers),
        "feedback": len(evidence.feedback.at),
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
