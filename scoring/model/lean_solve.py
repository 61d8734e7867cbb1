"""One step of a lean fit: effects from the inside out (nests, locals, middles), a small dense system for what is left.

With λ = residual / variance, the equations (TᵀWT + Λ) x = TᵀWy fall apart: a nest touches one unit, a unit one local,
a group of middles few locals. Each is taken out in closed form by the Schur complement of what stays. Source:
Henderson (1975), Biometrics 31(2); Golub & Van Loan, Matrix Computations, 3.2 and 4.3 (block elimination).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from scoring.model.crossed_blocks import TILE, cholesky
from scoring.model.lean_crowd import Middles
from scoring.model.lean_groups import Groups
from scoring.model.lean_layout import Layout
from scoring.model.patterns import filled, summed, tall

Floats = NDArray[np.float64]

DENSE = 500  # members up to whom their equations are a full table: nearly all of them share work with nearly all


@dataclass(frozen=True, slots=True)
class Variances:
    """Squared units of y. `local` has one, or two: of a local's mean times √width, and of each contrast in it.

    `middle` (kinds,); `member` (members of the layout,); `fixed` (globals,).
    """

    residual: float
    nest: float
    local: tuple[float, ...]
    middle: tuple[float, ...]
    member: Floats
    fixed: Floats

    def of_nests(self, alone: NDArray[np.bool_]) -> Floats:
        """Variance of each nest, with that of the middle that is one with it: (N,)."""
        return self.nest + np.where(alone, self.middle[-1] if self.middle else 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Schur:
    """What elimination left at each stage; the last column of everything mixed with `fixed` belongs to y.

    `pull` (N,) 1 / (weight + λ) of nests, `keep` (N,) the share of a nest's weight that stays. `inverse` (locals,
    width, width) of the local blocks; `by_entry`, `by_unit`, `by_fixed` its products with what touches a local, and
    `entry`, `unit`, `mixed` (…, width) that itself. `groups` the inverse of the middles' equations;
    `by_member` (members, middles), `by_middle` (middles, globals + 1) its products with what touches a middle, and
    `middle` the latter itself. `core` is full up to DENSE members.
    """

    pull: Floats
    keep: Floats
    inverse: Floats
    entry: Floats
    unit: Floats
    by_entry: Floats
    by_unit: Floats
    by_fixed: Floats
    mixed: Floats
    groups: Middles
    by_member: csr_array
    by_middle: Floats
    middle: Floats
    core: csr_array | Floats
    border: Floats
    corner: Floats


def eliminate(lay: Layout, at: Variances) -> Schur:
    """Take out nests, locals and middles; what is left is the core of members with its border of globals."""
    nests, cells = lay.nests, lay.cells
    variance = at.of_nests(lay.alone)
    pull = variance / (nests.weight * variance + at.residual)
    keep = 1 - nests.weight * pull
    columns, weight = keep[:, None] * nests.columns, keep * nests.weight
    fixed = keep[:, None] * nests.fixed
    block = _locals(lay, at, pull)
    inverse = np.asarray(1 / block if nests.columns.shape[1] == 1 else np.linalg.inv(block), np.float64)
    unit, entry = lay.into_units @ columns, lay.into_entries @ columns
    pulled = (pull[:, None] * nests.columns)[:, :, None] * nests.fixed[:, None, :]
    mixed = nests.mixed - summed(lay.into_locals, pulled)
    by_entry = np.einsum("eij,ej->ei", inverse[cells.entry_local], entry)
    by_unit = np.einsum("uij,uj->ui", inverse[cells.local_of], unit)
    by_fixed = np.einsum("lij,ljk->lik", inverse, mixed)
    whole = nests.whole - tall(pull[:, None] * nests.fixed, nests.fixed)
    whole = whole - tall(mixed.reshape(-1, mixed.shape[2]), by_fixed.reshape(-1, mixed.shape[2]))
    units = lay.into_units @ fixed - np.einsum("ub,ubk->uk", unit, by_fixed[cells.local_of])
    middle = lay.into_middles @ fixed
    middle -= lay.of_middles @ np.einsum("eb,ebk->ek", entry, by_fixed[cells.entry_local])
    groups = _groups(lay, at, weight, (entry, by_entry, block))
    by_middle = groups @ middle
    links = lay.into_links @ weight
    links = links - np.einsum("lb,lb->l", unit[cells.link_unit], by_entry[cells.link_entry])
    within = -np.einsum("pb,pb->p", unit[cells.one], by_unit[cells.other])
    within[cells.one == cells.other] += lay.into_units @ weight
    core, border, by_member = _core(lay, at, (links, within, groups), (units, middle))
    corner = whole - tall(middle, by_middle)
    corner[:-1, :-1] += np.diag(at.residual / at.fixed)
    return Schur(
        pull, keep, inverse, entry, unit, by_entry, by_unit, by_fixed, mixed, groups, by_member, by_middle, middle,
        core, border, corner,
    )  # fmt: skip


def _locals(lay: Layout, at: Variances, pull: Floats) -> Floats:
    """Return the locals' own blocks, after nests: (locals, width, width)."""
    nests, width = lay.nests, lay.design.width
    whole = at.residual / at.local[0]
    contrast = at.residual / at.local[-1]
    prior = np.full((width, width), (whole - contrast) / width) + contrast * np.eye(width)
    square = (pull[:, None] * nests.columns)[:, :, None] * nests.columns[:, None, :]
    block = prior - summed(lay.into_locals, square)
    block[:, np.arange(width), np.arange(width)] += nests.own
    return np.asarray(block, np.float64)


