"""The peers' equations of a small organization with the states eliminated, as tables.

What a receiver's state has to do with shared columns, C_j (width, left), is 0 but for the few who spoke of j: it is
kept for these alone, receivers of like many side by side. So Σ_j C_jᵀ E_j⁻¹ C_j is a few stacked products of small
tables and one sum, where sparse matrices would multiply with all that is left. The same equations as
`peers_reduction.py`, which is for what does not fit into such tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scoring.model.crossed_blocks import Cholesky, cholesky
from scoring.model.evidence import Mask, Number
from scoring.model.patterns import MOST as ALONE
from scoring.model.patterns import row_of
from scoring.model.peers_equations import Equations
from scoring.model.peers_rows import Places

MOST = 2_000_000  # numbers in the tables of all receivers, 16 MB
SHARED = 3  # columns at most that shift a pair: its giver's, its team's, its circle's
PARTS = 6  # of receivers, by how many spoke of them


@dataclass(frozen=True, slots=True)
class Part:
    """Some receivers, (receivers,) `which`, of whom about as many spoke.

    `place` (receivers, columns): which of the unknowns left each column is, and their number where it is none;
    `means` (receivers, criteria): the columns of the means. `across` (receivers, columns, width) Cᵀ, `through` CᵀE⁻¹.
    """

    which: Places
    place: Places
    means: Places
    across: Number
    through: Number


@dataclass(frozen=True, slots=True)
class Packed:
    """The equations in two sides: of states, `inverse` (receivers, width, width) E⁻¹ and `gone` r_e, and of the rest.

    `table` (size, size) and `right` (size,): what is left.
    """

    inverse: Number
    gone: Number
    parts: tuple[Part, ...]
    table: Number
    right: Number

    @property
    def states(self) -> bool:
        """Whether states are eliminated."""
        return True

    @property
    def size(self) -> int:
        """How many unknowns are left."""
        return len(self.right)

    def factor(self) -> Cholesky:
        """Cholesky factor of what is left."""
        return cholesky((self.table + self.table.T) / 2)

    def diagonal(self) -> Number:
        """Diagonal of what is left."""
        return np.diagonal(self.table).copy()

    def back(self, found: Number) -> Number:
        """Return x_e: (receivers, width)."""
        left, known = self.gone.copy(), np.append(found, 0.0)
        for part in self.parts:
            left[part.which] -= np.einsum("jcw,jc->jw", part.across, known[part.place])
        return np.asarray((self.inverse @ left[:, :, None])[..., 0], np.float64)

    def spread(self, inverse: Number, criteria: int) -> tuple[Number, Number]:
        """Say what μ_k + quality_jk owe to what is left, (receivers, criteria, size), and the variance that makes.

        `inverse` (size, size): covariance of what is left. The variance is (receivers, criteria, criteria).
        """
        reach = np.zeros((len(self.gone), criteria, self.size + 1))
        along = np.empty((len(self.gone), criteria, criteria))
        wide = np.zeros((self.size + 1, self.size + 1))
        wide[:-1, :-1] = inverse
        for part in self.parts:
            owed = -part.through[:, :, :criteria].swapaxes(1, 2)
            owed[np.arange(len(owed))[:, None], np.arange(criteria), part.means] += 1
            among = wide.take(_cells(part.place, len(wide)))
            along[part.which] = owed @ among @ owed.swapaxes(1, 2)
            reach[part.which[:, None, None], np.arange(criteria)[:, None], part.place[:, None, :]] = owed
        return reach[:, :, :-1], along


def pack(eq: Equations) -> Packed | None:
    """Eliminate the states of equations that fit into small tables; None where they do not."""
    size = len(eq.shift) + eq.criteria
    told = _told(eq, size)
    count = told.sum(axis=1)
    which = [each for each in np.array_split(np.argsort(count, kind="stable"), PARTS) if len(each)]
    columns = [int(count[each].max()) for each in which]
    numbers = sum(len(each) * wide * max(wide, eq.width) for each, wide in zip(which, columns, strict=True))
    if not which or max(columns) ** 2 * eq.width > ALONE or numbers > MOST:
        return None
    inverse = np.linalg.inv(eq.state)
    inverse = (inverse + inverse.swapaxes(1, 2)) / 2
    parts = _parts(eq, told, (which, columns), inverse)
    right = np.concatenate([eq.given.T @ eq.right_pair, eq.right_mean])
    given = [(part.through @ eq.right_state[part.which][:, :, None])[..., 0] for part in parts]
    taken = np.bincount(_flat(part.place for part in parts), _flat(given), size + 1)[:-1]
    tables = [part.through @ part.across.swapaxes(1, 2) for part in parts]
    return Packed(
        inverse, eq.right_state, parts, _own(eq) - _summed([part.place for part in parts], tables, size), right - taken
    )


def _flat(tables: Iterable[Number | Places]) -> Number:
    return np.concatenate([table.ravel() for table in tables])


def _told(eq: Equations, size: int) -> Mask:
    """Say which unknowns have to do with each receiver's state, means last: (receivers, size)."""
    pair = row_of(eq.given)
    found = np.zeros((len(eq.state), size), np.bool_)
    found[eq.receiver[pair], eq.given.indices] = True
    found[:, size - eq.criteria :] = True
    return found


