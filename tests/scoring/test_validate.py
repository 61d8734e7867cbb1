"""The validation: measures worked by hand, a small run end to end, and teeth that catch a bad engine."""

import re
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from scoring.model.evidence import Feedback
from scoring.simulate import simulate
from scoring.validate import baselines, bounds, cell, measures, ordinal, report, scale, summary
from scoring.validate.bounds import Bound
from scoring.validate.findings import Finding, examine
from scoring.validate.judgement import UNTIL, Judgement, evidence_of, ours
from scoring.validate.run import Plan, run
from scoring.validate.scenarios import BY_NAME, SCENARIOS
from scoring.validate.summary import ALL, Summary
from service import cli

PEOPLE = 40
EVERYBODY = np.ones(5, bool)


def counting(evidence):
    """An engine as products are: points, called certain."""
    points = baselines.points(evidence)
    z = (points - points.mean()) / points.std()
    estimate = dict.fromkeys(evidence.criteria, 3 + z) | {"quality": z, "customer_trust": z, "care": z}
    sd = {name: np.full(len(z), 0.1) for name in estimate}
    low, high = ({name: value + side * 0.128 for name, value in estimate.items()} for side in (-1, 1))
    return Judgement(estimate, sd, low, high)


@pytest.fixture(scope="module")
def world():
    return cell.world(BY_NAME["base"].settings(PEOPLE), 1)


def test_percentiles_are_ranks_in_hundred_and_ties_share():
    np.testing.assert_allclose(measures.percentiles(np.array([3.0, 1.0, 2.0, 9.0])), [62.5, 12.5, 37.5, 87.5])
    np.testing.assert_allclose(measures.percentiles(np.array([1.0, 1.0])), [50.0, 50.0])


def test_a_gain_is_the_mean_change_of_percentile_of_the_group():
    without, found = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 2.0, 3.0, 4.0])  # the last becomes first
    assert measures.gain(found, without, np.array([0])) == 75.0
    assert measures.gain(found, without, np.array([0, 1])) == 25.0  # the second falls by a quarter
    assert measures.gain(found, without, np.array([2, 3])) == -25.0
    assert np.isnan(measures.gain(found, without, np.array([], int)))


def test_rank_correlation_is_among_those_asked_for_only():
    truth, found = np.arange(5.0), np.array([0.0, 1.0, 2.0, 3.0, -9.0])
    assert measures.spearman(found, truth, np.arange(5) < 4) == 1.0
    assert measures.spearman(found, truth, EVERYBODY) < 0.5
    assert np.isnan(measures.spearman(np.zeros(5), truth, EVERYBODY))


def test_the_gap_of_visibility_is_nothing_where_only_quality_counts_and_large_where_visibility_does():
    rng = np.random.default_rng(1)
    truth, visibility = rng.standard_normal((2, 4000))
    fair = truth + 0.5 * rng.standard_normal(4000)
    assert abs(measures.visibility_gap(fair, truth, visibility)) < 3
    assert measures.visibility_gap(fair + visibility, truth, visibility) > 40
    told = truth + 0.8 * visibility  # the good are visible, and no engine is to blame for it
    assert abs(measures.visibility_gap(fair, truth, told)) < 5


def test_a_groups_gap_is_measured_at_equal_truth():
    truth = np.linspace(-2, 2, 1000)
    group = truth > 0.5  # better, and estimated as good as they are
    assert abs(measures.group_gap(truth, truth, group)) < 1
    assert measures.group_gap(truth + 1.0 * (np.arange(1000) % 2), truth, np.arange(1000) % 2 == 1) > 15


def test_intervals_that_hold_the_truth_are_counted():
    low, high, truth = np.array([0.0, 0.0, 0.0, 0.0, 5.0]), np.array([1.0, 1.0, 1.0, 1.0, 6.0]), np.full(5, 1.0)
    assert measures.held(low, high, truth, EVERYBODY) == (0.8, 5)
    assert measures.held(low, high, truth, np.arange(5) == 4) == (0.0, 1)
    assert measures.held(low, high, truth, ~EVERYBODY)[1] == 0


