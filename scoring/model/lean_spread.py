"""Solutions and posterior covariances of a lean step, from the core outwards.

With g = (members, globals) and Z their covariance, a stage that was eliminated as x = D⁻¹(right - K h) has
Cov(x, g) = -D⁻¹K Cov(h, g) and Var x = D⁻¹ + D⁻¹K Var(h) KᵀD⁻¹, entry by entry along the lists of the layout.
Source: Takahashi, Fagan & Chen (1973), the inverse on the pattern of the factor; Henderson (1975), Biometrics 31(2).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from scoring.model.crossed_blocks import TILE, cholesky
from scoring.model.lean_groups import Groups
from scoring.model.lean_knots import looked_up
from scoring.model.lean_layout import Layout, Places
from scoring.model.lean_solve import Schur
from scoring.model.lean_wide import Wide
from scoring.model.patterns import blocks, filled, full, products, row_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effects:
    """Best predictions: `core` (members + globals,), `unit` (units,) what its members add up to, `middle` (middles,).

    `local` (locals, width), `nest` (N,); `left` (rows,) of y, `error` the weighted sum of its squares, `force` (units,)
    its weighted sum in each unit.
    """

    core: Floats
    unit: Floats
    middle: Floats
    local: Floats
    nest: Floats
    left: Floats
    error: float
    force: Floats


@dataclass(frozen=True, slots=True)
class Covariances:
    """Posterior, in units of the residual: of the core with itself, middles, (middles,), and locals with the core.

    `core` (g, g); `middle_core` (middles, g); `local_core` (locals, width, g); `middle` the variances, `pairs` a buffer
    of the groups' layout, `crowd` those of a crowd with its knots, by P's entries; `local` (locals, width, width);
    `local_middle` (entries, width). Of units with themselves, (units,), their local (units, width), the middles at
    links (links,), and globals (units, globals).
    """

    core: Floats
    middle_core: Floats
    local_core: Floats
    middle: Floats
    pairs: Floats
    crowd: Floats
    local: Floats
    local_middle: Floats
    unit: Floats
    unit_local: Floats
    unit_middle: Floats
    unit_fixed: Floats


def invert(schur: Schur) -> tuple[Floats, Floats]:
    """Solve the core and invert it: (g,) and (g, g)."""
    members, width = schur.border.shape
    matrix = np.empty((members + width - 1, members + width - 1))
    matrix[:members, :members] = schur.core if isinstance(schur.core, np.ndarray) else schur.core.toarray()
    matrix[:members, members:] = schur.border[:, :-1]
    matrix[members:, :members] = schur.border[:, :-1].T
    matrix[members:, members:] = schur.corner[:-1, :-1]
    factor = cholesky(matrix)
    right = np.concatenate([schur.border[:, -1], schur.corner[:-1, -1]])
    return factor.solve(right[:, None])[:, 0], factor.inverse()


def effects(lay: Layout, schur: Schur, core: Floats) -> Effects:
    """Carry the core's solution outwards; `core` (g,)."""
    cells, nests = lay.cells, lay.nests
    members = lay.shares.shape[1]
    known = np.append(-core[members:], 1.0)  # what stays of [fixed, y]
    unit = np.asarray(lay.shares @ core[:members])
    middle = schur.by_middle @ known - schur.by_member.T @ core[:members]
    local = schur.by_fixed @ known
    pulled = schur.by_entry * middle[cells.entry_middle][:, None]
    given = schur.by_unit * unit[:, None]
    for column in range(local.shape[1]):
        local[:, column] -= np.bincount(cells.entry_local, pulled[:, column], len(local))
        local[:, column] -= np.bincount(cells.local_of, given[:, column], len(local))
    level = unit[cells.unit] + np.where(cells.middle >= 0, np.append(middle, 0.0)[cells.middle], 0.0).sum(axis=0)
    told = nests.fixed @ known - (nests.columns * local[cells.local]).sum(axis=1) - nests.weight * level
    nest = schur.pull * told
    rows = lay.rows
    left = rows.y - rows.fixed @ core[members:] - (nest + level)[nests.row]
    left = left - local[cells.local[nests.row], rows.column]
    heavy = rows.weight * left
    force = np.bincount(cells.unit[nests.row], heavy, len(unit)).astype(np.float64)
    return Effects(core, unit, middle, local, nest, left, float((heavy * left).sum()), force)


