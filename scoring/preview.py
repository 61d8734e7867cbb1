"""Preview: what another policy would do, on the same evidence at the same moment; who moves, and by how much."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from scoring import output
from scoring.model.evidence import Evidence
from scoring.model.score import score
from scoring.model.scores import Scores, SubjectKind
from scoring.policy import Policy

LEVEL, STANDING = "level", "standing"  # boards of `moves` besides those of the runs
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
        """People whose level changes, those who lose most first."""
        changed = self.moves.filter((pl.col("board") == LEVEL) & (pl.col("moved") != 0))
        return changed.sort("moved", "subject")

    def largest(self, count: int, board: str = QUALITY) -> pl.DataFrame:
        """People whose quality, or figure of another board, moves most, in the organization over all time."""
        whole = (pl.col("board") == board) & (pl.col("scope") == "organization") & (pl.col("period") == "all")
        people = self.moves.filter(whole & (pl.col("subject_kind") == "person") & (pl.col("moved") != 0))
        return people.sort(pl.col("moved").abs(), "subject", descending=[True, False]).head(count)


def preview(evidence: Evidence, before: Policy, after: Policy, as_of: datetime) -> Preview:
    """Score `evidence` under both policies and compare. Nothing is stored; a run that exists keeps its own policy.

    Raises
    ------
    ValueError : `as_of` has no time zone.
    """
    return compare(evidence, score(evidence, before, as_of), score(evidence, after, as_of))


def compare(evidence: Evidence, before: Scores, after: Scores) -> Preview:
    """Compare two scorings of the same evidence."""
    old, new = (_told(evidence, found) for found in (before, after))
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
    levels = tables["levels"]
    return pl.concat(
        [
            standings.select(*SUBJECT, pl.col("score").cast(pl.Float64), pl.col("rank").cast(pl.Float64)),
            _board(STANDING, scores["subject"], scores["estimate"]),
            _board(LEVEL, levels["person"], levels["level"].cast(pl.Float64)),
        ]
    )


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
