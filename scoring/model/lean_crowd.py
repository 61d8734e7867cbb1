"""Middles of a lean fit who are eliminated before their locals: lists made once, and what a step does with them.

After nests, the equations of a crowd are a diagonal D; P is what they have to do with knots (`lean_knots.py`), locals'
columns and other middles. With K what is left of the knots, the inverse of all middles' equations is

    M⁻¹ = J + T K⁻¹ Tᵀ,  J = D⁻¹ and T = -D⁻¹P for the crowd, J = 0 and T = I for the others

which is Woodbury's, since M itself, locals eliminated first, is D less something of the locals' rank. Source: Henderson
& Searle (1981), SIAM Rev. 23(1).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.lean_cells import Cells
from scoring.model.lean_groups import Groups
from scoring.model.lean_knots import Knots, looked_up
from scoring.model.lean_patterns import pattern
from scoring.model.patterns import filled, products, squares
from scoring.model.sorting import in_order, numbered

Floats = NDArray[np.float64]
Places = NDArray[np.signedinteger[Any]]

TOGETHER = 4_096  # entries of P looked at at once, so that memory stays in proportion


@dataclass(frozen=True, slots=True)
class Middles:
    """The inverse of the middles' equations, J + T K⁻¹ Tᵀ: `knots` K⁻¹, `spread` T, `apart` J; both None without crowd.

    `spread` (middles, knots), `apart` (middles,).
    """

    knots: csr_array
    spread: csr_array | None = None
    apart: Floats | None = None

    def __matmul__(self, right: Floats) -> Floats:
        if self.spread is None or self.apart is None:
            return np.asarray(self.knots @ right)
        return np.asarray(self.apart[:, None] * right + self.spread @ (self.knots @ (self.spread.T @ right)))

    def after(self, left: csr_array) -> csr_array:
        """Multiply `left` (rows, middles) with it."""
        if self.spread is None or self.apart is None:
            return csr_array(left @ self.knots)
        return csr_array(left.multiply(self.apart) + (left @ self.spread) @ self.knots @ self.spread.T)

    def to_knots(self, rows: csr_array) -> tuple[csr_array, Floats]:
        """Say what rows z (rows, middles) are of knots, zT, and what of z M⁻¹ zᵀ is beside those: (rows,)."""
        if self.spread is None or self.apart is None:
            return rows, np.zeros(rows.shape[0])
        return csr_array(rows @ self.spread), squares(csr_array(rows.multiply(np.sqrt(self.apart))))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Where a crowd's numbers come from and go to.

    P's entries, by `voice` (entries,) and `knot`, sum what lies at `place`: columns of the layout's entries `spoken`,
    then `nests` in which one meets another middle, of each other kind.

    `one`, `other`, `at` (pairs,): P's entries of one voice, and where that pair is among the blocks. `beside`: other
    entries of the locals kept, `aside` (beside, width) where they are there, and `turned` likewise the other way about;
    `own` (kept, width, width). `shape`, `order`: T without its numbers, and how ones and P make it.
    """

    voice: Places
    knot: Places
    place: Places
    spoken: Places
    nests: tuple[Places, ...]
    one: Places
    other: Places
    at: Places
    beside: Places
    aside: Places
    turned: Places
    own: Places
    shape: csr_array
    order: Places

    def amounts(self, entry: Floats, weight: Floats) -> Floats:
        """Sum P, (entries,), of what the layout's entries (…, width) and nests (N,) have."""
        told = [entry[self.spoken].ravel(), *(weight[some] for some in self.nests)]
        return np.bincount(self.place, np.concatenate(told), len(self.voice)).astype(np.float64, copy=False)

    def add(self, buffer: Floats, amount: Floats, of: tuple[Floats, Floats, Floats]) -> None:
        """Add to the blocks what K has of locals, less what the crowd takes: entries, blocks of locals kept, D."""
        entry, blocks, own = of
        buffer[self.own] += blocks
        buffer[self.aside] += entry[self.beside]
        buffer[self.turned] += entry[self.beside]
        taken = amount[self.one] * (amount / own[self.voice])[self.other]
        buffer -= np.bincount(self.at, taken, len(buffer))

    def spread(self, amount: Floats, own: Floats) -> csr_array:
        """Return T, (middles, knots)."""
        ones = np.ones(len(self.order) - len(amount))
        return filled(self.shape, np.concatenate([ones, -amount / own[self.voice]])[self.order])

    def covariances(
        self, inverse: tuple[csr_array, csr_array], groups: Groups, of: tuple[Floats, Floats]
    ) -> tuple[Floats, Floats]:
        """Covariances of the crowd with its knots, by P's entries, and what of its variances beside J comes from K.

        `inverse`: T and K⁻¹; `of`: what the core does to the crowd (crowd, g), and Cov of knots with it (knots, g).
        """
        spread, knots = inverse
        pull, core = of
        whole = np.empty(len(self.order))
        whole[self.order] = spread.data
        mine = whole[len(self.order) - len(self.voice) :]
        at = knots.indptr[self.knot[self.one]] + groups.place[self.knot[self.other]]
        found = np.bincount(self.one, mine[self.other] * knots.data[at], len(self.voice)).astype(np.float64, copy=False)
        variance = np.bincount(self.voice, mine * found, len(pull)).astype(np.float64, copy=False)
        for first in range(0, len(found), TOGETHER):
            some = slice(first, first + TOGETHER)
            found[some] -= np.einsum("eg,eg->e", pull[self.voice[some]], core[self.knot[some]])
        return found, variance

    def split(self, found: Floats) -> list[Floats]:
        """Give what is by P's entries to the columns of `spoken`, (spoken · width,), and to each of `nests`."""
        sizes = [len(some) for some in self.nests]
        ends = len(self.place) - np.cumsum([0, *sizes[::-1]])[::-1]
        return np.split(found[self.place], ends[:-1])


