"""Saying no costs nothing on average: the figure of the validation's scenario, for each source on its own."""

from dataclasses import replace

import numpy as np
import pytest

from scoring.exchange.columns import SOURCES
from scoring.validate import cell
from scoring.validate.judgement import ours
from scoring.validate.scenarios import BY_NAME

PEOPLE, SEEDS = 150, range(1, 13)  # what all of one organization have alike is noise of one draw each
OPTING = BY_NAME["opting_out"]


def figures(engine):
    """Change of the estimate (sd) and of its width (ratio) of everybody who refuses one source, by source."""
    changes, widths = {source: [] for source in SOURCES}, {source: [] for source in SOURCES}
    for seed in SEEDS:
        of = cell.world(OPTING.settings(PEOPLE), seed)
        judged, told = engine(of), honest(cell.counterfactual(OPTING, PEOPLE, seed))
        for place, source in enumerate(SOURCES):
            who = of.made.truth.parts.refused[:, place]
            changes[source].append((judged.estimate["quality"] - told.estimate["quality"])[who])
            widths[source].append((judged.sd["quality"] / told.sd["quality"])[who])
    return tuple({source: np.concatenate(found) for source, found in of.items()} for of in (changes, widths))


def is_neutral(changes):
    """Whether the mean lies within two and a half standard errors of nothing."""
    return abs(changes.mean()) <= 2.5 * changes.std(ddof=1) / np.sqrt(len(changes))


def honest(world):
    return ours(world.evidence)


def punishing(world):
    """The planted bug: whoever refuses is taken half an sd down."""
    judged, refused = ours(world.evidence), world.made.truth.parts.refused.any(axis=1)
    estimate = judged.estimate | {"quality": judged.estimate["quality"] - 0.5 * refused}
    return replace(judged, estimate=estimate)


@pytest.fixture(scope="module")
def measured():
    return figures(honest)


@pytest.mark.parametrize("source", SOURCES)
def test_refusing_a_source_is_neutral_on_average_and_its_interval_no_narrower(measured, source):
    changes, widths = (found[source] for found in measured)
    assert len(changes) == len(SEEDS) * PEOPLE * 0.3 / 3
    assert is_neutral(changes), f"{source}: {changes.mean():+.3f} sd on average"
    assert widths.mean() >= 1.0, source


def test_an_engine_that_punishes_refusal_is_caught():
    changes, _ = figures(punishing)
    assert not any(is_neutral(found) for found in changes.values())
