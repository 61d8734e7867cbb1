"""Sparse matrices made without detours are those that SciPy makes."""

import numpy as np
import pytest
from scipy.linalg import block_diag
from scipy.sparse import csr_array, random_array

from scoring.model.lean_patterns import meeting, reaching
from scoring.model.patterns import added, blocks, filled, full, listed, row_of, squares, summed, tall


def test_listed_places_are_ones():
    row, column = np.array([2, 0, 2, 0]), np.array([1, 3, 0, 2])
    found = listed(row, column, (4, 5))
    assert (found.toarray() == csr_array((np.ones(4), (row, column)), shape=(4, 5)).toarray()).all()
    assert listed(row[:0], column[:0], (2, 3)).toarray().tolist() == np.zeros((2, 3)).tolist()


def test_a_table_and_blocks_are_themselves():
    rng = np.random.default_rng(1)
    table, square = rng.normal(size=(4, 3)), rng.normal(size=(3, 2, 2))
    assert (full(table).toarray() == table).all()
    assert (blocks(square).toarray() == block_diag(*square)).all()


def test_rows_and_their_squares():
    matrix = csr_array(random_array((7, 5), density=0.4, rng=np.random.default_rng(2)))
    assert np.allclose(squares(matrix), (matrix.toarray() ** 2).sum(axis=1))
    assert (matrix.toarray()[row_of(matrix), matrix.indices] == matrix.data).all()


def test_filling_again_leaves_the_pattern_as_it_was():
    pattern = csr_array(np.eye(3))
    found = filled(pattern, np.array([1.0, 2.0, 3.0]))
    assert found.diagonal().tolist() == [1, 2, 3]
    assert pattern.diagonal().tolist() == [1, 1, 1]


def test_who_reaches_which_middle_is_the_product_of_shares_and_links():
    rng = np.random.default_rng(3)
    shares = csr_array(random_array((6, 4), density=0.5, rng=rng))
    unit, middle = np.array([0, 0, 1, 3, 4, 4, 5]), np.array([1, 2, 0, 2, 0, 1, 1])
    links = rng.normal(size=len(unit))
    touching = csr_array((links, (unit, middle)), shape=(6, 3)).toarray()
    found = reaching(unit, middle, shares, 3).filled(links)
    assert np.allclose(found.toarray(), shares.toarray().T @ touching, atol=1e-14)


def test_middles_meet_at_entries_of_one_local_and_in_nests():
    middle = np.array([[0, 1, -1], [2, 3, 2]])  # two kinds in three nests
    found = meeting(lambda one, other: one * 10 + other, (np.array([0, 2]), np.array([2, 0])), middle)
    assert found.at.tolist() == [2, 20, 2, 13, 20, 31]
    assert found.nest.tolist() == [0, 1, 0, 1]


def test_tall_tables_are_multiplied_in_parts_and_tables_summed_by_row():
    rng = np.random.default_rng(2)
    one, other = rng.standard_normal((20_000, 5)), rng.standard_normal((20_000, 7))
    assert tall(one, other) == pytest.approx(one.T @ other)
    row = np.sort(rng.integers(0, 50, 400))
    tables = rng.standard_normal((400, 2, 3))
    expected = np.array([tables[row == each].sum(axis=0) for each in range(50)])
    assert summed(added(row, 50), tables) == pytest.approx(expected)
