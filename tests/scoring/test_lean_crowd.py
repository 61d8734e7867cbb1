"""A lean fit of very many contacts of one customer: the same figures, at a cost in proportion to what they said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from scoring.model.lean import fit_lean
from scoring.model.lean_design import nested
from scoring.model.lean_layout import layout
from scoring.model.lean_probes import Probes
from scoring.model.lean_roaming import knotted
from scoring.model.lean_spread import covariances, nest_variances
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