def _parts(eq: Equations, told: Mask, of: tuple[list[Places], list[int]], inverse: Number) -> tuple[Part, ...]:
    """Lay out for each receiver what the unknowns told of have to do with the state."""
    which, columns = of
    receivers, size = told.shape
    count = np.count_nonzero(told, axis=1)
    ends = np.cumsum([0, *(len(each) * wide for each, wide in zip(which, columns, strict=True))]).tolist()
    first = np.empty(receivers, np.intp)
    for each, wide, start in zip(which, columns, ends, strict=False):
        first[each] = start + np.arange(len(each)) * wide
    known = np.flatnonzero(told)
    row = np.repeat(first - (np.cumsum(count) - count), count) + np.arange(len(known))
    place = np.full(ends[-1], size, np.intp)
    place[row] = known % size
    row_at = np.empty(told.size, np.intp)
    row_at[known] = row
    pair = row_of(eq.given)
    at = row_at[eq.receiver[pair].astype(np.intp) * size + eq.given.indices]
    cell = (at * eq.width)[:, None] + np.arange(eq.width)
    shared = np.bincount(cell.ravel(), eq.ends[pair].ravel(), ends[-1] * eq.width)
    across = shared.astype(np.float64, copy=False).reshape(-1, eq.width)
    means = (count - eq.criteria)[:, None] + np.arange(eq.criteria)
    across[first[:, None] + means] = eq.state_mean.swapaxes(1, 2)
    made = []
    for each, wide, start, end in zip(which, columns, ends, ends[1:], strict=False):
        own = across[start:end].reshape(-1, wide, eq.width)
        made.append(Part(each, place[start:end].reshape(-1, wide), means[each], own, own @ inverse[each]))
    return tuple(made)


def _summed(places: list[Places], tables: list[Number], size: int) -> Number:
    """Add up tables (…, columns, columns) at their places, (…, columns), `size` being none of them: (size, size)."""
    wide = size + 1
    total = np.zeros(wide * wide)
    for place, table in zip(places, tables, strict=True):  # one after the other, while they lie in the cache
        np.add.at(total, _cells(place, wide).ravel(), table.ravel())
    return total.reshape(wide, wide)[:-1, :-1]


def _cells(place: Places, width: int) -> Places:
    """Say where in a square table, row by row, columns at `place`, (…, columns), meet: (…, columns, columns)."""
    return place[:, :, None] * width + place[:, None, :]


def _own(eq: Equations) -> Number:
    """Spell out the equations of shared columns and means among themselves."""
    shared = len(eq.shift)
    found = np.empty((shared + eq.criteria, shared + eq.criteria))
    pair, pairs = row_of(eq.given), len(eq.pair)
    held = np.full((pairs, SHARED), shared, np.intp)
    held[pair, np.arange(len(pair)) - eq.given.indptr[pair]] = eq.given.indices
    weight = np.broadcast_to(eq.pair[:, None, None], (pairs, SHARED, SHARED))
    found[:shared, :shared] = _summed([held], [weight], shared)
    found[np.arange(shared), np.arange(shared)] += eq.shift
    crossing = eq.given.T @ eq.pair_mean
    found[:shared, shared:], found[shared:, :shared], found[shared:, shared:] = crossing, crossing.T, eq.mean
    return found