def quadratics(
    schur: Schur, lay: Layout, core: Floats | Wide, wanted: tuple[csr_array, csr_array, csr_array]
) -> Floats:
    """Compute z C⁻¹ zᵀ of combinations z: weights of locals (rows, locals · width), middles (rows, middles), core.

    The last is (rows, g). Nests take no part. Each stage is taken out of z as it was out of the equations.
    """
    local, middle, rest = wanted
    cells = lay.cells
    count, width = schur.by_fixed.shape[:2]
    members = lay.shares.shape[1]
    through = _placed(schur.by_entry, cells.entry_local, cells.entry_middle, (count * width, len(lay.kind)))
    units = _placed(schur.by_unit, cells.local_of, np.arange(len(cells.local_of)), (count * width, len(cells.local_of)))
    total = _row_products(local, csr_array(local @ blocks(schur.inverse)))
    middle = csr_array(middle - local @ through)
    member = csr_array(csr_array(rest[:, :members]) - (local @ units) @ lay.shares)
    fixed = rest[:, members:].toarray() - local @ schur.by_fixed[:, :, :-1].reshape(count * width, -1)
    knots, apart = schur.groups.to_knots(middle)
    total += apart + _among_knots(lay.groups, schur.groups.knots, knots)
    member = csr_array(member - middle @ schur.by_member.T)
    fixed = fixed - middle @ schur.by_middle[:, :-1]
    if isinstance(core, Wide):
        return np.asarray(total + core.quadratics(member, fixed))
    spread, row = member @ core[:members], row_of(member)
    total += np.bincount(row, member.data * spread[row, member.indices], len(total))
    beside = 2 * spread[:, members:] + full(fixed) @ core[members:, members:]  # what is said twice of a symmetric core
    return np.asarray(total + np.einsum("rg,rg->r", fixed, beside))


def _among_knots(groups: Groups, inverse: csr_array, wanted: csr_array) -> Floats:
    """Compute z G zᵀ of rows z of `wanted` (rows, knots), from the entries of the inverse G that meet: (rows,)."""
    row, count = row_of(wanted), np.diff(wanted.indptr)
    one, other = products(np.arange(len(row)), row, wanted.indptr)
    first, second = wanted.indices[one], wanted.indices[other]
    one, other = (pairs[groups.home[first] == groups.home[second]] for pairs in (one, other))
    at = inverse.indptr[wanted.indices[one]] + groups.place[wanted.indices[other]]
    amount = wanted.data[one] * inverse.data[at] * wanted.data[other]
    return np.bincount(row[one], amount, len(count)).astype(np.float64, copy=False)


def _row_products(one: csr_array, other: csr_array) -> Floats:
    """Multiply entry by entry and sum each row: (rows,)."""
    return np.asarray(one.multiply(other).sum(axis=1), np.float64).ravel()


def _placed(values: Floats, row: Places, column: Places, shape: tuple[int, int]) -> csr_array:
    """Sparse matrix of values (entries, width) at rows row · width + 0..width-1."""
    width = values.shape[1]
    rows = (row[:, None] * width + np.arange(width)).ravel()
    return csr_array((values.ravel(), (rows, np.repeat(column, width))), shape=shape)


