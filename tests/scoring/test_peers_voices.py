"""Circles of praise, loud and quiet, honest teams that praise themselves, and two who gang up on a third."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import rankdata

from scoring.arrays import build
from scoring.model import peers as model
from scoring.model import peers_circles, peers_voices
from scoring.model.evidence import DAY
from scoring.model.peers_rows import heard
from scoring.model.periods import micros
from scoring.model.ratings import told_of
from scoring.model.select import select
from scoring.policy import Policy
from scoring.simulate.organization import simulate
from scoring.simulate.settings import Settings
from tests.scoring.small import day

PEOPLE = 120
UNTIL = day(0)
NOW = micros(UNTIL)
SEEDS = range(1, 13)


def company(seed):
    made = simulate(Settings(people=PEOPLE), seed, UNTIL)
    return select(build(made.frames, made.manifest), NOW)


def percentiles(evidence):
    """Rank percentile of everybody's mean over criteria, 0-100, and the block."""
    found = model.peers(evidence, Policy(), NOW)
    people = found.people
    return 100 * rankdata(((people.estimate - people.centre) / people.spread).mean(axis=1)) / PEOPLE, found


def with_answers(evidence, answers):
    """Evidence with further answers: (giver, receiver, criteria, rating, days ago)."""
    feedback = evidence.feedback
    rows = [(g, r, k, v, NOW - ago * DAY, n) for n, (g, r, criteria, v, ago) in enumerate(answers) for k in criteria]
    giver, receiver, criterion, value, at, answer = (np.array(column) for column in zip(*rows, strict=True))
    none = np.full(len(rows), -1)
    new = {
        "giver": giver, "receiver": receiver, "criterion": criterion, "rating": value, "at": at, "recorded": at,
        "answer": answer + feedback.answer.max() + 1, "project": none, "round": none,
    }  # fmt: skip
    columns = {
        name: np.concatenate([getattr(feedback, name), value.astype(getattr(feedback, name).dtype)])
        for name, value in new.items()
    }
    return replace(evidence, feedback=replace(feedback, **columns))


def among(members, rng, times):
    """Answers with nothing but fives of everybody in a circle about everybody else in it."""
    pairs = [(i, j) for i in members for j in members if i != j]
    return [(i, j, (0, 2, 3), 5, int(rng.integers(1, 700))) for i, j in pairs for _ in range(times)]


def team_of(evidence, size):
    """Some of the biggest team."""
    team = np.full(PEOPLE, -1)
    team[evidence.team_members.person] = evidence.team_members.team
    heard = np.bincount(evidence.feedback.receiver, minlength=PEOPLE) > 10
    biggest = np.bincount(team[heard & (team >= 0)]).argmax()
    return np.flatnonzero(heard & (team == biggest))[:size]


def gains(attack):
    """Mean change of the members' percentile by an attack, over seeds; `attack(evidence, rng) -> evidence, members`."""
    moved = []
    for seed in SEEDS:
        honest = company(seed)
        attacked, members = attack(honest, np.random.default_rng(seed))
        moved.append((percentiles(attacked)[0] - percentiles(honest)[0])[members].mean())
    return float(np.mean(moved))


def inside(feedback, members):
    return np.isin(feedback.giver, members) & np.isin(feedback.receiver, members)


def loud(evidence, rng):
    """Six of different teams: fives for one another, again and again, and a point and a half less for all others."""
    feedback = evidence.feedback
    heard = np.flatnonzero(np.bincount(feedback.receiver, minlength=PEOPLE) > 10)
    members = rng.choice(heard, 6, replace=False)
    own = inside(feedback, members)
    harsh = np.isin(feedback.giver, members) & ~own
    rating = np.where(own, 5.0, np.where(harsh, np.maximum(feedback.rating - 2, 1), feedback.rating))
    changed = replace(evidence, feedback=replace(feedback, rating=rating))
    return with_answers(changed, among(members, rng, 4)), members


def quiet(evidence, rng):
    """Six of one team: whatever they would have said of one another, it is five; and twice more."""
    feedback = evidence.feedback
    members = team_of(evidence, 6)
    rating = np.where(inside(feedback, members), 5.0, feedback.rating)
    return with_answers(replace(evidence, feedback=replace(feedback, rating=rating)), among(members, rng, 2)), members


def test_a_loud_circle_gains_next_to_nothing():
    assert gains(loud) <= 3


def test_a_quiet_circle_gains_little():
    assert gains(quiet) <= 8


def unloved(evidence, rng):
    """A loud circle of five, of whom one is told 1s and 2s by all the others who speak of that one."""
    feedback = evidence.feedback
    heard = np.flatnonzero(np.bincount(feedback.receiver, minlength=PEOPLE) > 30)
    members = rng.choice(heard, 5, replace=False)
    about = (feedback.receiver == members[0]) & ~np.isin(feedback.giver, members)
    low = np.where(about, np.where(feedback.rating > 3, 2.0, 1.0), feedback.rating)
    return replace(evidence, feedback=replace(feedback, rating=low)), members


def test_a_circle_does_not_silence_those_who_think_little_of_a_member():
    """Low words are no story for standing against nothing but a circle's praise."""
    moved = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        honest, members = unloved(company(seed), rng)
        praised = with_answers(honest, among(members, rng, 6))
        before, after = (percentiles(each)[1].people.estimate[members[0]].mean() for each in (honest, praised))
        moved.append(after - before)
    assert np.mean(moved) < 0.1
    assert max(moved) < 0.5