def test_the_scale_of_the_truth_is_the_mean_of_what_givers_would_truly_say():
    """By Monte Carlo: draw givers, pairs, moods and noise as the simulator does, and count the words."""
    settings = BY_NAME["base"].settings(PEOPLE)
    truth = simulate(settings, 2, UNTIL).truth
    spoken = scale.spoken(settings, truth)
    rng, who = np.random.default_rng(3), truth.character
    person, draws = 7, 200_000
    giver = rng.integers(0, PEOPLE, draws)
    impression = truth.quality[person].mean()
    for criterion in range(2):
        felt = who.halo[giver] * impression + (1 - who.halo[giver]) * truth.quality[person, criterion]
        for sd in (settings.pair_sd, settings.occasion_sd, settings.noise_sd):
            felt = felt + sd * rng.standard_normal(draws)
        latent = who.contrast[giver] * (felt + settings.generosity) + who.leniency[giver]
        rating = 1 + (latent[:, None] > who.thresholds[giver]).sum(axis=1)
        assert abs(rating.mean() - spoken[person, criterion]) < 0.01


def answers(receiver, giver, rating):
    size = len(rating)
    none, zero = np.full(size, -1, np.int32), np.zeros(size, np.int64)
    first = np.zeros(size, np.int32)
    return Feedback(
        answer=np.arange(size, dtype=np.int32), giver=np.asarray(giver, np.int32),
        receiver=np.asarray(receiver, np.int32), project=none, round=none, criterion=first,
        rating=np.asarray(rating, np.float64), at=zero, recorded=zero,
    )  # fmt: skip


def test_the_ordinal_model_finds_people_through_lenient_and_harsh_givers():
    """Six givers each, by chance the lenient or the harsh ones; over ten draws, as one tells little."""
    orders, means, slopes = [], [], []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        quality, leniency = rng.standard_normal(30), rng.standard_normal(40) * 1.5
        giver, receiver = (grid.ravel() for grid in np.meshgrid(np.arange(40), np.arange(30), indexing="ij"))
        kept = rng.random(giver.size) < 0.15
        giver, receiver = giver[kept], receiver[kept]
        latent = quality[receiver] + leniency[giver] + rng.standard_normal(giver.size)
        said = answers(receiver, giver, 1 + (latent[:, None] > [-2, -1, 0, 1.5]).sum(axis=1))
        found = ordinal.judged(said, (40, 1), ordinal.Spreads(1.0, 0.1, 1.5, 0.1))[:30, 0]
        mean = np.bincount(receiver, said.rating, 30) / np.maximum(np.bincount(receiver, minlength=30), 1)
        orders.append(measures.spearman(found, quality, np.ones(30, bool)))
        means.append(measures.spearman(mean, quality, np.ones(30, bool)))
        slopes.append(np.polyfit(found, quality, 1)[0])
    assert np.mean(orders) > np.mean(means) + 0.05
    assert abs(np.mean(slopes) - 1) < 0.1  # in units of one rating's noise


def test_the_ordinal_models_mode_is_where_the_posterior_is_flat():
    said = answers([0, 0, 1, 1, 2, 2, 2], [0, 1, 0, 2, 1, 2, 0], [5, 4, 3, 2, 5, 1, 3])
    design = ordinal._design(said, (3, 1), ordinal.Spreads(0.8, 0.4, 0.6, 0.5))
    mode = ordinal._mode(design, said)
    step = 1e-4
    for place in range(mode.size):
        off = np.zeros(mode.size)
        off[place] = step
        slope = (ordinal._height(design, mode + off) - ordinal._height(design, mode - off)) / (2 * step)
        assert abs(slope) < 1e-4


def test_nothing_said_is_nothing_known_to_the_ordinal_model():
    assert (ordinal.judged(answers([], [], []), (3, 2), ordinal.Spreads(1, 1, 1, 1)) == 0).all()


def test_points_count_everything_and_the_mean_divides(world):
    evidence = world.evidence
    person = int(np.bincount(evidence.kudos.receiver).argmax())
    mine = evidence.feedback.receiver == person
    assert baselines.points(evidence)[person] >= mine.sum() + (evidence.kudos.receiver == person).sum()
    assert baselines.mean_rating(evidence)[person] == pytest.approx(evidence.feedback.rating[mine].mean())


def test_knowing_who_cheats_is_worth_nothing_where_nobody_does(world):
    found, known, _ = cell.judged(world, counting)
    assert found is known


def test_a_mean_over_seeds_has_the_interval_of_independent_seeds():
    rows = [
        Finding("base", seed, "held quality", "ours", value, 10.0) for seed, value in ((1, 0.7), (2, 0.8), (3, 0.9))
    ]
    told = {each.scenario: each for each in summary.summaries(rows)}
    assert told["base"].mean == pytest.approx(0.8)
    assert told["base"].half == pytest.approx(4.3027 * 0.1 / 3**0.5, rel=1e-4)  # t(2) · sd / √3
    assert told[ALL] == replace(told["base"], scenario=ALL)
    heavy = [*rows, Finding("base", 3, "held quality", "ours", 0.0, 30.0)]
    assert summary.summaries(heavy)[0].mean == pytest.approx(24 / 60)


