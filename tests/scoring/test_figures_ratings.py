"""Criteria are shown as ratings, customers' aspects as they are."""

import numpy as np

from scoring.model.figures import MEASURES, bare, column_of, figures
from scoring.model.scores import SubjectKind
from scoring.policy import Policy
from tests.scoring.blocks import block


def test_only_criteria_are_told_back_into_ratings():
    """Told 3.4 of a criterion is a rating of 3; a satisfaction of 3.4 is 3.4."""
    both = block("leading", "satisfaction", estimate=[[3.4, 3.4]], sd=0.1, centre=3.4)
    found = figures(SubjectKind.PERSON, both, ("leading", *MEASURES), Policy())
    assert found.dimensions == ("leading", "satisfaction")
    assert np.allclose(found.estimate, [[3.0, 3.4]], atol=1e-9)


def test_figures_of_boards_that_nobody_asks_why_are_the_same_without_parts():
    both = block("leading", "satisfaction", estimate=[[3.4, 3.4], [4.9, 1.2]], sd=0.4, centre=3.4)
    whole, found = (
        figures(SubjectKind.PERSON, both, ("leading", *MEASURES), Policy()),
        bare(SubjectKind.PERSON, both, Policy()),
    )
    assert not len(found.parts.subject)
    for at in range(2):
        one = column_of(found, at)
        assert one.dimensions == whole.dimensions[at : at + 1]
        for name in ("estimate", "sd", "low", "high", "voices"):
            assert getattr(one, name).tolist() == getattr(whole, name)[:, at : at + 1].tolist()
