"""scoring/EXAMPLES.md: its arithmetic is right by itself, and the engine comes to its answers."""

import numpy as np
import pytest

from tests.scoring import examples_composed, examples_open, examples_peers
from tests.scoring.examples import EXAMPLES, figures

CHECKS = {**examples_peers.CHECKS, **examples_open.CHECKS, **examples_composed.CHECKS}


def within(figure):
    """Half of the last decimal that is told, and a little for the engine's own rounding."""
    return 0.5 * 10.0 ** -len(figure.partition(".")[2]) + 2e-6


def test_every_example_is_checked_and_every_check_has_its_example():
    assert list(EXAMPLES) == list(CHECKS)
    assert len(EXAMPLES) > 5


@pytest.mark.parametrize("heading", EXAMPLES)
def test_an_example_has_rows_an_equation_with_its_unit_arithmetic_and_answers(heading):
    example = EXAMPLES[heading]
    assert 5 <= len(example.rows) <= 9
    assert any(line.rstrip().endswith("]") for line in example.equation), "an equation says its unit"
    assert len(list(figures(example.arithmetic))) >= 2
    assert example.answers


@pytest.mark.parametrize("heading", EXAMPLES)
def test_the_arithmetic_comes_to_what_it_says(heading):
    for line, told, found in figures(EXAMPLES[heading].arithmetic):
        assert np.ravel(found) == pytest.approx(np.ravel(told), abs=5.1e-6), line


@pytest.mark.parametrize("heading", EXAMPLES)
def test_every_answer_is_worked_out_above_it(heading):
    example = EXAMPLES[heading]
    given = [float(cell) for row in example.rows for cell in row.values() if cell.replace(".", "").isdigit()]
    worked = np.array([*given, *(each for _, told, _ in figures(example.arithmetic) for each in np.ravel(told))])
    for answer in example.answers.values():
        for figure in answer:
            assert np.abs(worked - float(figure)).min() <= within(figure), figure


@pytest.mark.parametrize("heading", CHECKS)
def test_the_engine_comes_to_the_same_answers(heading, monkeypatch):
    example = EXAMPLES[heading]
    found = CHECKS[heading](example, monkeypatch)
    assert list(found) == list(example.answers)
    for what, answer in example.answers.items():
        values = np.ravel(found[what])
        assert len(values) == len(answer), what
        for value, figure in zip(values, answer, strict=True):
            assert value == pytest.approx(float(figure), abs=within(figure)), what
