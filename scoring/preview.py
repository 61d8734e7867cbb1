"""Preview: what another policy would do, on the same evidence at the same moment; who moves, and by how much.

As if it were published at that moment: levels that ask for something else take nothing away before a grace period
(falls.py), so that levels are told for that day, and for the end of the grace, should everybody's trust stay as it is.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
import numpy as np
import polars as pl

from scoring import output
from scoring.model.evidence import Evidence
from scoring.model.levels import last_steps
from scoring.model.periods import micros
from scoring.model.score import conclude, fit, score
from scoring.model.scores import LevelTable, Scores, SubjectKind
from scoring.model.select import select
from scoring.policy import Policy, succeeding

LEVEL, STANDING = "level", "standing"  # boards of `moves` besides those of the runs
AFTER_GRACE = "level_after_grace"  # the same: from the level on the day of publication to that when its grace ends
QUALITY = "quality"
SUBJECT = ("board", "scope", "period", "subject_kind", "subject")


@dataclass(frozen=True, slots=True)
class Preview:
    """Two policies side by side.

    `moves`: a row for each board, scope, period and subject: before and after, moved (sd of true quality, rating points
    or levels, as the board is told), and the middle of the ranks that are possible, empty where a subject has none.
    Standing and levels are boards too. `boards`: for each board and scope over all time how many subjects it ranks,
    how many move by a rank or more, the largest move, and Spearman's correlation of the two orders.
    """

    moves: pl.DataFrame
    boards: pl.DataFrame

    @property
    def levels(self) -> pl.DataFrame:
        """People whose level changes on the day of publication, those who lose most first."""
        return self._changing(LEVEL)

    @property
    def after_grace(self) -> pl.DataFrame:
        """People who lose the level of that day when the grace ends, should their trust stay as it is."""
        return self._changing(AFTER_GRACE)

    def largest(self, count: int, board: str = QUALITY) -> pl.DataFrame:
        """People whose quality, or figure of another board, moves most, in the organization over all time."""
        whole = (pl.col("board") == board) & (pl.col("scope") == "organization") & (pl.col("period") == "all")
        people = self.moves.filter(whole & (pl.col("subject_kind") == "person") & (pl.col("moved") != 0))
        return people.sort(pl.col("moved").abs(), "subject", descending=[True, False]).head(count)

    def _changing(self, board: str) -> pl.DataFrame:
        changed = self.moves.filter((pl.col("board") == board) & (pl.col("moved") != 0))
        return changed.sort("moved", "subject")


def preview(evidence: Evidence, before: Policy, after: Policy, as_of: datetime) -> Preview:
    """Score `evidence` under both policies and compare. Nothing is stored; a run that exists keeps its own policy.

    Raises
    ------
    ValueError : `as_of` has no time zone.
    """
    shown = score(evidence, before, as_of)
    held = holding(evidence, shown.levels, as_of)
    policies = publishing(before, after, as_of)
    blocks = fit(select(held, micros(as_of)), policies[0], micros(as_of))
    return compare(held, shown, *(conclude(held, blocks, each, as_of) for each in policies))


def publishing(before: Policy, after: Policy, as_of: datetime) -> tuple[Policy, ...]:
    """Return `after` as it is published at `as_of`; where that begins a grace, also as it acts once that is over.

    A level is lost then whose threshold has been missed all the time: as if trust stayed what it is at `as_of`.
    """
    published = succeeding(before, after, as_of)
    if published.levels_from == before.levels_from:
        return (published,)
    return published, msgspec.structs.replace(published, levels_from=None, grace_days=0)


def holding(evidence: Evidence, shown: LevelTable, as_of: datetime) -> Evidence:
    """Write down, as a night does, who has risen to what is `shown`: what was reached is lost after a grace only."""
    moment, steps = micros(as_of), evidence.level_steps
    step, _ = last_steps(select(evidence, moment), len(shown.names) - 1)
    risen = np.flatnonzero(shown.level > step)
    told = replace(
        steps,
        person=np.append(steps.person, shown.person[risen]),
        level=np.append(steps.level, shown.level[risen]),
        at=np.append(steps.at, np.minimum(shown.since[risen], moment - 1)),
    )
    return replace(evidence, level_steps=told)


def compare(evidence: Evidence, before: Scores, after: Scores, after_grace: Scores | None = None) -> Preview:
    """Compare two scorings of the same evidence; a third one tells levels at the end of a grace."""
    old, new = (_told(evidence, found) for found in (before, after))
    if after_grace is not None:
        old, new = (
            pl.concat([told, _levels(AFTER_GRACE, output.tables(found, evidence, {})["levels"])])
            for told, found in ((old, after), (new, after_grace))
        )
    both = old.join(new, on=SUBJECT, how="full", coalesce=True, suffix="_after")
    moves = both.select(
        *SUBJECT,
        before="score",
        after="score_after",
        moved=pl.col("score_after") - pl.col("score"),
        rank_before="rank",
        rank_after="rank_after",
    ).sort(SUBJECT)
    return Preview(moves, _boards(moves))


def _told(evidence: Evidence, found: Scores) -> pl.DataFrame:
    """Return every board, standing and levels as rows of one shape."""
    tables = output.tables(found, evidence, {})
    standings = tables["standings"].with_columns(rank=(pl.col("rank_low") + pl.col("rank_high")) / 2)
    scores = tables["scores"].filter(
        (pl.col("dimension") == STANDING) & (pl.col("subject_kind") == SubjectKind.PERSON.name.lower())
    )
    return pl.concat(
        [
            standings.select(*SUBJECT, pl.col("score").cast(pl.Float64), pl.col("rank").cast(pl.Float64)),
            _board(STANDING, scores["subject"], scores["estimate"]),
            _levels(LEVEL, tables["levels"]),
        ]
    )


def _levels(name: str, levels: pl.DataFrame) -> pl.DataFrame:
    return _board(name, levels["person"], levels["level"].cast(pl.Float64))


def _board(name: str, people: pl.Series, told: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"subject": people, "score": told}).select(
        pl.lit(name).alias("board"),
        pl.lit("organization").alias("scope"),
        pl.lit("all").alias("period"),
        pl.lit(SubjectKind.PERSON.name.lower()).alias("subject_kind"),
        "subject",
        "score",
        pl.lit(None, pl.Float64).alias("rank"),
    )


def _boards(moves: pl.DataFrame) -> pl.DataFrame:
    of = ("board", "scope", "subject_kind")
    lasting = moves.filter(pl.col("period") == "all")
    rows = [
        {
            **dict(zip(of, key, strict=True)),
            "subjects": group.height,
            "moved_a_rank": group.filter((pl.col("rank_after") - pl.col("rank_before")).abs() >= 1).height,
            "largest_move": group["moved"].abs().max(),
            "spearman": _spearman(group),
        }
        for key, group in lasting.sort(of).group_by(of, maintain_order=True)
    ]
    kinds = {"subjects": pl.Int64, "moved_a_rank": pl.Int64, "largest_move": pl.Float64, "spearman": pl.Float64}
    return pl.DataFrame(rows, schema={**dict.fromkeys(of, pl.String), **kinds})


def _spearman(group: pl.DataFrame) -> float | None:
    """Correlate the two orders; None where there is none, with fewer than two subjects or all of them equal."""
    both = group.drop_nulls(["before", "after"])
    if both["before"].n_unique() < 2 or both["after"].n_unique() < 2:
        return None
    return float(both.select(pl.corr("before", "after", method="spearman")).item())