def crowd(cells: Cells, knots: Knots, groups: Groups, width: int) -> Crowd | None:
    """List what a crowd has to do with knots; None where there is none."""
    if not len(knots.crowd):
        return None
    number = np.full(len(knots.knot), -1, np.intp)
    number[knots.crowd] = np.arange(len(knots.crowd))
    voice, first = number[cells.entry_middle], knots.column[cells.entry_local]
    spoken, beside = np.flatnonzero(voice >= 0), np.flatnonzero((voice < 0) & (first >= 0))
    columns = first[:, None] + np.arange(width)
    *others, last = cells.middle
    speaks = looked_up(number, last)
    nests = tuple(np.flatnonzero((speaks >= 0) & (other >= 0)) for other in others)
    row = [np.repeat(voice[spoken], width), *(speaks[some] for some in nests)]
    knot = [columns[spoken].ravel(), *(knots.knot[other[some]] for other, some in zip(others, nests, strict=True))]
    keys, place = numbered(np.concatenate(row) * len(knots.group) + np.concatenate(knot))
    whose, with_ = np.divmod(keys, len(knots.group))
    one, other = products(np.arange(len(keys)), whose, np.searchsorted(whose, np.arange(len(knots.crowd) + 1)))
    stays = knots.knot[cells.entry_middle[beside]][:, None]
    kept = knots.column[knots.kept][:, None] + np.arange(width)
    middle = np.concatenate([knots.stay, knots.crowd[whose]])
    order = in_order(middle)
    known = np.concatenate([np.arange(len(knots.stay)), with_])
    return Crowd(
        whose, with_, place, spoken, nests, one, other, groups.address(with_[one], with_[other]), beside,
        groups.address(stays, columns[beside]), groups.address(columns[beside], stays),
        groups.address(kept[:, :, None], kept[:, None, :]),
        pattern(middle[order], known[order], (len(knots.knot), len(knots.group))), order,
    )  # fmt: skip
