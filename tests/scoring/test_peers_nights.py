"""Nights between full fits: whatever comes, in whatever steps, equals a full fit with the same held (invariant 10)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from scoring.model import peers_overlay
from scoring.model.evidence import DAY
from scoring.model.peers import fit_heard
from scoring.model.peers_base import joined, taken
from scoring.model.peers_equations import equations
from scoring.model.peers_equations import sums as sums_of
from scoring.model.peers_nights import Change, begin, due, night
from scoring.model.peers_rows import AGES, heard
from scoring.model.peers_solution import EXACT, solve
from scoring.model.select import rows, select
from tests.scoring.raters import CRITERIA, NAMES, NOW, rating
from tests.scoring.small import small

HALF_LIFE = 700.0
NIGHTS = 3
ITERATIVE = 0  # effects beyond which conjugate gradients and neighbourhoods take over: always
TEAMS = {"teams": [{"team": "t", "name": "t"}, {"team": "u", "name": "u"}],
         "team_members": [{"team": "t" if n < 3 else "u", "person": name, "role": "member"}
                          for n, name in enumerate(NAMES)]}  # fmt: skip

told_when = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 5), st.sampled_from(("collaboration", "selling")),
    st.integers(-700, 29), st.integers(0, 2), st.integers(0, NIGHTS), st.integers(0, 2 * NIGHTS),
)  # fmt: skip
histories = st.lists(told_when, min_size=2, max_size=40).map(
    lambda rows: [row for row in rows if row[0] != row[1]] or [("ada", "ben", 4, "selling", 0, 0, 0, 0)]
)

# One answer with words of two days, of which the earlier is told later.
TWO_DAYS = [("ada", "ben", 1, "selling", -5, 0, 0, 0), ("ben", "ada", 1, "selling", -5, 0, 1, 0),
            ("ben", "ada", 1, "selling", 0, 0, 0, 0)]  # fmt: skip


class History:
    """Ratings with the night each is told (0: in the base) and the night it is taken back (one that never comes: 0)."""

    def __init__(self, drawn):
        made = [rating(g, r, v, c, at=at, answer=f"{g}{r}{n}") for g, r, v, c, at, n, _, _ in drawn]
        ids = [f"{number:03}" for number in range(len(made))]
        made = [{**row, "id": name} for row, name in zip(made, ids, strict=True)]
        found = small(people=[{"person": n, "name": n} for n in NAMES], criteria=CRITERIA, feedback=made, **TEAMS)
        self.known = select(found, NOW)
        self.told = np.array([row[6] for row in drawn])
        self.gone = np.array([row[7] if row[6] < row[7] <= NIGHTS else 0 for row in drawn])
        order = np.argsort(self.told, kind="stable")
        self.number = np.empty(len(drawn), np.int64)
        self.number[order] = np.arange(len(drawn))

    def base(self, effects):
        """Fit the ratings of night 0 in full."""
        known = replace(self.known, feedback=rows(self.known.feedback, self.told == 0))
        return begin(known, NOW, fit_heard(heard(known, NOW), HALF_LIFE), effects)

    def change(self, nights):
        """All that these nights bring, at once; what is told and taken back within them was told too."""
        gone = self.number[np.isin(self.gone, nights)]
        order = np.argsort(self.told, kind="stable")
        return Change(taken(self.known.feedback, order[np.isin(self.told[order], nights)]), gone)

    def left(self):
        """What counts after all nights."""
        return replace(self.known, feedback=rows(self.known.feedback, self.gone == 0))


def full(state, known, standing, effects):
    """Fit everything that counts from nothing, with what the base holds: by the equations' own sums of all rows."""
    base, people = state.base, len(known.people.ids)
    told = heard(known, base.as_of)
    held, everybody = base.sums.held, np.arange(people, dtype=np.int32)
    told = replace(
        told, receiver=told.receivers[told.receiver], giver=told.givers[told.giver], receivers=everybody,
        givers=everybody, team=base.sums.told.team, receiver_team=base.sums.told.team, teams=base.sums.told.teams,
        faith=standing.pairs.faith,
    )  # fmt: skip
    of = np.searchsorted(AGES, told.days / held.half_life, side="right")
    there = [min(base.classes, key=lambda known, one=one: (abs(known - one), known)) for one in of]
    aged = replace(base.sums.aged, of=np.searchsorted(base.classes, there).astype(np.int32))
    return solve(equations(sums_of(told, aged, held), standing.voices), people, None, effects)