@pytest.mark.parametrize(
    ("bound", "mean", "half", "passed"),
    [
        (Bound("base", "m", low=0.98), 0.98, 0.0, True),
        (Bound("base", "m", low=0.98), 0.979, 0.5, False),  # noise excuses nothing
        (Bound("base", "m", -3, 3), -3.1, 1.0, False),
        (Bound("base", "m", high=0.0, noise=True), 0.2, 0.3, True),
        (Bound("base", "m", high=0.0, noise=True), 0.4, 0.3, False),
    ],
)
def test_a_bound_holds_where_the_mean_lies_within(bound, mean, half, passed):
    (verdict,) = bounds.verdicts([Summary("base", "m", "ours", mean, half, 9)], of=[bound])
    assert verdict.passed is passed


def test_what_was_run_and_not_measured_is_missed():
    found = [Summary("base", "something else", "ours", 1.0, 0.0, 9)]
    assert {verdict.passed for verdict in bounds.verdicts(found)} == {False}


def test_every_scenario_is_in_the_page_about_validation_and_has_settings():
    for scenario in SCENARIOS:
        assert scenario.settings(PEOPLE).people == scenario.changes.get("people", PEOPLE)
        assert not scenario.settings(PEOPLE, acted=False).acted


@pytest.fixture(scope="module")
def counted():
    return run(Plan([BY_NAME["circle_loud"], BY_NAME["base"]], seeds=2, people=PEOPLE, jobs=1, engine=counting))


def test_our_engine_beats_counting_and_is_beaten_by_who_knows():
    found = examine(BY_NAME["circle_loud"], 1, PEOPLE, ours)
    told = {(row.measure, row.method): row.value for row in found}
    for what in ("quality", "peers"):
        points, mine, best = (told[f"spearman {what}", method] for method in ("points", "ours", "best"))
        assert points + 0.15 < mine < best + 0.05
    assert told["gain quality", "ours"] < told["gain quality", "mean"]


def test_an_engine_that_counts_points_misses_the_bounds(counted):
    judged = bounds.verdicts(summary.summaries(counted))
    missed = {(verdict.bound.scenario, verdict.bound.measure) for verdict in judged if not verdict.passed}
    assert {
        ("circle_loud", "ratio quality"), ("circle_loud", "ratio peers"), ("circle_loud", "gain quality"),
        ("circle_loud", "held quality"), ("base", "ratio quality"), ("all", "held criteria: top tenth"),
    } <= missed  # fmt: skip
    gained = next(v.found.mean for v in judged if v.bound.measure == "gain quality")
    assert gained > 20


def test_a_cell_is_the_same_every_time(counted):
    again = examine(BY_NAME["circle_loud"], 2, PEOPLE, counting)
    assert again == [row for row in counted if (row.scenario, row.seed) == ("circle_loud", 2)]


def test_seeds_may_begin_anywhere():
    assert Plan([BY_NAME["base"]], seeds=2, first=7).cells == [("base", 7), ("base", 8)]


def test_the_report_draws_everything_and_asks_no_other_host(counted):
    found = summary.summaries(counted)
    page = report.page(found, bounds.verdicts(found), "2 seeds, 40 people")
    assert page.count('class="plotly-graph-div"') == 5
    outside = re.sub(r"<script>.*?</script>", "", page, count=1, flags=re.DOTALL)  # plotly's own text, which it carries
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", outside)
    assert "2 seeds, 40 people" in page


@pytest.mark.slow
def test_the_command_says_what_is_missed_writes_the_report_and_exits_with_1_or_0(tmp_path):
    cli.complete()
    out = tmp_path / "report.html"
    arguments = ["--seeds", "2", "--people", "40", "--scenario", "base", "--jobs", "2", "--out", str(out)]
    done = CliRunner().invoke(cli.app, ["validate", *arguments])
    assert done.exit_code == (1 if "MISS" in done.stdout else 0), done.output
    assert "bounds hold" in done.stdout
    assert out.stat().st_size > 1_000_000


def test_an_unknown_scenario_is_refused_with_those_there_are():
    cli.complete()
    done = CliRunner().invoke(cli.app, ["validate", "--scenario", "sunshine"])
    assert done.exit_code == 2
    assert "sunshine" in done.output
    assert "circle_quiet" in done.output


def test_evidence_is_in_the_order_of_the_truth(world):
    assert evidence_of(world.made).people.ids == world.made.truth.people
