"""Several lean fits of small designs, with variances that are known, as one.

Where designs have nothing in common, their nests, locals, middles and units lie side by side in one layout and are
eliminated together. Only the globals, of which each design has its own, and the members' equations, which would be one
large table with nothing between the designs, are kept apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from scoring.model.lean import EXACT, Shared, fit_lean
from scoring.model.lean_design import Design, nested
from scoring.model.lean_layout import Layout, layout
from scoring.model.lean_priors import Priors, spelt
from scoring.model.lean_solve import Schur, Variances, eliminate
from scoring.model.lean_spread import effects, invert
from scoring.model.patterns import row_of, tall

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Told = tuple[Design, Priors]

TOGETHER = 3_000  # rows up to which designs are put together: what one costs beside its numbers is saved


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where each design's members begin, and how far the numbers of a design's locals reach."""

    member: list[int]
    span: int


@dataclass(frozen=True, slots=True)
class _Owners:
    """Which design each one is of; rows, nests, locals, members and units are sorted by it, middles are not."""

    row: Places
    nest: Places
    local: Places
    middle: Places
    member: Places
    unit: Places


def fit_many(told: Sequence[Told]) -> list[Shared]:
    """Return what each of several designs, with its priors, says of its members; all variances are known, and alike."""
    found: list[Shared] = []
    for batch in _batches(told):
        found += [fit_lean(*batch[0]).shared] if len(batch) == 1 else _together(batch)
    return found


def _batches(told: Sequence[Told]) -> Iterator[list[Told]]:
    batch: list[Told] = []
    rows = 0
    for design, priors in told:
        more = len(design.y) if design.shares.shape[1] <= EXACT else TOGETHER + 1
        if batch and rows + more > TOGETHER:
            yield batch
            batch, rows = [], 0
        batch.append((design, priors))
        rows += more
    if batch:
        yield batch


def _together(told: list[Told]) -> list[Shared]:
    """Fit designs side by side."""
    joint, ends = _joined([design for design, _ in told])
    priors = replace(told[0][1], member_kind=np.concatenate([priors.member_kind for _, priors in told]))
    lay = layout(nested(joint))
    at = spelt(lay, priors, priors.start())
    schur = eliminate(lay, at)
    of = _owners(lay, ends)
    solved = [invert(part) for part in _apart(lay, at, schur, of)]
    globals_ = schur.border.shape[1] - 1
    fixed = np.array([core[len(core) - globals_ :] for core, _ in solved])
    core = np.concatenate([*(core[: len(core) - globals_] for core, _ in solved), np.zeros(globals_)])
    force = effects(*_without_globals(lay, schur, fixed, of), core).force / at.residual
    sds = np.sqrt(at.residual * np.concatenate([np.diagonal(z)[: len(z) - globals_] for _, z in solved]))
    return [_shared(lay, ends, of, part, (force, sds)) for part in range(len(told))]


def _joined(designs: list[Design]) -> tuple[Design, _Ends]:
    """Put designs one after the other; whatever is numbered in one of them is another in the next."""
    shares = [design.shares for design in designs]
    sizes = np.array([(0, 0, 0), *((each.shape[1], each.shape[0], len(each.data)) for each in shares)])
    member, unit, entry = np.cumsum(sizes, axis=0).T.tolist()
    side_by_side = csr_array(
        (
            np.concatenate([each.data for each in shares]),
            np.concatenate([each.indices + first for each, first in zip(shares, member, strict=False)]),
            np.concatenate([[0], *(each.indptr[1:] + first for each, first in zip(shares, entry, strict=False))]),
        ),
        shape=(unit[-1], member[-1]),
    )
    local = [design.local for design in designs]
    joint = Design(
        y=np.concatenate([design.y for design in designs]),
        weight=np.concatenate([design.weight for design in designs]),
        nest=_numbered([design.nest for design in designs])[0],
        local=_numbered(local)[0],
        column=np.concatenate([design.column for design in designs]),
        width=designs[0].width,
        middles=tuple(_numbered(list(levels))[0] for levels in zip(*(d.middles for d in designs), strict=True)),
        unit=np.concatenate([design.unit + first for design, first in zip(designs, unit, strict=False)]),
        shares=side_by_side,
        fixed=csr_array(vstack([design.fixed for design in designs])),
    )
    return joint, _Ends(member, _numbered(local)[1])