def apart(one, other):
    """The furthest that two solutions lie apart, in prior sds of leniency or quality, which are over 0.1."""
    names = ("state", "shared", "mean", "covariance", "shared_variance", "mean_covariance")
    return max(float(np.abs(getattr(one, n) - getattr(other, n)).max(initial=0)) for n in names) / 0.1


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # each takes 30 ms
@given(histories, st.sampled_from((EXACT, ITERATIVE)))
@example(TWO_DAYS, EXACT)
def test_nights_equal_a_full_fit_with_the_same_held_whatever_is_told_taken_back_or_corrected_in_them(drawn, effects):
    history = History(drawn)
    state = history.base(effects)
    for each in range(1, NIGHTS + 1):
        standing, state = night(state, history.change([each]), effects)
    whole = full(state, history.left(), standing, effects)
    assert apart(standing.solution, whole) < 1e-6
    at_once, _ = night(history.base(effects), history.change(range(1, NIGHTS + 1)), effects)
    assert (at_once.pairs.faith == standing.pairs.faith).all()
    assert (at_once.voices.circle == standing.voices.circle).all()
    assert apart(at_once.solution, standing.solution) < 1e-6


def test_where_the_equations_of_givers_are_not_written_down_a_night_finds_the_same(monkeypatch):
    known, bad = crowd(run_down=True)
    fit = fit_heard(heard(known, NOW), HALF_LIFE)
    change = Change(bad, np.array([3, 4]))
    written = begin(known, NOW, fit, ITERATIVE)
    monkeypatch.setattr(peers_overlay, "MOST", 0)
    bare = begin(known, NOW, fit, ITERATIVE)
    assert written.net is not None
    assert bare.net is None
    one, other = night(written, change, ITERATIVE)[0], night(bare, change, ITERATIVE)[0]
    assert apart(one.solution, other.solution) < 1e-6
    for name in ("receiver", "giver"):
        assert (getattr(one.pairs, name) == getattr(other.pairs, name)).all()
    assert (one.voices.circle == other.voices.circle).all()
    assert (one.pairs.faith == other.pairs.faith).all()


def crowd(run_down):
    """Twelve who rate one another 4 to 5 a month ago, two answers each; with two who run Ada down today."""
    names = [f"p{n:02}" for n in range(12)]
    rng = np.random.default_rng(5)
    ratings = [
        rating(g, r, int(rng.integers(4, 6)), c, answer=f"{g}{r}{n}")
        for g in names for r in names if g != r for n in range(2) for c in ("collaboration", "selling")
    ]  # fmt: skip
    bad = [
        rating(g, "p00", 1, c, answer=f"{g}bad", at=29)
        for g in ("x1", "x2") for c in ("collaboration", "selling")
    ]  # fmt: skip
    kind = [rating(g, r, 5, answer=f"{g}{r}") for g in ("x1", "x2") for r in names[3:]]
    every = [*ratings, *kind, *bad]
    people = [{"person": name, "name": name} for name in (*names, "x1", "x2")]
    feedback = [{**row, "id": f"{number:04}"} for number, row in enumerate(every)]
    found = select(small(people=people, criteria=CRITERIA, feedback=feedback), NOW)
    late = np.arange(len(every)) >= len(every) - len(bad)
    return (
        replace(found, feedback=rows(found.feedback, ~late)),
        rows(found.feedback, late if run_down else late & ~late),
    )


def test_who_is_run_down_between_two_full_fits_is_not_believed_to_be_worse():
    known, bad = crowd(run_down=True)
    state = begin(known, NOW, fit_heard(heard(known, NOW), HALF_LIFE))
    quiet, _ = night(state, Change(rows(bad, bad.rating > 5), np.zeros(0, np.int64)))
    standing, _ = night(state, Change(bad, np.zeros(0, np.int64)))
    assert (standing.pairs.faith < 0.1).sum() == 2
    pairs = len(standing.pairs.faith)
    believed = replace(
        standing,
        pairs=replace(standing.pairs, faith=np.ones(pairs)),
        voices=replace(standing.voices, pair_variance=np.full(pairs, state.base.sums.held.pair)),
    )
    whole = replace(known, feedback=joined(known.feedback, bad))
    trusting = full(state, whole, believed, EXACT)
    fall = quiet.solution.state[0, :2] - standing.solution.state[0, :2]
    assert (np.abs(fall) < 0.25 * (quiet.solution.state[0, :2] - trusting.state[0, :2])).all()


def test_a_rating_is_taken_back_once_and_by_its_number():
    known, _ = crowd(run_down=False)
    state = begin(known, NOW, fit_heard(heard(known, NOW), HALF_LIFE))
    nothing = rows(known.feedback, known.feedback.rating > 5)
    _, once = night(state, Change(nothing, np.array([3])))
    for wrong in ([3], [-1], [len(known.feedback.rating)]):
        with pytest.raises(ValueError, match="taken back once"):
            night(once, Change(nothing, np.array(wrong)))


def test_a_full_fit_is_due_after_a_week_or_when_much_has_changed():
    known, bad = crowd(run_down=True)
    state = begin(known, NOW, fit_heard(heard(known, NOW), HALF_LIFE))
    assert not due(state, NOW + DAY)
    assert due(state, NOW + 7 * DAY)
    _, after = night(state, Change(bad, np.arange(20)))
    assert due(after, NOW + DAY)