def covariances(lay: Layout, schur: Schur, core: Floats) -> Covariances:
    """Posterior covariances of everything but the nests; `core` is Z, (g, g)."""
    cells, members = lay.cells, lay.shares.shape[1]
    locals_, width = schur.by_fixed.shape[:2]
    pull = np.hstack([schur.by_member.toarray().T, schur.by_middle[:, :-1]])
    middle_core = -(schur.by_member.T @ core[:members] + schur.by_middle[:, :-1] @ core[members:])
    of_units = np.asarray(lay.shares @ core[:members])
    local_core = np.empty((locals_, width, core.shape[0]))
    for column in range(width):
        spread = filled(lay.patterns.entries, schur.by_entry[:, column]) @ middle_core
        spread += filled(lay.patterns.units, schur.by_unit[:, column]) @ of_units
        local_core[:, column] = -(spread + schur.by_fixed[:, column, :-1] @ core[members:])
    unit_middle = _unit_middle(lay, middle_core)
    of_middles = _middles(lay, schur, (pull, middle_core, local_core))
    local_middle = _local_middle(lay, schur, of_middles, (middle_core, unit_middle))
    taken = local_middle[:, :, None] * schur.by_entry[:, None, :]
    unit, member = row_of(lay.shares), lay.shares.indices
    by_unit = np.empty((len(cells.local_of), width))
    for one in range(width):
        felt = lay.shares.data * local_core[cells.local_of[unit], one, member]
        by_unit[:, one] = np.bincount(unit, felt, len(cells.local_of))
    given = by_unit[:, :, None] * schur.by_unit[:, None, :]
    local = schur.inverse - np.einsum("lbk,lck->lbc", local_core[:, :, members:], schur.by_fixed[:, :, :-1])
    for one in range(width):
        for two in range(width):
            local[:, one, two] -= np.bincount(cells.entry_local, taken[:, one, two], locals_)
            local[:, one, two] -= np.bincount(cells.local_of, given[:, one, two], locals_)
    own = np.bincount(unit, lay.shares.data * of_units[unit, member], len(cells.local_of)).astype(np.float64)
    return Covariances(
        core,
        middle_core,
        local_core,
        *of_middles,
        local,
        local_middle,
        own,
        by_unit,
        unit_middle,
        of_units[:, members:],
    )


def _middles(lay: Layout, schur: Schur, of: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats, Floats]:
    """Variances of middles, (middles,); covariances of knots in a buffer of the groups' layout, of a crowd with its."""
    pull, middle_core, local_core = of
    groups, knots, inverse, crowd = lay.groups, lay.knots, schur.groups, lay.crowd
    if crowd is None or inverse.spread is None or inverse.apart is None:
        pairs = -_within(groups, pull, middle_core)
        pairs[groups.at] += inverse.knots.data
        return pairs[groups.own], pairs, np.empty(0)
    stay, whole = len(knots.stay), (len(groups.own), pull.shape[1])
    core = np.concatenate([middle_core[knots.stay], local_core[knots.kept].reshape(-1, whole[1])])
    pulled = np.zeros(whole)  # what is wanted of locals' columns is by rows of middles
    pulled[:stay] = pull[knots.stay]
    pairs = -_within(groups, pulled, core)
    pairs[groups.at] += inverse.knots.data
    found, variance = crowd.covariances((inverse.spread, inverse.knots), groups, (pull[knots.crowd], core))
    middle = inverse.apart - np.einsum("mg,mg->m", pull, middle_core)
    middle[knots.crowd] += variance
    middle[knots.stay] = pairs[groups.own[:stay]]
    return middle, pairs, found


def _within(groups: Groups, left: Floats, right: Floats) -> Floats:
    """Multiply the rows (knots, g) of `left` and `right` within each group: a buffer of the groups' layout.

    In slices so small that no BLAS shares them over threads.
    """
    found = []
    nothing = np.zeros((1, left.shape[1]))
    one, other = np.vstack([left, nothing]), np.vstack([right, nothing])
    for (width, count), slots in zip(groups.buckets, groups.slots, strict=True):
        total = np.zeros((count, width, width))
        for first in range(0, left.shape[1], TILE):
            part = slice(first, first + TILE)
            shape = (count, width, -1)
            total += one[slots, part].reshape(shape) @ other[slots, part].reshape(shape).swapaxes(1, 2)
        found.append(total.ravel())
    return np.asarray(np.concatenate([np.empty(0), *found]), np.float64)