def _numbered(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], int]:
    """Give numbers of each column, -1 is none, a range of their own, and say how long that is."""
    span = max(int(column.max()) for column in columns) + 1
    return np.concatenate([np.where(column < 0, -1, column + at * span) for at, column in enumerate(columns)]), span


def _owners(lay: Layout, ends: _Ends) -> _Owners:
    cells, local = lay.cells, lay.locals_ // ends.span
    nest = local[cells.local]
    middle = np.empty(len(lay.kind), np.intp)
    middle[cells.entry_middle] = local[cells.entry_local]
    member = np.searchsorted(ends.member, lay.members, side="right") - 1
    return _Owners(nest[lay.nests.row], nest, local, middle, member, local[cells.local_of])


def _of(owners: Places, part: int) -> slice:
    """Say where those of one design lie, which are sorted."""
    return slice(*np.searchsorted(owners, (part, part + 1)).tolist())


def _apart(lay: Layout, at: Variances, schur: Schur, of: _Owners) -> Iterator[Schur]:
    """Give each design its own members' equations, border and corner; all else stays everybody's."""
    rows, nests = lay.rows, lay.nests
    felt = np.column_stack([rows.fixed.toarray(), rows.y])
    width = felt.shape[1]
    for part in range(int(of.local[-1]) + 1):
        row, nest, local, member = (_of(owners, part) for owners in (of.row, of.nest, of.local, of.member))
        middle = np.flatnonzero(of.middle == part)
        corner = tall(rows.weight[row, None] * felt[row], felt[row])
        corner -= tall(schur.pull[nest, None] * nests.fixed[nest], nests.fixed[nest])
        corner -= tall(schur.mixed[local].reshape(-1, width), schur.by_fixed[local].reshape(-1, width))
        corner -= tall(schur.middle[middle], schur.by_middle[middle])
        corner[:-1, :-1] += np.diag(at.residual / at.fixed)
        yield replace(schur, core=schur.core[member, member], border=schur.border[member], corner=corner)


def _without_globals(lay: Layout, schur: Schur, fixed: Floats, of: _Owners) -> tuple[Layout, Schur]:
    """Take off y, wherever it was carried to, what each design's globals explain; `fixed` (designs, globals)."""
    rows, nests = lay.rows, lay.nests
    row = row_of(rows.fixed)
    explained = np.bincount(row, rows.fixed.data * fixed[of.row[row], rows.fixed.indices], len(rows.y))
    left = replace(rows, y=rows.y - explained), replace(nests, fixed=_less(nests.fixed, fixed[of.nest]))
    by_fixed = _less(schur.by_fixed, fixed[of.local][:, None])
    by_middle = _less(schur.by_middle, fixed[of.middle])
    return replace(lay, rows=left[0], nests=left[1]), replace(schur, by_fixed=by_fixed, by_middle=by_middle)


def _less(table: Floats, fixed: Floats) -> Floats:
    """Take off the last column, which is y's, what globals explain of it; (…, globals + 1) and (…, globals)."""
    found = table.copy()
    found[..., -1] -= (table[..., :-1] * fixed).sum(axis=-1)
    return found


def _shared(lay: Layout, ends: _Ends, of: _Owners, part: int, told: tuple[Floats, Floats]) -> Shared:
    """Cut one design out of what was found of all: `told`, forces of units and sds of members."""
    force, sds = told
    unit, member, first = _of(of.unit, part), _of(of.member, part), ends.member[part]
    bounds = lay.shares.indptr[unit.start : unit.stop + 1]
    entries = slice(bounds[0], bounds[-1])
    columns = lay.members[lay.shares.indices[entries]] - first
    shape = (unit.stop - unit.start, ends.member[part + 1] - first)
    return Shared(
        csr_array((lay.shares.data[entries], columns, bounds - bounds[0]), shape=shape),
        lay.locals_[lay.cells.local_of[unit]] - part * ends.span,
        force[unit],
        lay.members[member] - first,
        sds[member],
    )
