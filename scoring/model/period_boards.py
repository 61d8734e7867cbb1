"""Who is compared in a period: those of whom there was a word in it, all periods and kinds of evidence in one go."""

from collections.abc import Iterator, Sequence

from scoring.model.evidence import Evidence
from scoring.model.figures import bare, column_of, side_by_side
from scoring.model.period_blocks import PeriodBlocks
from scoring.model.reference import unexplained
from scoring.model.scores import SubjectKind
from scoring.model.select import present
from scoring.model.standings import Contest, among, belongings, between_teams
from scoring.model.teams import present_teams, team_levels, time_shares
from scoring.policy import Policy


def period_contests(
    evidence: Evidence, periods: Sequence[PeriodBlocks], policy: Policy, as_of: int
) -> Iterator[Contest]:
    """Compare in each period people, and teams of whose members something was heard; nobody asks these boards why."""
    there, staffed = present(evidence, as_of), present_teams(evidence)
    every = [(period.period, block) for period in periods for block in period.blocks]
    heard = [there & (block.voices[:, 0] > 0) for _, block in every]
    if not any(here.any() for here in heard):
        return
    told = side_by_side([unexplained(block, policy) for _, block in every])
    people = bare(SubjectKind.PERSON, told, policy)
    teams = bare(SubjectKind.TEAM, team_levels(told, time_shares(evidence, policy, as_of)), policy)
    within = belongings(evidence)
    for at, (period, _) in enumerate(every):
        if heard[at].any():
            yield among(within, column_of(people, at), heard[at], period)
            yield between_teams(column_of(teams, at), staffed & (teams.voices[:, at] > 0), period)
