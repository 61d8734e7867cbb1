"""Criteria are shown as ratings, customers' aspects as they are."""

import numpy as np

from scoring.model.figures import MEASURES, figures
from scoring.model.scores import SubjectKind
from scoring.policy import Policy
from tests.scoring.blocks import block


def test_only_criteria_are_told_back_into_ratings():
    """Told 3.4 of a criterion is a rating of 3; a satisfaction of 3.4 is 3.4."""
    both = block("leading", "satisfaction", estimate=[[3.4, 3.4]], sd=0.1, centre=3.4)
    found = figures(SubjectKind.PERSON, both, ("leading", *MEASURES), Policy())
    assert found.dimensions == ("leading", "satisfaction")
    assert np.allclose(found.estimate, [[3.0, 3.4]], atol=1e-9)
