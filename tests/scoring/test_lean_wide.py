"""The lean fit of more than can be written down: traces by probes, sds by neighbourhoods, who is eliminated last."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, eye_array

from scoring.model.lean import fit_lean
from scoring.model.lean_design import nested
from scoring.model.lean_layout import layout
from scoring.model.lean_probes import Probes
from scoring.model.lean_roaming import knotted, roamers
from scoring.model.lean_steps import settled, sums
from scoring.model.lean_wide import Wide
from tests.scoring.designs import (
    WIDTHS,
    crowd,
    crowded,
    exactly,
    example,
    held,
    large_customer,
    loose,
    priors,
    renumbered,
)


@pytest.mark.parametrize("seed", [1, 2])
def test_beyond_the_exact_limit_effects_stay_exact_and_sds_within_two_per_cent(seed):
    design = crowd(seed)
    exact, wide = fit_lean(design, crowded(held)), fit_lean(design, crowded(held), exact=50)
    assert isinstance(wide.core, Wide)
    for name in ("core", "middle", "local", "nest", "force"):
        assert getattr(wide.effects, name) == pytest.approx(getattr(exact.effects, name), abs=1e-9)
    assert np.median(exact.member_sds) < 0.8 * np.sqrt(0.35)  # there is something to be wrong about
    assert wide.fixed_sds == pytest.approx(exact.fixed_sds, rel=1e-9)
    lay = exact.layout
    projects, middles = csr_array(eye_array(len(lay.locals_))), csr_array((len(lay.locals_), len(lay.kind)))
    people = csr_array(lay.shares[lay.cells.first_unit])
    with_people = csr_array(
        (people.data, people.indices, people.indptr), shape=(people.shape[0], len(exact.effects.core))
    )
    trusted = [np.sqrt(fit.variances_of(projects, middles, with_people)) for fit in (exact, wide)]
    for right, found in ((exact.member_sds, wide.member_sds), trusted):
        wrong = np.abs(found / right - 1)
        assert np.median(wrong) < 0.02
        assert wrong.max() < 0.1
    shared = [with_the_mean(fit, projects, middles, with_people) for fit in (exact, wide)]
    assert np.abs(shared[0]).min() > 1e-6
    assert shared[1] == pytest.approx(shared[0], rel=1e-6)


def with_the_mean(fit, projects, middles, people):
    """Twice the covariance of each combination with the mean: what the variance of the sum has more than the two."""
    rows = len(fit.layout.locals_)
    mean = csr_array((np.ones(rows), (np.arange(rows), np.full(rows, fit.members))), shape=people.shape)
    nothing = csr_array(projects.shape)
    both = fit.variances_of(projects, middles, csr_array(people + mean))
    return both - fit.variances_of(projects, middles, people) - fit.variances_of(nothing, middles, mean)


ROWS_NESTS_CUSTOMERS_PEOPLE = [0, 1, 3, 5]
PROJECTS_VOICES = [2, 4]  # made without any


@pytest.mark.parametrize("seed", [4, 5])
def test_beyond_the_exact_limit_variances_are_those_of_all_the_evidence(seed):
    design, learning = crowd(seed), crowded(loose)
    found, whole = fit_lean(design, learning, exact=200).variances, fit_lean(design, learning).variances
    assert (found[:6] != whole[:6]).all()
    assert np.log(found / whole)[ROWS_NESTS_CUSTOMERS_PEOPLE] == pytest.approx(0, abs=0.03)
    assert found[PROJECTS_VOICES] == pytest.approx(whole[PROJECTS_VOICES], abs=0.02)


def test_traces_from_probes_are_those_of_the_inverse():
    design, learning = crowd(6), crowded(loose)
    lay = layout(nested(design, roamers(design)))
    theta = learning.start()
    exact, probed = (sums((lay, learning, probes), theta, np.arange(6))[1] for probes in (None, Probes(lay, learning)))
    assert probed == pytest.approx(exact, rel=0.03, abs=1)


def test_beyond_the_exact_limit_other_numbers_change_nothing():
    design = crowd(7)
    one, other = (fit_lean(each, crowded(loose), exact=200) for each in (design, renumbered(design, 3)))
    assert other.variances == pytest.approx(one.variances, rel=1e-9)
    assert np.sort(other.member_sds) == pytest.approx(np.sort(one.member_sds), rel=1e-9)
    assert np.sort(other.effects.core) == pytest.approx(np.sort(one.effects.core), abs=1e-9)


def test_beyond_the_exact_limit_many_of_whom_very_much_was_said_together_have_sds():
    """Their neighbourhoods are nearly singular: with what is outside taken off, variances were half or twice theirs."""
    rng, people = np.random.default_rng(1), 60
    design = large_customer(4_000)
    units = rng.integers(0, 3, 12_000)[design.nest] * 5 + design.local  # three states of each of five projects
    who = np.tile([rng.choice(people, 12, replace=False) for _ in range(5)], (3, 1))
    shares = rng.dirichlet(np.ones(12), 15)
    team = csr_array((shares.ravel(), (np.repeat(np.arange(15), 12), who.ravel())), shape=(15, people))
    told, known = replace(design, unit=units, shares=team), replace(crowded(held), member_kind=np.zeros(60, np.intp))
    exact, wide = fit_lean(told, known), fit_lean(told, known, exact=20)
    assert isinstance(wide.core, Wide)
    wrong = np.abs(wide.member_sds / exact.member_sds - 1)
    assert np.median(wrong) < 0.02
    assert wrong.max() < 0.1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(WIDTHS))
def test_who_roams_may_stand_among_the_members(seed, width):
    design, learning = example(seed, width), priors(width, loose)
    roaming = roamers(design)
    assert len(roaming)
    plain, moved = layout(nested(design)), layout(nested(design, roaming))
    assert settled(moved, learning) == pytest.approx(settled(plain, learning), rel=1e-6)
    known = priors(width, held)
    one, other = (exactly(lay, known) for lay in (plain, moved))
    assert other.fixed == pytest.approx(one.fixed, abs=1e-9)
    assert other.member_sds == pytest.approx(one.member_sds, abs=1e-9)
    assert other.effects.local == pytest.approx(one.effects.local, abs=1e-9)
    assert other.effects.core[: other.members] == pytest.approx(one.effects.core[: one.members], abs=1e-9)
    theirs = one.effects.middle[len(plain.levels[0]) :][np.isin(plain.levels[1], roaming)]
    assert other.effects.core[other.members :][: len(roaming)] == pytest.approx(theirs, abs=1e-9)


def test_only_voices_of_several_customers_roam():
    design = crowd(1)  # every voice is its customer's own
    assert not len(roamers(design))
    heard_twice = replace(design, middles=(design.middles[0], design.middles[1] % 7))
    assert set(roamers(heard_twice)) == set(range(7))
    of_nobody = replace(heard_twice, middles=(np.full(len(design.y), -1), heard_twice.middles[1]))
    assert set(roamers(of_nobody)) == set(range(7))


@pytest.mark.parametrize("voices", [7, 1])
def test_members_and_the_widest_block_of_middles_are_what_is_counted(voices):
    design = crowd(1)
    several = replace(design, middles=(design.middles[0], design.middles[1] % voices))
    one = layout(nested(several))
    together = len(one.members) + len(one.kind)  # every customer hears one of these voices
    assert knotted(nested(several), together - 1)
    assert not knotted(nested(several), together)
    apart = len(one.members) + 4  # a customer and its three voices
    assert knotted(nested(design), apart - 1)
    assert not knotted(nested(design), apart)
