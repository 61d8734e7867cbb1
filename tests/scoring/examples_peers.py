"""The peers' worked examples, computed by the engine: heading -> what the engine answers."""

from itertools import count

import numpy as np

from scoring.model.peers_equations import Voices, equations, sums
from scoring.model.peers_rows import ages, heard
from scoring.model.peers_solution import solve
from scoring.model.peers_variances import Variances, variances
from scoring.model.ratings import rating_of, told_of
from tests.scoring.examples import with_column
from tests.scoring.small import micros, small

NOW = 30
FOR_EVER = 1e9  # days: nothing ages
CRITERIA = ("collaboration", "selling")


class Fit:
    """A fit with variances held; nobody is suspected unless a circle, or how far givers are believed, is given."""

    def __init__(self, example, *, quality=0.3, half_life=FOR_EVER, circle=0.0, faith=()):
        sigma = np.atleast_2d(np.array(quality, np.float64))
        self.held = Variances(sigma, 0.15, 0.05, 0.10, 0.08, 0.35, half_life)
        self.evidence = _evidence(example, len(sigma))
        told = heard(self.evidence, micros(NOW))
        for giver, kept in dict(faith).items():
            told.faith[told.givers[told.giver] == self.evidence.people.ids.index(giver)] = kept
        of = np.full(len(told.receiver), 0 if circle else -1, np.int32)
        voices = Voices(of, np.array([circle] if circle else []), self.held.pair / told.faith)
        self.told, self.voices = told, voices
        self.equations = equations(sums(told, ages(told.days, half_life), self.held), voices)
        self.solution = solve(self.equations, len(told.givers))

    def _place(self, name):
        return self.told.receivers.tolist().index(self.evidence.people.ids.index(name))

    def of(self, name):
        """Told points of all criteria."""
        return 4 + self.solution.mean + self.solution.state[self._place(name), : len(self.held.quality)]

    def covariance(self, name):
        """Posterior covariance of μ + q."""
        return self.solution.covariance[self._place(name)]

    def sd(self, name):
        """Posterior sds."""
        return np.sqrt(np.diagonal(self.covariance(name)))

    def leniency(self, name):
        """Told points."""
        place = self.told.givers.tolist().index(self.evidence.people.ids.index(name))
        return self.solution.shared[place]


def _evidence(example, criteria):
    number = count()
    rows, members = [], []
    for row in example.rows:
        own = {"criterion": CRITERIA[0], "answer": f"own{next(number)}", **row}
        rows.append({**own, "rating": float(row["rating"]), "at": NOW - float(row.get("days ago", 0))})
        if "team" in row:
            members.append({"team": row["team"], "person": row["giver"], "role": "member", "from": -900})
    names = [{"criterion": name, "name": name} for name in CRITERIA[:criteria]]
    return small(criteria=names, feedback=rows, team_members=members)


def told_points(example, monkeypatch):
    ratings = np.array(example.column("rating"))
    single = np.sqrt(0.35 + 0.08 + 0.10 + 0.15 + 0.05)
    return {"told": told_of(ratings), "a figure of 3.4 told points is shown as": [rating_of(np.array(3.4), single)]}


def leniency(example, monkeypatch):
    fit = Fit(example)
    return {
        "quality": [fit.of(name)[0] for name in ("Ada", "Ben", "Cleo")],
        "leniency": [fit.leniency(name) for name in ("Ivo", "Kai")],
    }


def correlated(example, monkeypatch):
    fit = Fit(example, quality=[[0.3, 0.2], [0.2, 0.4]])
    return {"Ada": fit.of("Ada"), "sd": fit.sd("Ada"), "covariance": [fit.covariance("Ada")[0, 1]]}


def one_pair(example, monkeypatch):
    fit, once = Fit(example), Fit(_without(example, "answer", ("b2", "b3", "b4")))
    ben = fit.told.givers.tolist().index(fit.evidence.people.ids.index("Ben"))
    return {
        "Ada": fit.of("Ada"),
        "sd": fit.sd("Ada"),
        "had Ben said it once": once.of("Ada"),
        "weight of the pair": fit.equations.pair[fit.told.giver == ben],
    }


def one_answer(example, monkeypatch):
    sigma = [[0.3, 0.2], [0.2, 0.3]]
    fit = Fit(example, quality=sigma)
    apart = Fit(with_column(example, "answer", [f"a{at}" for at in range(len(example.rows))]), quality=sigma)
    return {"together": fit.of("Ada"), "sd": fit.sd("Ada")[:1], "as six answers": apart.of("Ada")}


def teams(example, monkeypatch):
    fit = Fit(example)
    one = Fit(with_column(example, "team", ["red"] * len(example.rows)))
    return {
        "quality": [*fit.of("Ada"), *fit.of("Ben")],
        "sd": fit.sd("Ada"),
        "sd of the difference": [_apart(fit)],
        "sd of the difference in one team": [_apart(one)],
    }


def _apart(fit):
    """Sd of Ada less Ben, of whom as much is known: var(a − b) = 2 var(a) − 2 cov(a, b)."""
    return np.sqrt(2 * fit.covariance("Ada")[0, 0] - 2 * fit.solution.common[0, 0])


def age(example, monkeypatch):
    fit = Fit(example, half_life=730.0)
    return {
        "Ada": fit.of("Ada"),
        "sd": fit.sd("Ada"),
        "were all six of today": Fit(example).of("Ada"),
    }


def circle(example, monkeypatch):
    fit = Fit(example, circle=4.0)
    return {
        "suspected": [*fit.of("Ada"), *fit.of("Ben")],
        "level laid to the circle": fit.solution.shared[-1:],
    }


def low_end(example, monkeypatch):
    return {
        "as any other pair": Fit(example).of("Ada"),
        "likely to be a story": Fit(example, faith={"Gus": 0.05}).of("Ada"),
    }


def learnt(example, monkeypatch):
    found = variances(heard(_evidence(example, 1), micros(NOW)), FOR_EVER)
    return {"quality": found.quality, "leniency": [found.leniency], "residual": [found.residual]}


def _without(example, column, values):
    return type(example)(
        [row for row in example.rows if row[column] not in values],
        example.equation,
        example.arithmetic,
        example.answers,
    )


CHECKS = {
    "Told points and ratings": told_points,
    "Leniency": leniency,
    "Correlated criteria": correlated,
    "One pair again and again": one_pair,
    "One answer, several criteria": one_answer,
    "A team's habit, and two teams that no rating connects": teams,
    "Age": age,
    "A circle's own praise": circle,
    "A pair at the low end": low_end,
    "What variances are learnt": learnt,
}
