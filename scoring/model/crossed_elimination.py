"""Exact solves, log determinant and posterior variances of a sparse symmetric system, by eliminating independent sets.

Each stage removes, all at once, effects that are not neighbours of one another and have fewest neighbours, so that a
stage is a handful of array operations; what remains when it has filled up is dense. Going back through the stages
gives the inverse's entries on the sparsity pattern, and no others: Takahashi, Fagan & Chen (1973); Erisman & Tinney
(1975), CACM 18(3). Minimum degree: George & Liu (1989), SIAM Review 31(1). All sums run in one fixed order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from scoring.model.crossed_blocks import TILE, Cholesky, cholesky
from scoring.model.patterns import filled
from scoring.model.sorting import in_order, numbered

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_DENSE = 300  # a product in a stage costs as much as this many in the dense solver
_TABLE = 8  # places per key up to which keys are looked up in a table rather than sorted


@dataclass(frozen=True, slots=True)
class Pattern:
    """Where the matrix may be nonzero: its size and, sorted, the places (row < column) above the diagonal."""

    size: int
    row: Places
    column: Places


@dataclass(frozen=True, slots=True)
class _Stage:
    """One independent set going out, as places in the arrays before and after it.

    gone, kept : vertices. owner, other, edge : for each edge of a gone vertex, its place in `gone`, its far end in
    `kept` and its entry. stays, moved : entries between kept vertices, before and after. left, right, filled : pairs of
    edges of one gone vertex, and the entry after the stage that they change. pull, back : the patterns of D⁻¹B and of
    its transpose, whose entries are those of pull in the order `turn`.
    """

    gone: Places
    kept: Places
    owner: Places
    other: Places
    edge: Places
    stays: Places
    moved: Places
    left: Places
    right: Places
    filled: Places
    entries: int
    pull: csr_array
    back: csr_array
    turn: Places


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages for one pattern, whatever the numbers in it.

    wanted : combinations of columns whose variance will be asked for. core : what is left for the dense solver.
    """

    pattern: Pattern
    wanted: csr_array
    stages: tuple[_Stage, ...]
    core: Pattern


