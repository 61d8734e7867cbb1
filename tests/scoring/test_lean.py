"""The lean fit against the exact crossed fit, its slow twin: same effects, same errors, nearly the same variances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, eye_array

from scoring.model.crossed import Factor, Rows, fit_crossed
from scoring.model.lean import fit_lean
from scoring.model.lean_design import Design, nested
from scoring.model.lean_layout import layout
from scoring.model.lean_levels import nest_parts
from scoring.model.lean_many import fit_many
from scoring.model.lean_roaming import knotted
from scoring.model.lean_spread import covariances, nest_variances
from tests.scoring.designs import WIDTHS, crowd, example, held, loose, priors


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
