"""Who is thanked next: our `recognition` beside simple scores, on the public history of thanks.

Run by hand: `.venv/bin/python -m tests.benchmarks.bench_recognition [FOLDER]`. At the start of each year everybody who
gave or received a thank before is ranked, and the ranking is held against the number of distinct givers within the next
two years: NDCG@20 with gain log(1 + n), and Spearman. Settings were chosen looking at both, so that odd years are a
weak hold-out for even ones. Who is "active before" is told in five ways, for Spearman hangs on it: ever active takes in
everybody who left. Each stands also against givers divided by the chances they had. The last table shows how little the
settings matter. Future thanks reward activity too; the ceiling is the Spearman of an oracle without ties. Who ties may
get more: most of those ever active are never thanked again, and one rank for all who are little thanked comes near to
that. The table before the last says how near, with the place to tie from that turned out best (DECISIONS 91).
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from unittest.mock import patch

import msgspec
import numpy as np
from scipy.sparse import csr_array
from scipy.stats import rankdata

from scoring.arrays import build
from scoring.exchange import folder
from scoring.model import kudos
from scoring.model.evidence import DAY, Evidence, Mask, Number
from scoring.model.opportunity import opportunity
from scoring.model.peers import peers
from scoring.model.select import select
from scoring.offline import assumed
from scoring.policy import Policy

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "recognition"
EVEN, ODD = range(2010, 2021, 2), range(2011, 2020, 2)
TOP = 20
YEAR = 365
FEW = 5  # thanks
DAMPING, STEPS = 0.85, 50  # of PageRank
KEPT = 0.9  # of a giver's weight
CUTS = np.linspace(0, 0.98, 99)  # of all people: those under it share one rank
Score = Callable[["Moment"], Number]
EVER = "active ever before"
POPULATIONS: dict[str, tuple[float, Callable[[Number, Number], Mask]]] = {
    EVER: (np.inf, lambda gave, got: gave + got > 0),
    "active in the year before": (YEAR, lambda gave, got: gave + got > 0),
    "thanked in the year before": (YEAR, lambda _, got: got > 0),
    "gave and was thanked before": (np.inf, lambda gave, got: (gave > 0) & (got > 0)),
    "gave five or more before": (np.inf, lambda gave, _: gave >= FEW),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known at the start of a year, and what came: `givers` and `chances` are (people,)."""

    evidence: Evidence
    as_of: int
    givers: Number
    chances: Number

    def pairs(self, worth: Callable[[Number], Number]) -> csr_array:
        """Sum `worth` of age in days over each giver's thanks to each receiver: (giver, receiver)."""
        rows, people = self.evidence.kudos, len(self.evidence.people.ids)
        amount = worth((self.as_of - rows.at) / DAY)
        return csr_array((amount, (rows.giver, rows.receiver)), shape=(people, people))

    def took_part(self, days: float) -> tuple[Number, Number]:
        """Count thanks that each gave, and received, within the last `days`: (people,) each."""
        rows, people = self.evidence.kudos, len(self.givers)
        lately = rows.at >= self.as_of - days * DAY
        return tuple(np.bincount(who[lately], minlength=people) for who in (rows.giver, rows.receiver))  # type: ignore[return-value]

    def among(self, population: str) -> Mask:
        """Say who is of one of `POPULATIONS`, and had a chance to be thanked: (people,)."""
        days, chosen = POPULATIONS[population]
        return np.asarray(chosen(*self.took_part(days)) & (self.chances > 0))


def moment(evidence: Evidence, year: int) -> Moment:
    """Cut the history at the start of `year`."""
    as_of, until = (round(datetime(each, 1, 1, tzinfo=UTC).timestamp() * 1e6) for each in (year, year + 2))
    known, later = select(evidence, as_of), select(evidence, until).kudos
    people = len(evidence.people.ids)
    new = later.at >= as_of
    pair = np.unique(later.giver[new].astype(np.int64) * people + later.receiver[new])
    met = opportunity(known, as_of, YEAR)
    chances = sum(met.met(np.ones(people)))[:, 0]
    return Moment(known, as_of, np.bincount(pair % people, minlength=people).astype(np.float64), chances)


# ---- scores