def _unit_middle(lay: Layout, middle_core: Floats) -> Floats:
    """Covariance of each unit with the middles of its local: (links,)."""
    cells = lay.cells
    middle, reach = cells.entry_middle[cells.link_entry], lay.patterns.reaching
    amount = reach.amount * middle_core[middle[reach.link], reach.member]
    return np.bincount(reach.link, amount, len(middle)).astype(np.float64, copy=False)


def _local_middle(
    lay: Layout, schur: Schur, middles: tuple[Floats, Floats, Floats], known: tuple[Floats, Floats]
) -> Floats:
    """Covariance of each local with each middle that it touches: (entries, width)."""
    cells, knot, members = lay.cells, lay.knots.knot, lay.shares.shape[1]
    (_, pairs, of_crowd), (middle_core, unit_middle) = middles, known
    if not len(lay.kind):
        return np.empty((0, schur.by_entry.shape[1]))
    left, right = cells.left, cells.right
    at = lay.groups.address(knot[cells.entry_middle[left]], knot[cells.entry_middle[right]])
    of_entry = schur.by_entry[right] * pairs[at][:, None]
    of_unit = schur.by_unit[cells.link_unit] * unit_middle[:, None]
    of_fixed = np.einsum(
        "ebk,ek->eb", schur.by_fixed[cells.entry_local][:, :, :-1], middle_core[cells.entry_middle][:, members:]
    )
    found = np.asarray(-of_fixed, np.float64)
    for column in range(found.shape[1]):
        found[:, column] -= np.bincount(left, of_entry[:, column], len(found))
        found[:, column] -= np.bincount(cells.link_entry, of_unit[:, column], len(found))
    if lay.crowd is not None:
        found[lay.crowd.spoken] = lay.crowd.split(of_crowd)[0].reshape(-1, found.shape[1])
        found[lay.crowd.beside] = pairs[lay.crowd.aside]
    return found


def nest_variances(lay: Layout, schur: Schur, cov: Covariances) -> Floats:
    """Posterior variance of each nest, (N,), in units of the residual: r + r² Var(what else it feels, weighted)."""
    cells, nests, members = lay.cells, lay.nests, lay.shares.shape[1]
    weight, columns, fixed = nests.weight, nests.columns, nests.fixed[:, :-1]
    unit, knot = cells.unit, looked_up(lay.knots.knot, cells.middle)
    total = np.einsum("nb,nbc,nc->n", columns, cov.local[cells.local], columns) + weight**2 * cov.unit[unit]
    total += ((fixed @ cov.core[members:, members:]) * fixed).sum(axis=1)
    cross = weight * (columns * cov.unit_local[unit]).sum(axis=1)
    of_local = cov.local_core[:, :, members:]
    for column in range(columns.shape[1]):
        cross += columns[:, column] * (of_local[cells.local, column] * fixed).sum(axis=1)
    cross += weight * (cov.unit_fixed[unit] * fixed).sum(axis=1)
    for kind, middle in enumerate(cells.middle):
        some = np.flatnonzero(middle >= 0)
        m, heavy = middle[some], weight[some]
        total[some] += heavy**2 * cov.middle[m]
        cross[some] += heavy**2 * cov.unit_middle[cells.link[kind][some]]
        cross[some] += heavy * (cov.middle_core[m, members:] * fixed[some]).sum(axis=1)
        cross[some] += heavy * (columns[some] * cov.local_middle[cells.entry[kind][some]]).sum(axis=1)
        for other in knot[kind + 1 :]:
            both = np.flatnonzero((knot[kind] >= 0) & (other >= 0))
            cross[both] += weight[both] ** 2 * cov.pairs[lay.groups.address(knot[kind, both], other[both])]
    if lay.crowd is not None:
        for some, met in zip(lay.crowd.nests, lay.crowd.split(cov.crowd)[1:], strict=True):
            cross[some] += weight[some] ** 2 * met
    return np.asarray(schur.pull + schur.pull**2 * (total + 2 * cross))