def pattern_of(matrix: csr_array, cliques: csr_array) -> tuple[Pattern, Floats]:
    """Read the pattern of a symmetric matrix and its entries; columns sharing a row of `cliques` become neighbours.

    So the inverse is known wherever a combination needs a covariance, though the matrix be 0 there.
    """
    size = matrix.shape[0]
    entry = coo_array(matrix)
    upper = entry.row < entry.col
    key = entry.row[upper].astype(np.intp) * size + entry.col[upper]
    left, right = clique_pairs(cliques)
    asked = cliques.indices[left].astype(np.intp) * size + cliques.indices[right]
    keys, place = numbered(np.concatenate((key, asked)))
    above = np.zeros(len(keys))
    above[place[: len(key)]] = entry.data[upper]
    return Pattern(size, keys // max(size, 1), keys % max(size, 1)), above


def clique_pairs(cliques: csr_array) -> tuple[Places, Places]:
    """Places left < right in the data of `cliques` that stand in one row; its indices are sorted."""
    return _pairs(cliques.indptr.astype(np.intp))


def quadratic(pattern: Pattern, inverse: tuple[Floats, Floats], cliques: csr_array) -> Floats:
    """Compute c Z cᵀ for each row c of `cliques`, (rows,), from the inverse's diagonal and entries at the pattern."""
    diagonal, above = inverse
    left, right = clique_pairs(cliques)
    row = np.repeat(np.arange(cliques.shape[0]), np.diff(cliques.indptr))
    keys = pattern.row * pattern.size + pattern.column
    asked = cliques.indices[left].astype(np.intp) * pattern.size + cliques.indices[right]
    crossed = 2 * cliques.data[left] * cliques.data[right] * above[np.searchsorted(keys, asked)]
    total = _sums(row, cliques.data**2 * diagonal[cliques.indices], cliques.shape[0])
    return total + _sums(row[left], crossed, cliques.shape[0])


def plan(pattern: Pattern, wanted: csr_array, most_pairs: int) -> Plan:
    """Choose the stages; stops early, with a larger core, where the fill would cost over `most_pairs` products."""
    core, spent = pattern, 0
    stages: list[_Stage] = []
    while core.size > TILE:
        full = _both_triangles(core)
        gone = _independent(full)
        degree = np.diff(full.indptr)[gone].astype(np.intp)
        pairs = int((degree * (degree - 1) // 2).sum())
        spent += pairs
        if spent > most_pairs or _DENSE * pairs > core.size**3 - (core.size - len(gone)) ** 3:
            break
        stage, core = _eliminate(core, full, gone)
        stages.append(stage)
    return Plan(pattern, wanted, tuple(stages), core)


def _both_triangles(pattern: Pattern) -> csr_array:
    """Build the symmetric matrix whose entries are their own places in the pattern, plus one."""
    place = np.arange(1, len(pattern.row) + 1)
    ends = (np.concatenate((pattern.row, pattern.column)), np.concatenate((pattern.column, pattern.row)))
    full = csr_array(coo_array((np.concatenate((place, place)), ends), shape=(pattern.size, pattern.size)))
    full.sort_indices()
    return full


def _independent(full: csr_array) -> Places:
    """Choose vertices with fewer neighbours than each of theirs; a fixed hash of the place decides between equals."""
    size = full.shape[0]
    degree = np.diff(full.indptr).astype(np.int64)
    hashed = np.arange(size, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(32)
    rank = np.empty(size, np.int64)
    rank[np.lexsort((hashed, degree))] = np.arange(size)
    least = np.full(size, size, np.int64)
    linked = degree > 0
    if linked.any():
        least[linked] = np.minimum.reduceat(rank[full.indices], full.indptr[:-1][linked])
    return np.flatnonzero(rank < least)


def _eliminate(pattern: Pattern, full: csr_array, gone: Places) -> tuple[_Stage, Pattern]:
    """Build the stage that removes `gone`, and the pattern after it."""
    leaves = np.zeros(pattern.size, bool)
    leaves[gone] = True
    kept = np.flatnonzero(~leaves)
    number = np.cumsum(~leaves) - 1
    edges = full[gone]
    owner = np.repeat(np.arange(len(gone)), np.diff(edges.indptr))
    other = number[edges.indices]
    stays = np.flatnonzero(~leaves[pattern.row] & ~leaves[pattern.column])
    left, right = _pairs(edges.indptr.astype(np.intp))
    old = number[pattern.row[stays]] * len(kept) + number[pattern.column[stays]]
    new = other[left] * len(kept) + other[right]
    entries, moved, changed = _merge(old, new, len(kept))
    after = Pattern(len(kept), entries // max(len(kept), 1), entries % max(len(kept), 1))
    edge = edges.data.astype(np.intp) - 1
    pull = csr_array((np.zeros(len(edge)), other, edges.indptr), shape=(len(gone), len(kept)))
    turn = in_order(other)
    begin = np.searchsorted(other[turn], np.arange(len(kept) + 1))
    back = csr_array((np.zeros(len(edge)), owner[turn], begin), shape=(len(kept), len(gone)))
    return _Stage(
        gone, kept, owner, other, edge, stays, moved, left, right, changed, len(entries), pull, back, turn
    ), after


def _pairs(start: Places) -> tuple[Places, Places]:
    """All pairs left < right of places within each run start[i]..start[i + 1]."""
    end = np.repeat(start[1:], np.diff(start))
    place = np.arange(len(end))
    following = end - place - 1
    left = np.repeat(place, following)
    before = np.cumsum(following) - following
    return left, np.arange(len(left)) - np.repeat(before, following) + left + 1


def _merge(old: Places, new: Places, size: int) -> tuple[Places, Places, Places]:
    """Sorted union of two lists of keys < size², and where each key of either list stands in it."""
    if size * size > _TABLE * (len(old) + len(new)):
        entries, place = numbered(np.concatenate((old, new)))
        return entries, place[: len(old)], place[len(old) :]
    table = np.zeros(size * size, np.int32)
    table[old] = 1
    table[new] = 1
    entries = np.flatnonzero(table)
    table[entries] = np.arange(len(entries), dtype=np.int32)
    return entries, table[old].astype(np.intp), table[new].astype(np.intp)


@dataclass(frozen=True, slots=True)
class Elimination:
    """The stages carried out on one matrix, ready to solve. pivots, pulls, backs : for each stage D, D⁻¹B, its turn."""

    plan: Plan
    pivots: tuple[Floats, ...]
    pulls: tuple[csr_array, ...]
    backs: tuple[csr_array, ...]
    core: Cholesky
    logdet: float

    def solve(self, right: Floats) -> Floats:
        """Matrix⁻¹ right; right is (size, columns)."""
        parts, rest = [], right
        for stage, back in zip(self.plan.stages, self.backs, strict=True):
            parts.append(rest[stage.gone])
            rest = rest[stage.kept] - back @ parts[-1]
        rest = self.core.solve(rest)
        for stage, pivot, pull, part in zip(
            *map(reversed, (self.plan.stages, self.pivots, self.pulls, parts)), strict=True
        ):
            whole = np.empty((len(stage.gone) + len(stage.kept), right.shape[1]))
            whole[stage.gone] = part / pivot[:, None] - pull @ rest
            whole[stage.kept] = rest
            rest = whole
        return rest

    def diagonal(self) -> Floats:
        """Diagonal of the inverse."""
        return self.inverse()[0]

    def spread(self) -> tuple[Floats, Floats]:
        """Diagonal of the inverse, (size,), and c Z cᵀ for each wanted combination."""
        inverse = self.inverse()
        return inverse[0], quadratic(self.plan.pattern, inverse, self.plan.wanted)

    def inverse(self) -> tuple[Floats, Floats]:
        """Diagonal of the inverse, and its entries at the pattern's places."""
        dense = self.core.inverse()
        diagonal, above = np.diagonal(dense).copy(), dense[self.plan.core.row, self.plan.core.column]
        for stage, pivot, pull in zip(*map(reversed, (self.plan.stages, self.pivots, self.pulls)), strict=True):
            diagonal, above = _inverse_before(stage, (pivot, pull.data), (diagonal, above))
        return diagonal, above


def eliminate(plan: Plan, diagonal: Floats, above: Floats) -> Elimination:
    """Carry out a plan. diagonal : (size,), above : (entries,), at the pattern's places. LinAlgError: not definite."""
    pivots, pulls, backs, logdet = [], [], [], 0.0
    for stage in plan.stages:
        pivot, edge = diagonal[stage.gone], above[stage.edge]
        if not (pivot > 0).all():
            raise np.linalg.LinAlgError("a pivot is not positive")
        pull = edge / pivot[stage.owner]
        diagonal = diagonal[stage.kept] - _sums(stage.other, pull * edge, len(stage.kept))
        after = -_sums(stage.filled, pull[stage.left] * edge[stage.right], stage.entries)
        after[stage.moved] += above[stage.stays]
        above = after
        logdet += float(np.log(pivot).sum())
        pivots.append(pivot)
        pulls.append(filled(stage.pull, pull))
        backs.append(filled(stage.back, pull[stage.turn]))
    matrix = np.diag(diagonal)
    matrix[plan.core.row, plan.core.column] = above
    matrix[plan.core.column, plan.core.row] = above
    core = cholesky(matrix)
    return Elimination(plan, tuple(pivots), tuple(pulls), tuple(backs), core, logdet + core.logdet)


def _sums(place: Places, amount: Floats, size: int) -> Floats:
    """Sum of the amounts at each place, in the order given."""
    return np.bincount(place, amount, size).astype(np.float64, copy=False)


def _inverse_before(stage: _Stage, own: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Find the inverse before a stage from that after: Z_er = −(D⁻¹B Z)_er, Z_ee = 1/D + D⁻¹B Z BᵀD⁻¹."""
    (pivot, pull), (diagonal, above) = own, after
    between = above[stage.filled]
    pulled = pull * diagonal[stage.other]
    pulled += _sums(stage.right, pull[stage.left] * between, len(pull))
    pulled += _sums(stage.left, pull[stage.right] * between, len(pull))
    whole = np.empty(len(stage.gone) + len(stage.kept))
    whole[stage.gone] = 1.0 / pivot + _sums(stage.owner, pull * pulled, len(pivot))
    whole[stage.kept] = diagonal
    entries = np.empty(len(stage.stays) + len(stage.edge))
    entries[stage.stays] = above[stage.moved]
    entries[stage.edge] = -pulled
    return whole, entries