def test_two_bullies_do_not_make_a_story_of_the_praise_of_all_others():
    """Somebody whom all who speak of them tell 5s, and who tells 5s back, loses next to nothing by two who say 1."""
    lost = []
    for seed in SEEDS[:6]:
        evidence, rng = company(seed), np.random.default_rng(seed)
        feedback = evidence.feedback
        loved = rng.choice(np.flatnonzero(np.bincount(feedback.receiver, minlength=PEOPLE) > 30))
        fans = np.unique(feedback.giver[feedback.receiver == loved])
        praise = [(loved, fan, (0, 2, 3), 5, 100) for fan in fans]
        bullies = rng.choice(np.setdiff1d(feedback.giver, [loved, *fans]), 2, replace=False)
        harm = [(bully, loved, (0, 2, 3), 1, int(rng.integers(1, 700))) for bully in bullies for _ in range(4)]
        theirs = (feedback.receiver == loved) | (feedback.giver == loved)
        kept = replace(feedback, rating=np.where(theirs, 5.0, feedback.rating))
        before, after = (with_answers(replace(evidence, feedback=kept), praise + more) for more in ([], harm))
        lost.append(percentiles(before)[0][loved] - percentiles(after)[0][loved])
    assert np.mean(lost) < 3


def test_without_either_remedy_both_would_have_gained_much(monkeypatch):
    monkeypatch.setattr(peers_voices, "SURE", np.inf)
    monkeypatch.setattr(peers_voices, "SUSPECT", 1e-30)
    assert gains(quiet) > 10


def test_an_honest_team_that_praises_itself_is_not_moved_down():
    """Fives for one another although nobody is in a plot: who they are is told by others, in the mean as it is."""
    assert gains(quiet) >= -3


def test_in_an_honest_organization_nearly_everybody_keeps_full_weight():
    weight = np.concatenate([percentiles(company(seed))[1].raters.weight for seed in SEEDS])
    assert (weight > 0.9).mean() > 0.98
    assert weight.max() <= 1


def test_two_who_gang_up_on_one_with_eight_other_voices_hardly_move_them():
    def bullied(evidence, rng):
        feedback = evidence.feedback
        pairs = np.unique(np.stack([feedback.receiver, feedback.giver]), axis=1)
        victim = rng.choice(np.flatnonzero(np.bincount(pairs[0], minlength=PEOPLE) >= 8))
        friends = pairs[1][pairs[0] == victim]
        bullies = rng.choice(np.setdiff1d(np.unique(feedback.giver), [victim, *friends]), 2, replace=False)
        said = [(b, victim, (0, 2, 3), 1, int(rng.integers(1, 700))) for b in bullies for _ in range(2)]
        return with_answers(evidence, said), [victim]

    assert gains(bullied) >= -3


def stories(distances, voices):
    """What each of some voices about one receiver keeps, all of them 2s, these sds under what is known."""
    rated = np.arange(voices) + 1
    told = replace(
        heard(company(1), NOW), receiver=np.zeros(voices, np.int32), giver=rated.astype(np.int32),
        receivers=np.zeros(1, np.int32),
    )  # fmt: skip
    none, every = np.full(voices, -1, np.int32), np.ones(voices)
    said = peers_voices.Talk(told_of(2 * every), 5 * every, none, none, voices * every)
    away = -np.concatenate([distances, np.zeros(voices - len(distances))])
    return peers_voices.faith_in(told, said, away, np.zeros(voices))


def test_a_lone_harsh_voice_is_believed_more_than_each_of_two():
    alone, two = stories([3.0], 12), stories([3.0, 3.0], 12)
    assert alone[0] > 0.6
    assert two[:2].max() < 0.25
    assert (two[2:] == 1).all()
    assert (stories([2.0, 2.0], 12) == 1).all()


def test_stories_by_hand():
    """One of four voices 3 sds down: L = e^4.5 − e^2, s = 1/2; P(told of)/P(not) = 0.15/0.85 · (1/2)³ · (1 + L)/2."""
    likely = np.exp(4.5) - np.exp(2)
    odds = 0.15 / 0.85 / 8 * (1 + likely) / 2
    assert stories([3.0], 4)[0] == pytest.approx(1 - odds / (1 + odds) * likely / (1 + likely))


def test_a_truss_keeps_pairs_with_enough_common_friends():
    """A triangle 0-1-2, and 3 who hangs on 2: one common friend for each side of the triangle, none for 2-3."""
    friends = np.zeros((4, 4))
    for a, b in ((0, 1), (1, 2), (0, 2), (2, 3)):
        friends[a, b] = friends[b, a] = 1
    kept = peers_circles.truss(csr_array(friends), 1).toarray()
    assert kept.sum() == 6
    assert kept[2, 3] == 0
    assert peers_circles.truss(csr_array(friends), 2).nnz == 0


def test_groups_are_dense_or_none():
    ring = csr_array(np.roll(np.eye(8), 1, axis=1) + np.roll(np.eye(8), -1, axis=1))
    assert (peers_circles.dense_groups(ring) == -1).all()
    clique = csr_array(np.ones((4, 4)) - np.eye(4))
    assert (peers_circles.dense_groups(clique) == 0).all()


def test_alone_with_an_honest_opinion_costs_no_weight():
    """Somebody who rates one colleague 2 where others say 4, once, on one criterion, keeps full weight."""
    evidence = company(1)
    feedback = evidence.feedback
    giver, receiver = int(feedback.giver[0]), int(feedback.receiver[0])
    said = with_answers(evidence, [(giver, receiver, (0,), 2, 5)])
    raters = percentiles(said)[1].raters
    assert raters.weight[raters.giver.tolist().index(giver)] == pytest.approx(1.0, abs=0.05)