def ours(now: Moment, **policy: float) -> Number:
    """Our estimate."""
    return kudos.recognition(now.evidence, msgspec.structs.replace(Policy(), **policy), now.as_of).estimate[:, 0]


def counts(now: Moment) -> Number:
    """Thanks ever received."""
    return np.asarray(now.pairs(np.ones_like).sum(axis=0))


def distinct(now: Moment) -> Number:
    """Givers ever."""
    return np.asarray((now.pairs(np.ones_like) > 0).sum(axis=0), np.float64)


def decayed(now: Moment) -> Number:
    """Logarithm of each giver's thanks, halved each year."""
    return np.asarray(now.pairs(lambda age: np.exp2(-age / YEAR)).log1p().sum(axis=0))


def page_rank(now: Moment) -> Number:
    """PageRank over thanks, halved each year."""
    links = now.pairs(lambda age: np.exp2(-age / YEAR))
    out = np.asarray(links.sum(axis=1))
    step = csr_array(links.multiply((1 / np.where(out > 0, out, 1))[:, None])).T
    rank = np.full(len(out), 1 / len(out))
    for _ in range(STEPS):
        rank = DAMPING * (step @ rank + rank[out == 0].sum() / len(out)) + (1 - DAMPING) / len(out)
    return rank


SCORES: dict[str, Score] = {
    "ours": ours, "counts": counts, "distinct": distinct, "decayed": decayed, "PageRank": page_rank,
}  # fmt: skip


# ---- measures


def ndcg(score: Number, gain: Number) -> float:
    """NDCG of the first `TOP`; ties stand in the order of ids."""
    discount = 1 / np.log2(np.arange(2, min(TOP, len(gain)) + 2))
    first = np.argsort(-np.round(score, 12), kind="stable")[:TOP]
    return float(gain[first] @ discount / (np.sort(gain)[::-1][:TOP] @ discount))


def spearman(score: Number, aim: Number) -> float:
    """Correlation of ranks, ties at their mean."""
    return float(np.corrcoef(rankdata(np.round(score, 12)), rankdata(aim))[0, 1])


def ceiling(aim: Number) -> float:
    """Spearman of somebody who knows the future and must not tie: the mean over orders of those who are equal."""
    rng = np.random.default_rng(0)
    return float(np.mean([spearman(aim + 1e-6 * rng.random(len(aim)), aim) for _ in range(20)]))


def tied(score: Number, aim: Number) -> float:
    """Spearman where all under some place share one rank, the place with the best of `CUTS`, known only afterwards."""
    return max(spearman(np.maximum(score, place), aim) for place in np.quantile(score, CUTS))


def measured(score: Score, now: Moment, population: str, *, by_chance: bool) -> tuple[float, float]:
    """NDCG and Spearman of `score` among a population, against givers or givers for each chance."""
    chosen = now.among(population)
    aim, told = target(now, chosen, by_chance=by_chance), score(now)[chosen]
    return ndcg(told, np.log1p(aim)), spearman(told, aim)


def target(now: Moment, chosen: Mask, *, by_chance: bool) -> Number:
    """Return distinct givers to come, (chosen,), or those for each chance, in units of the average chance."""
    givers, chances = now.givers[chosen], now.chances[chosen]
    return givers / (chances / chances.mean()) if by_chance else givers


# ---- tables


def table(moments: dict[int, Moment], population: str, *, by_chance: bool) -> None:
    """Print NDCG@20 and Spearman of each score, year by year and their means."""
    print(f"{'year':>9} {'people':>6} {'ceiling':>7}" + "".join(f"{name:>16}" for name in SCORES))
    found = {
        year: np.array([measured(score, now, population, by_chance=by_chance) for score in SCORES.values()])
        for year, now in moments.items()
    }
    for year, values in found.items():
        chosen = moments[year].among(population)
        best = ceiling(target(moments[year], chosen, by_chance=by_chance))
        print(f"{year:>9} {chosen.sum():>6} {best:>7.3f}" + _cells(values))
    for name, years in (("mean even", EVEN), ("mean odd", ODD)):
        print(f"{name:>9} {'':>14}" + _cells(np.mean([found[year] for year in years], axis=0)))