def _groups(lay: Layout, at: Variances, weight: Floats, parts: tuple[Floats, Floats, Floats]) -> Middles:
    """Invert the middles' equations, after nests and locals: blocks of them, or of the knots that a crowd leaves."""
    cells, groups = lay.cells, lay.groups
    middles = len(lay.kind)
    if not middles:
        return Middles(csr_array((0, 0)))
    entry, by_entry, block = parts
    taken = np.einsum("pb,pb->p", entry[cells.left], by_entry[cells.right])
    meeting = lay.patterns.meeting
    size = sum(width * width * count for width, count in groups.buckets)
    met = np.concatenate([-taken, weight[meeting.nest]])
    buffer = np.bincount(meeting.at, met, size).astype(np.float64, copy=False)
    buffer[groups.padding] = 1
    own = lay.into_middles @ weight + at.residual / np.asarray(at.middle)[lay.kind]
    knots, crowd = lay.knots, lay.crowd
    if crowd is None:
        buffer[groups.own] += own
        return Middles(filled(lay.patterns.groups, _inverted(groups, buffer)[groups.at]))
    buffer[groups.own[: len(knots.stay)]] += own[knots.stay]
    amount = crowd.amounts(entry, weight)
    crowd.add(buffer, amount, (entry, block[knots.kept], own[knots.crowd]))
    apart = np.zeros(middles)
    apart[knots.crowd] = 1 / own[knots.crowd]
    inverse = filled(lay.patterns.groups, _inverted(groups, buffer)[groups.at])
    return Middles(inverse, crowd.spread(amount, own[knots.crowd]), apart)


def _inverted(groups: Groups, buffer: Floats) -> Floats:
    """Invert all blocks of the buffer; large ones in tiles, so that threads round alike."""
    start, found = 0, np.empty_like(buffer)
    for width, count in groups.buckets:
        end = start + width * width * count
        blocks = buffer[start:end].reshape(count, width, width)
        inverse = np.linalg.inv(blocks) if width <= TILE else np.array([cholesky(block).inverse() for block in blocks])
        found[start:end] = inverse.ravel()
        start = end
    return found


def _core(
    lay: Layout, at: Variances, blocks: tuple[Floats, Floats, Middles], mixed: tuple[Floats, Floats]
) -> tuple[csr_array | Floats, Floats, csr_array]:
    """Equations of the members: (members, members), with the globals (members, globals + 1), and T·H⁻¹."""
    links, within, groups = blocks
    units, middle = mixed
    shares, turned = lay.shares, lay.patterns.turned
    members = len(turned.indptr) - 1
    if not members:
        return np.empty((0, 0)), np.empty((0, units.shape[1])), csr_array((0, middle.shape[0]))
    square = filled(lay.patterns.square, within)
    between = lay.patterns.reaching.filled(links)
    by_member = groups.after(between)
    core: csr_array | Floats
    if members <= DENSE:
        core = turned @ (square @ shares.toarray()) - between @ by_member.toarray().T
        core[np.arange(members), np.arange(members)] += at.residual / at.member
    else:
        core = csr_array(turned @ (square @ shares) - by_member @ between.T + diags_array(at.residual / at.member))
    return core, np.asarray(turned @ units - by_member @ middle), by_member
