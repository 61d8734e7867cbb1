"""The gate between what a run found out and what anybody may see of it."""

from dataclasses import dataclass

from scoring.model.scores import ExplanationTable, LevelTable, Scores, ScoreTable, StageTable, StandingTable


@dataclass(frozen=True, slots=True)
class Released:
    """All that pages, charts, exports, answers and mails are made of. What givers are like is not in it."""

    scores: ScoreTable
    standings: StandingTable
    levels: LevelTable
    stages: StageTable
    explanations: ExplanationTable


def release(previous: Released | None, run: Scores) -> Released:  # noqa: ARG001 - see the docstring
    """Choose what of a run is shown, knowing what was shown before.

    Everything shown is composed from what this returns. It is to freeze a person's peer figures until k distinct
    givers have an answer recorded since the last release, so that nobody can tell one giver's answer from a change
    overnight (trust.md, 2). As yet the gate lets all five tables through, and so asks nothing of `previous`.
    """
    return Released(run.scores, run.standings, run.levels, run.stages, run.explanations)