def ties(moments: dict[int, Moment]) -> None:
    """Print what each score reaches among all who were active before, if it ties those under the best place."""
    print("".join(f"{name:>12}" for name in ("years", *SCORES)))
    for name, years in (("even", EVEN), ("odd", ODD)):
        chosen = {year: moments[year].among(EVER) for year in years}
        found = [
            [tied(score(moments[year])[who], target(moments[year], who, by_chance=False)) for score in SCORES.values()]
            for year, who in chosen.items()
        ]
        print(f"{name:>12}" + "".join(f"{value:>12.3f}" for value in np.mean(found, axis=0)))


def sensitivity(moments: dict[int, Moment]) -> None:
    """Print the means of even and odd years for settings beside the chosen ones, over all who were active before."""
    print(f"{'half-life':>9} {'elasticity':>10} {'persistence':>11} {'even':>15} {'odd':>15}")
    chosen = (Policy().kudos_half_life_days, kudos.ELASTICITY, kudos.PERSISTENCE)
    steps: Sequence[tuple[int, float]] = [
        *((0, days) for days in (270, 180, 365, 730)),
        *((1, power) for power in (0.0, 0.25, 0.5, 1.0)),
        *((2, rise) for rise in (0.0, 0.2, 0.3, 0.5)),
    ]
    for place, value in steps:
        tried = [*chosen[:place], value, *chosen[place + 1 :]]
        print(f"{tried[0]:>9.0f} {tried[1]:>10.2f} {tried[2]:>11.2f}" + _means(moments, tried))


def _means(moments: dict[int, Moment], tried: Sequence[float]) -> str:
    def score(now: Moment) -> Number:
        return ours(now, kudos_half_life_days=tried[0])

    with patch.object(kudos, "ELASTICITY", tried[1]), patch.object(kudos, "PERSISTENCE", tried[2]):
        by_year = {year: measured(score, now, EVER, by_chance=False) for year, now in moments.items()}
    return "".join(_cells(np.array([np.mean([by_year[year] for year in years], axis=0)])) for years in (EVEN, ODD))


def _cells(values: Number) -> str:
    return "".join(f"    {top:.3f} {order:.3f} "[:16].rjust(16) for top, order in values)


def circle_weights(known: Evidence, as_of: int) -> None:
    """Print what is left of givers' weight if every thank of this history were a rating of 5, or one of 4 or 5.

    18.5 % of these pairs thanked each other and nobody was in a plot, so nobody is to lose weight.
    """
    told, rng = known.kudos, np.random.default_rng(0)
    rows = len(told.at)
    for name, rating in (("5", np.full(rows, 5.0)), ("4 and 5", rng.choice([4.0, 5.0], rows, p=[0.3, 0.7]))):
        new = {
            "giver": told.giver, "receiver": told.receiver, "rating": rating, "criterion": np.zeros(rows),
            "at": told.at, "recorded": told.at, "answer": np.arange(rows), "project": told.project,
            "round": np.full(rows, -1),
        }  # fmt: skip
        said = {key: value.astype(getattr(known.feedback, key).dtype) for key, value in new.items()}
        weight = peers(replace(known, feedback=replace(known.feedback, **said)), Policy(), as_of).raters.weight
        print(f"as ratings of {name}: {(weight > KEPT).mean():.1%} of givers keep {KEPT}, least {weight.min():.3f}")


def main(source: Path) -> None:
    """Print all tables, or say that the data is not there."""
    if not source.is_dir():
        sys.exit(f"no public history of thanks in {source}")
    read = folder.read(source)
    evidence = build(assumed(read.frames), read.manifest)
    moments = {year: moment(evidence, year) for year in sorted((*EVEN, *ODD))}
    for population, by_chance in product(POPULATIONS, (False, True)):
        print(f"\n{population}{', givers for each chance' * by_chance}: NDCG@{TOP}, Spearman")
        table(moments, population, by_chance=by_chance)
    print("\nSpearman, active ever before, tied under the best place")
    ties(moments)
    print(f"\nsettings, active ever before: NDCG@{TOP}, Spearman")
    sensitivity(moments)
    print("\nweights of givers, were thanks ratings")
    last = int(evidence.kudos.at.max()) + 1
    circle_weights(select(evidence, last), last)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
