"""The gate: a pure function from what was shown and what was found to what is shown."""

from scoring.publish import everything
from scoring.release import release
from tests.scoring import handmade


def test_the_gate_still_lets_everything_through_but_what_givers_are_like():
    run = handmade.about(3)
    shown = release(None, run)
    assert shown == everything(run)
    assert release(shown, run) == shown
    assert not hasattr(shown, "raters")


def test_the_gate_changes_nothing_of_what_it_is_given():
    run = handmade.about(3)
    before = run.scores.estimate.copy()
    release(None, run)
    assert (run.scores.estimate == before).all()
