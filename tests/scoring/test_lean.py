"""The lean fit against the exact crossed fit, its slow twin: same effects, same errors, nearly the same variances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, eye_array

from scoring.model.crossed import Factor, Rows, Variance, fit_crossed
from scoring.model.lean import Lean, fit_lean
from scoring.model.lean_design import Design, nested
from scoring.model.lean_layout import layout
from scoring.model.lean_levels import nest_parts
from scoring.model.lean_many import fit_many
from scoring.model.lean_priors import Priors, spelt
from scoring.model.lean_probes import Probes
from scoring.model.lean_roaming import knotted, roamers
from scoring.model.lean_solve import eliminate
from scoring.model.lean_spread import covariances, effects, invert, nest_variances
from scoring.model.lean_steps import settled, sums
from scoring.model.lean_wide import Wide

WIDTHS = (1, 3)


def hot(level, size):
    return csr_array((np.ones(len(level)), (np.arange(len(level)), level)), shape=(len(level), size))


def example(seed, width, rows=60):
    """Responses of voices about projects, and who worked there; middles tie several projects together."""
    rng = np.random.default_rng(seed)
    nest = rng.integers(0, rows // 2, rows)
    # One project, voice and state of the project for each nest.
    project = rng.integers(0, 9, rows)[nest]
    voice = rng.integers(-1, 6, rows)[nest]
    state = rng.integers(0, 2, rows)[nest]
    customer = project % 3
    shares = rng.dirichlet(np.ones(4), 18)
    shares[:, rng.integers(0, 4)] = 0
    group = rng.integers(0, width, rows)
    return Design(
        y=rng.standard_normal(rows) + shares[project * 2 + state, 0],
        weight=rng.uniform(0.2, 1.0, rows),
        nest=nest.astype(np.int64), local=project.astype(np.int64), column=group.astype(np.int64), width=width,
        middles=(customer.astype(np.int64), voice.astype(np.int64)),
        unit=(project * 2 + state).astype(np.int64), shares=csr_array(shares), fixed=hot(group, width),
    )  # fmt: skip


def priors(width, kind):
    local = (kind(0.4),) if width == 1 else (kind(0.1 + 0.3 * width), kind(0.1))
    means = (Variance(known=1.0),)
    members, fixed = np.zeros(4, np.intp), np.zeros(width, np.intp)
    return Priors(kind(0.5), kind(0.2), local, (kind(0.3), kind(0.25)), (kind(0.35),), means, members, fixed)


def twin(design, kind):
    """The same model, factor by factor."""
    project, rows = design.local.astype(np.int32), len(design.y)
    factors = [
        Factor(design.nest.astype(np.int32), rows, kind(0.2)),
        Factor(design.middles[0].astype(np.int32), 3, kind(0.3)),
        Factor(design.middles[1].astype(np.int32), 6, kind(0.25)),
        Factor(design.unit.astype(np.int32), 4, kind(0.35), design.shares),
    ]
    if design.width == 1:
        factors.append(Factor(project, 9, kind(0.4)))
    else:
        factors.append(Factor(project, 9, kind(0.3)))
        factors.append(Factor((project * design.width + design.column).astype(np.int32), 9 * design.width, kind(0.1)))
    return fit_crossed(
        Rows(design.y, design.column.astype(np.int32), design.width, design.weight, center_variance=1.0),
        factors, kind(0.5),
    )  # fmt: skip


def held(value):
    return Variance(known=value)


def loose(value):
    return Variance(guess=value, weight=10, floor=0.01)


def local_effects(fit, width):
    """(projects, width) of the twin."""
    if width == 1:
        return fit.effects[4][:, None]
    return fit.effects[4][:, None] + fit.effects[5].reshape(9, width)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(WIDTHS))
def test_many_designs_as_one_say_of_members_what_each_says_alone(seed, width):
    told = [(example(seed + at, width, rows), priors(width, held)) for at, rows in enumerate((60, 7, 25))]
    for (design, known), found in zip(told, fit_many(told), strict=True):
        alone = fit_lean(design, known).shared
        assert (found.heard == alone.heard).all()
        assert (found.local == alone.local).all()
        assert found.sds == pytest.approx(alone.sds, abs=1e-9)
        assert found.forces == pytest.approx(alone.forces, abs=1e-9)
        assert found.shares.toarray() == pytest.approx(alone.shares.toarray(), abs=0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(WIDTHS))
def test_effects_and_errors_are_the_twins(seed, width):
    design = example(seed, width)
    lean, exact = fit_lean(design, priors(width, held)), twin(design, held)
    lay = lean.layout
    assert lean.effects.core[: lean.members] == pytest.approx(exact.effects[3][lay.members], abs=1e-9)
    assert lean.member_sds == pytest.approx(exact.sds[3][lay.members], abs=1e-9)
    assert lean.fixed == pytest.approx(exact.fixed, abs=1e-9)
    assert lean.effects.local == pytest.approx(local_effects(exact, width)[lay.locals_], abs=1e-9)
    customers, voices = lay.levels
    middle = np.concatenate([exact.effects[1][customers], exact.effects[2][voices]])
    assert lean.effects.middle == pytest.approx(middle, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_every_variance_on_the_way_is_the_twins(seed):
    # Degrees of freedom come from these: nests, locals and middles.
    design = example(seed, 1)
    lean, exact = fit_lean(design, priors(1, held)), twin(design, held)
    lay = lean.layout
    cov = covariances(lay, lean.schur, lean.core)
    assert 0.5 * cov.local[:, 0, 0] == pytest.approx(exact.sds[4][lay.locals_] ** 2, abs=1e-9)
    each = np.arange(len(lay.kind))
    middle = np.concatenate([exact.sds[1][lay.levels[0]], exact.sds[2][lay.levels[1]]])
    assert 0.5 * cov.pairs[lay.groups.address(each, each)] == pytest.approx(middle**2, abs=1e-9)
    nest = design.nest[lay.nests.order][np.flatnonzero(np.diff(lay.nests.row, prepend=-1))]
    mine, theirs = nest_parts(lay, lean.at, nest_variances(lay, lean.schur, cov))
    assert 0.5 * mine == pytest.approx(exact.sds[0][nest] ** 2, abs=1e-9)
    voice = design.middles[1][lay.nests.order][np.flatnonzero(np.diff(lay.nests.row, prepend=-1))][lay.alone]
    assert 0.5 * theirs[lay.alone] == pytest.approx(exact.sds[2][voice] ** 2, abs=1e-9)


def test_who_spoke_once_is_one_with_the_response():
    design = example(1, 1)
    once = replace(design, middles=(design.middles[0], np.where(design.nest == design.nest[0], 99, -1)))
    lay = layout(nested(once))
    assert lay.alone.sum() == 1
    assert not len(lay.levels[1])
    twice = replace(once, middles=(once.middles[0], np.where(design.nest < 9, 99, -1)))
    assert nested(twice).alone.sum() == 0
    survey = crowd(1)
    everybody = replace(survey, middles=(np.zeros_like(survey.nest), survey.nest))  # one customer, 3,000 contacts
    assert len(nested(everybody).kind) == 1
    assert not knotted(nested(everybody), len(layout(nested(everybody)).members) + 1)


def test_estimated_variances_are_near_those_of_restricted_likelihood():
    design = example(3, 1, 600)
    lean, exact = fit_lean(design, priors(1, loose)), twin(design, loose)
    nest, customer, voice, person, project = exact.variances
    expected = [exact.residual, nest, project, customer, voice, person]
    assert lean.variances[:6] == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("seed", range(6))
def test_steps_end_where_the_restricted_likelihood_is_highest(seed, width):
    design = example(seed, width, 600)
    lean, exact = fit_lean(design, priors(width, loose)), twin(design, loose)
    apart, customer, voice, person, *project = exact.variances
    expected = [exact.residual, apart, *project, customer, voice, person]
    if width > 1:  # there the priors pull a project's whole in another unit
        expected, found = [*expected[:2], *expected[4:]], [*lean.variances[:2], *lean.variances[4:7]]
        assert found == pytest.approx(expected, rel=0.05)
    else:
        assert lean.variances[:6] == pytest.approx(expected, rel=0.03)


def test_combinations_count_covariances():
    design = example(5, 1)
    lean = fit_lean(design, priors(1, held))
    lay = lean.layout
    rest = csr_array(([0.5], ([0], [0])), shape=(1, len(lean.effects.core)))
    local, middle = csr_array((1, len(lay.locals_))), csr_array((1, len(lay.kind)))
    alone = lean.variances_of(local, middle, rest)
    assert alone[0] == pytest.approx(0.25 * lean.member_sds[0] ** 2)
    projects = csr_array(eye_array(len(lay.locals_)))
    nothing = csr_array((len(lay.locals_), len(lay.kind)))
    found = lean.variances_of(projects, nothing, csr_array((len(lay.locals_), len(lean.effects.core))))
    assert np.sqrt(found) == pytest.approx(twin(design, held).sds[4][lay.locals_], abs=1e-9)


def test_nothing_to_fit_is_refused():
    design = example(1, 1)
    none = np.empty(0, np.int64)
    empty = Design(np.empty(0), np.empty(0), none, none, none, 1, (none, none), none, design.shares, csr_array((0, 1)))
    with pytest.raises(ValueError, match="at least one row"):
        fit_lean(empty, priors(1, held))


def crowd(seed, people=300, projects=900, rows=6_000, customers=120):
    """Projects of two near colleagues, now and then one from afar; responses of customers' voices, two rows each."""
    rng = np.random.default_rng(seed)
    nest = np.arange(rows) // 2
    project = rng.integers(0, projects, rows // 2)[nest]
    customer = rng.integers(0, customers, projects)[project]
    voice = customer * 3 + rng.integers(0, 3, rows // 2)[nest]
    near = (rng.integers(0, people, projects)[:, None] + rng.integers(0, 30, (projects, 2))) % people
    who = np.where(rng.random(near.shape) < 0.1, rng.integers(0, people, near.shape), near)
    shares = csr_array((np.full(who.size, 0.5), (np.repeat(np.arange(projects), 2), who.ravel())), (projects, people))
    felt = (shares @ rng.normal(0, 1.2, people))[project] + rng.normal(0, 0.5, customers)[customer]
    return Design(
        y=felt + rng.normal(0, 0.5, rows // 2)[nest] + rng.normal(0, 0.7, rows),
        weight=np.ones(rows), nest=nest, local=project, column=np.zeros(rows, np.int64), width=1,
        middles=(customer, voice), unit=project, shares=shares, fixed=csr_array(np.ones((rows, 1))),
    )  # fmt: skip


def crowded(kind):
    return replace(priors(1, kind), member_kind=np.zeros(300, np.intp))


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


def renumbered(design, seed):
    """The same evidence with other numbers for everybody, its rows in another order."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(design.y))
    nest, local, unit, *middles = (
        rng.permutation(int(level.max()) + 1)[level][rows]
        for level in (design.nest, design.local, design.unit, *design.middles)
    )
    units = np.empty(design.shares.shape[0], np.int64)
    units[unit] = design.unit[rows]
    shares = csr_array(design.shares[units][:, rng.permutation(design.shares.shape[1])])
    return replace(
        design, y=design.y[rows], weight=design.weight[rows], nest=nest, local=local, unit=unit,
        middles=tuple(middles), shares=shares,
    )  # fmt: skip


def test_beyond_the_exact_limit_other_numbers_change_nothing():
    design = crowd(7)
    one, other = (fit_lean(each, crowded(loose), exact=200) for each in (design, renumbered(design, 3)))
    assert other.variances == pytest.approx(one.variances, rel=1e-9)
    assert np.sort(other.member_sds) == pytest.approx(np.sort(one.member_sds), rel=1e-9)
    assert np.sort(other.effects.core) == pytest.approx(np.sort(one.effects.core), abs=1e-9)


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


def exactly(lay, known):
    theta = known.start()
    at = spelt(lay, known, theta)
    schur = eliminate(lay, at)
    core, inverse = invert(schur)
    return Lean(lay, schur, theta, at, effects(lay, schur, core), inverse)


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


def crowding(design):
    """The same evidence twice: locals eliminated before middles, and after whoever speaks in them."""
    plain, crowded_ = layout(nested(design)), layout(nested(design, crowd=0))
    assert plain.crowd is None
    assert len(crowded_.knots.crowd) > 1
    return plain, crowded_


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(WIDTHS))
def test_a_crowd_may_be_eliminated_before_its_locals(seed, width):
    design, learning, known = example(seed, width), priors(width, loose), priors(width, held)
    plain, moved = crowding(design)
    assert settled(moved, learning) == pytest.approx(settled(plain, learning), rel=1e-9)
    one, other = (exactly(lay, known) for lay in (plain, moved))
    for name in ("core", "middle", "local", "nest", "force"):
        assert getattr(other.effects, name) == pytest.approx(getattr(one.effects, name), abs=1e-9)
    assert other.member_sds == pytest.approx(one.member_sds, abs=1e-9)
    assert other.fixed_sds == pytest.approx(one.fixed_sds, abs=1e-9)
    first, second = (covariances(fit.layout, fit.schur, fit.core) for fit in (one, other))
    for name in ("middle", "middle_core", "local_core", "local", "local_middle"):
        assert getattr(second, name) == pytest.approx(getattr(first, name), abs=1e-9)
    nests = nest_variances(plain, one.schur, first)
    assert nest_variances(moved, other.schur, second) == pytest.approx(nests, abs=1e-9)
    rng = np.random.default_rng(seed)
    wanted = [
        csr_array(rng.standard_normal((5, size)))
        for size in (len(plain.locals_) * width, len(plain.kind), len(one.effects.core))
    ]
    assert other.variances_of(*wanted) == pytest.approx(one.variances_of(*wanted), abs=1e-9)


def large_customer(contacts, seed=1, projects=5):
    """A customer of whom so many contacts each answered about two, three or four of its projects."""
    rng = np.random.default_rng(seed)
    design = crowd(seed, people=30, projects=projects, rows=6 * contacts, customers=1)
    return replace(design, middles=(design.middles[0], rng.integers(0, contacts, 3 * contacts)[design.nest]))


def test_what_a_crowd_leaves_to_invert_does_not_grow_with_it():
    for contacts in (300, 3_000):
        told = nested(large_customer(contacts))
        assert len(told.kind) > 0.7 * contacts  # who answered more than once, and the customer
        assert np.bincount(told.knots.group).tolist() == [6]
        assert len(layout(told).crowd.one) < 30 * contacts
        assert not knotted(told, 30 + 6)


def test_other_numbers_change_nothing_of_a_crowd():
    design = large_customer(400)
    told = [design, renumbered(design, 3)]
    one, other = (fit_lean(each, crowded(held)) for each in told)
    assert one.layout.crowd is not None
    for name in ("core", "middle", "local", "nest"):
        found, expected = (np.sort(getattr(fit.effects, name).ravel()) for fit in (other, one))
        assert found == pytest.approx(expected, abs=1e-12)
    assert np.sort(other.member_sds) == pytest.approx(np.sort(one.member_sds), abs=1e-12)
    one, other = (fit_lean(each, crowded(loose)) for each in told)
    assert other.variances == pytest.approx(one.variances, rel=1e-11)


def test_a_crowd_beyond_the_exact_limit_is_told_as_within():
    design, known = crowd(3, projects=300, customers=20), crowded(held)
    rng = np.random.default_rng(30)
    customer = design.local % 20
    voice = customer * 75 + rng.integers(0, 75, 3_000)[design.nest]
    design = replace(design, local=design.local % 40, middles=(customer, voice))
    exact, wide = fit_lean(design, known), fit_lean(design, known, exact=50)
    assert exact.layout.crowd is not None
    assert isinstance(wide.core, Wide)
    assert wide.layout.crowd is not None
    for name in ("core", "middle", "local", "nest", "force"):
        assert getattr(wide.effects, name) == pytest.approx(getattr(exact.effects, name), abs=1e-9)
    assert np.median(np.abs(wide.member_sds / exact.member_sds - 1)) < 0.02
    lay, learning = wide.layout, crowded(loose)
    theta = learning.start()
    whole, probed = (sums((lay, learning, probes), theta, np.arange(6))[1] for probes in (None, Probes(lay, learning)))
    assert probed == pytest.approx(whole, rel=0.03, abs=1)


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
