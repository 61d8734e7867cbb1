"""The equations of a large fit, solved by conjugate gradients, with posterior variances from fixed probes.

Factors nested in one another (receiver, receiver×criterion, pair, occasion) form a family whose part of the matrix is
eliminated exactly; conjugate gradients run on what the largest family leaves, preconditioned by the others. A posterior
variance is its exact value given all other families, plus the variance of that conditional mean over posterior samples
(Sidén, Lindgren, Bolin & Villani 2018, J. Comput. Graph. Stat. 27(4)), so probes carry only the smaller part.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.crossed_elimination import Elimination, Plan, eliminate, pattern_of, plan
from scoring.model.crossed_equations import Equations
from scoring.model.signs import mixed, signs

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_PRECISE = 1e-11  # residual over right side at which a solve ends
_ITERATIONS = 400
_MOST_PAIRS = 200_000_000
_TRACE_PROBES = 200_000  # effects times probes: enough for a trace within about 0.1 %
_SD_PROBES = 24  # median error of a sd under 1 % where each effect has several rows
_PART = 100  # effects in one part of a family, on average, up to which its shape does not matter
_TOGETHER = 8  # right sides solved at once, so that memory stays in proportion


@dataclass(frozen=True, slots=True)
class Family:
    """One exactly eliminated part: its columns, its matrix, its links to the columns outside, its plan.

    A later family also holds what of the first is nested in it, so that a giver's error is not judged as if each of the
    giver's pairs were known; told : the places in `own` whose error it reports. The plan's combinations are those that
    this family conditions; other rows of it are empty.
    """

    own: Places
    outside: Places
    told: Places
    plan: Plan
    diagonal: Floats
    above: Floats
    link: csr_array


@dataclass(frozen=True, slots=True)
class Splitting:
    """What of the solution does not depend on the variances. colour : (rows + columns,), see `_colours`."""

    eq: Equations
    wanted: csr_array
    families: tuple[Family, ...]
    colour: NDArray[np.uint64]

    def factorize(self, penalty: Floats) -> "Split":
        """Eliminate each family for one Λ."""
        done = [eliminate(f.plan, f.diagonal + penalty[f.own], f.above) for f in self.families]
        return Split(self, penalty, tuple(done))


@dataclass(frozen=True, slots=True)
class Split:
    """One Λ, ready to solve; C is here the large part only, without the border."""

    splitting: Splitting
    penalty: Floats
    parts: tuple[Elimination, ...]

    def solve(self, right: Floats) -> Floats:
        """C⁻¹ right, (columns, k), a few right sides at a time."""
        pieces = [self._solve(right[:, k : k + _TOGETHER]) for k in range(0, right.shape[1], _TOGETHER)]
        return np.concatenate(pieces, axis=1)

    def _solve(self, right: Floats) -> Floats:
        first, part = self.splitting.families[0], self.parts[0]
        x = np.empty_like(right)
        inner = part.solve(right[first.own])
        rest = self._gradients(right[first.outside] - first.link.T @ inner)
        x[first.outside] = rest
        x[first.own] = inner - part.solve(first.link @ rest)
        return x

    def _gradients(self, right: Floats) -> Floats:
        """Conjugate gradients on the first family's Schur complement, each column its own."""
        first, part = self.splitting.families[0], self.parts[0]
        among = self.splitting.eq.matrix[first.outside][:, first.outside]
        shift = self.penalty[first.outside][:, None]
        x, left = np.zeros_like(right), right.copy()
        goal = _PRECISE**2 * np.maximum((right * right).sum(axis=0), 1e-300)
        z = self._precondition(left)
        along, size = z.copy(), (left * z).sum(axis=0)
        for _ in range(_ITERATIONS):
            pushed = among @ along + shift * along - first.link.T @ part.solve(first.link @ along)
            step = size / np.maximum((along * pushed).sum(axis=0), 1e-300)
            x += step * along
            left -= step * pushed
            if ((left * left).sum(axis=0) <= goal).all():
                break
            z = self._precondition(left)
            new = (left * z).sum(axis=0)
            along = z + new / np.maximum(size, 1e-300) * along
            size = new
        return x

    def _precondition(self, right: Floats) -> Floats:
        first = self.splitting.families[0]
        whole, answer = np.zeros((2, len(self.penalty), right.shape[1]))
        whole[first.outside] = right
        for family, part in zip(self.splitting.families[1:], self.parts[1:], strict=True):
            answer[family.own] += part.solve(whole[family.own])
        z: Floats = answer[first.outside]
        return z

    def rough(self) -> tuple[Floats, Floats]:
        """Spread, from few probes: right in the sum over a block, rough for one effect."""
        return self._probed(int(np.clip(_TRACE_PROBES // max(len(self.penalty), 1), 2, 32)))

    def spread(self) -> tuple[Floats, Floats]:
        """Diagonal of C⁻¹, (columns,), and c C⁻¹ cᵀ for each wanted combination."""
        return self._probed(_SD_PROBES)

    def _probed(self, probes: int) -> tuple[Floats, Floats]:
        diagonal, combined = np.zeros(len(self.penalty)), np.zeros(self.splitting.wanted.shape[0])
        for family, part in zip(self.splitting.families, self.parts, strict=True):
            own, inside = part.spread()
            diagonal[family.own[family.told]] = own[family.told]
            combined += inside
        for begin in range(0, probes, _TOGETHER):
            sample = self._sample(begin, min(begin + _TOGETHER, probes))
            for family, part in zip(self.splitting.families, self.parts, strict=True):
                given = -part.solve(family.link @ sample[family.outside])
                diagonal[family.own[family.told]] += (given[family.told] ** 2).sum(axis=1) / probes
                combined += self._conditional(family, given, sample) / probes
        return diagonal, combined

    def _conditional(self, family: Family, given: Floats, sample: Floats) -> Floats:
        """Sum over samples of the squared conditional mean of the combinations this family conditions."""
        mine = np.diff(family.plan.wanted.indptr) > 0
        if not mine.any():
            return np.zeros(len(mine))
        mean = sample.copy()
        mean[family.own] = given
        return np.where(mine, ((self.splitting.wanted @ mean) ** 2).sum(axis=1), 0.0)

    def _sample(self, begin: int, end: int) -> Floats:
        """Draws with covariance C⁻¹, (columns, end − begin): C⁻¹(Tᵀ√W z₁ + √Λ z₂) with signs z."""
        eq = self.splitting.eq
        drawn = signs(self.splitting.colour, begin, end)
        right = eq.design.T @ (np.sqrt(eq.weight)[:, None] * drawn[: eq.rows])
        return self.solve(right + np.sqrt(self.penalty)[:, None] * drawn[eq.rows :])


def split(eq: Equations, wanted: csr_array) -> Splitting:
    """Choose the families and plan each."""
    groups = families(eq)
    taken = np.zeros(wanted.shape[0], bool)
    made: list[Family] = []
    for blocks in groups:
        inside = np.isin(eq.block, blocks if not made else _with_nested(eq, blocks, groups[0]))
        own, outside = np.flatnonzero(inside), np.flatnonzero(~inside)
        asked = csr_array(wanted[:, own])
        asked.sort_indices()
        asked = _rows_only(asked, ~taken)
        taken |= np.diff(asked.indptr) > 0
        held = csr_array(eq.matrix[own])
        matrix = csr_array(held[:, own])
        pattern, above = pattern_of(matrix, asked)
        told = np.flatnonzero(np.isin(eq.block[own], blocks))
        planned = plan(pattern, asked, _MOST_PAIRS)
        made.append(Family(own, outside, told, planned, matrix.diagonal(), above, csr_array(held[:, outside])))
    return Splitting(eq, wanted, tuple(made), _colours(eq))


def families(eq: Equations) -> list[list[int]]:
    """Blocks gathered so that each family falls into many small parts, or into stars; the largest family first."""
    blocks = len(eq.sizes)
    within = _within(eq)
    left = sorted((b for b in range(1, blocks) if eq.sizes[b]), key=lambda b: (-int(eq.sizes[b]), b))
    found: list[list[int]] = []
    while left:
        options = [_family((within, eq.sizes), left, head) for head in left]
        best = max(options, key=lambda option: int(eq.sizes[option].sum()))
        found.append(best)
        left = [b for b in left if b not in best]
    return found


def _within(eq: Equations) -> NDArray[np.bool_]:
    """(blocks, blocks): each level of the one meets at most one of the other."""
    blocks = len(eq.sizes)
    row = np.repeat(np.arange(eq.matrix.shape[0]), np.diff(eq.matrix.indptr))
    count = np.bincount(row * blocks + eq.block[eq.matrix.indices], minlength=len(eq.block) * blocks)
    most = [count.reshape(-1, blocks)[eq.block == b].max(axis=0, initial=0) for b in range(blocks)]
    few: NDArray[np.bool_] = np.array(most) <= 1
    return few


def _with_nested(eq: Equations, blocks: list[int], first: list[int]) -> list[int]:
    """Add to a later family the blocks of the first that are nested in all of it, and in or around one another."""
    within = _within(eq)
    chosen: list[int] = []
    for block in sorted(first, key=lambda b: (-int(eq.sizes[b]), b)):
        if within[block, blocks].any() and (within[block, chosen] | within[chosen, block]).all():
            chosen.append(block)
    return [*blocks, *chosen]


def _family(shape: tuple[NDArray[np.bool_], NDArray[np.int64]], left: list[int], head: int) -> list[int]:
    """Gather the head and, largest first, what is nested in it, or is nested in or around all those taken."""
    within, sizes = shape
    parts_are_small = sizes[head] * _PART >= sizes.sum()
    chosen = [head]
    for block in left:
        related = within[block, chosen] | within[chosen, block]
        if block != head and (related.all() or (parts_are_small and within[block, head])):
            chosen.append(block)
    return chosen


def _rows_only(matrix: csr_array, keep: NDArray[np.bool_]) -> csr_array:
    """Keep the same shape with the other rows emptied."""
    count = np.where(keep, np.diff(matrix.indptr), 0)
    stays = np.repeat(keep, np.diff(matrix.indptr))
    start = np.concatenate(([0], np.cumsum(count)))
    return csr_array((matrix.data[stays], matrix.indices[stays], start), shape=matrix.shape)


def _colours(eq: Equations) -> NDArray[np.uint64]:
    """(rows + columns,), what each row and effect looks like from its evidence and neighbours, not from its number.

    Colour refinement (Weisfeiler & Leman 1968), three rounds: renaming or reordering carries every probe along, so the
    estimates do not move. Rows that look alike are told apart by their order, which then cannot matter.
    """
    width = np.diff(eq.design.indptr)
    row = mixed(np.round(eq.y * 1e9).astype(np.int64).view(np.uint64) ^ mixed(eq.weight.view(np.uint64)))
    column = np.zeros(len(eq.block), np.uint64)
    for _ in range(3):
        short = (row >> np.uint64(32)).astype(np.float64)  # sums of under 2²¹ of them are exact
        total = np.bincount(eq.design.indices, np.repeat(short, width), len(column))
        column = mixed(total.astype(np.uint64))
        met = np.repeat(np.arange(len(row)), width)
        row = mixed(row + _wrapped_sums(met, column[eq.design.indices], len(row)))
    return np.concatenate((_told_apart(row), _told_apart(column)))


def _wrapped_sums(place: Places, value: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """Sum, modulo 2⁶⁴, of the values at each place; places ascend."""
    total = np.concatenate((np.zeros(1, np.uint64), np.cumsum(value, dtype=np.uint64)))
    start = np.searchsorted(place, np.arange(size + 1))
    sums: NDArray[np.uint64] = total[start[1:]] - total[start[:-1]]
    return sums


def _told_apart(colour: NDArray[np.uint64]) -> NDArray[np.uint64]:
    order = np.argsort(colour, kind="stable")
    ranked = colour[order]
    begins = np.concatenate(([True], ranked[1:] != ranked[:-1]))
    place = np.arange(len(order))
    repeat = np.empty(len(order), np.uint64)
    repeat[order] = (place - np.maximum.accumulate(np.where(begins, place, 0))).astype(np.uint64)
    return mixed(colour + repeat * np.uint64(0xD1B54A32D192ED03))
