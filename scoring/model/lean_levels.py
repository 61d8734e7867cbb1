"""Whose variance each effect of a lean fit has: sums over effects by kind, in the order of `Priors.every`."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scoring.model.lean_layout import Layout
from scoring.model.lean_priors import Priors
from scoring.model.lean_solve import Variances
from scoring.model.lean_spread import Covariances, Effects

Floats = NDArray[np.float64]


def squares(lay: Layout, priors: Priors, at: Variances, found: Effects) -> tuple[Floats, Floats]:
    """Sum the squares of the effects of each variance but the residual, and count the effects: (variances,) each."""
    width = lay.design.width
    along = found.local.sum(axis=1) ** 2 / width
    sums = [0.0, float(along.sum())]
    counts: list[float] = [0.0, len(along)]
    if width > 1:
        sums.append(float(((found.local**2).sum(axis=1) - along).sum()))
        counts.append(len(along) * (width - 1))
    sums += by_kind(lay, priors, (found.middle**2, found.core**2))
    counts += by_kind(lay, priors, (np.ones(len(found.middle)), np.ones(len(found.core))))
    mine, theirs = _parts(lay, at, found.nest)
    add_nests(lay, priors, sums, (mine**2, theirs**2))
    add_nests(lay, priors, counts, (np.ones(len(mine)), np.ones(len(mine))))
    return np.array(sums), np.array(counts, np.float64)


def variances(lay: Layout, priors: Priors, at: Variances, cov: tuple[Covariances, Floats]) -> Floats:
    """Sum the posterior variances over the residual of the effects of each variance but the residual: (variances,)."""
    of, nests = cov
    width = lay.design.width
    whole = of.local.sum(axis=(1, 2)) / width
    sums = [0.0, float(whole.sum())]
    if width > 1:
        sums.append(float((np.einsum("lbb->l", of.local) - whole).sum()))
    sums += by_kind(lay, priors, (of.middle, np.diagonal(of.core)))
    add_nests(lay, priors, sums, nest_parts(lay, at, nests))
    return np.array(sums)


def nest_parts(lay: Layout, at: Variances, variance: Floats) -> tuple[Floats, Floats]:
    """Posterior variances over the residual of nests and of the middles that are one with them, from that of both.

    Given the sum of two effects their parts are known but for σ₁²σ₂² / (σ₁² + σ₂²).
    """
    share = _own_share(lay, at)
    apart = share * (at.of_nests(lay.alone) - at.nest) / at.residual
    return share**2 * variance + apart, np.where(lay.alone, (1 - share) ** 2 * variance, 0.0) + apart


def _own_share(lay: Layout, at: Variances) -> Floats:
    """How much of a nest's effect is its own, not the middle's that is one with it: (N,), 0-1."""
    return at.nest / np.maximum(at.of_nests(lay.alone), 1e-300)


def _parts(lay: Layout, at: Variances, effect: Floats) -> tuple[Floats, Floats]:
    """Divide effects of nests, (N,), between a nest and the middle that is one with it."""
    mine = _own_share(lay, at) * effect
    return mine, np.where(lay.alone, effect - mine, 0.0)


def add_nests(lay: Layout, priors: Priors, sums: list[float] | Floats, of: tuple[Floats, Floats]) -> None:
    """Add what nests, and the middles that are one with them, have to the sums: (N,) each."""
    sums[0] += float(of[0].sum())
    if lay.alone.any():
        sums[len(priors.local) + len(priors.middle)] += float(of[1][lay.alone].sum())


def by_kind(lay: Layout, priors: Priors, of: tuple[Floats, Floats]) -> list[float]:
    """Sum something of middles, (middles,), and of the core, (g,), by the kinds of middles, members and globals.

    Who roams is of the last kind of middles.
    """
    middle, core = of
    members, end = len(lay.members), lay.shares.shape[1]
    sums = [float(middle[lay.kind == kind].sum()) for kind in range(len(priors.middle))]
    if end > members:
        sums[-1] += float(core[members:end].sum())
    kinds = priors.member_kind[lay.members]
    sums += [float(core[:members][kinds == kind].sum()) for kind in range(len(priors.member))]
    return sums + [float(core[end:][priors.fixed_kind == kind].sum()) for kind in range(len(priors.fixed))]


def working(lay: Layout, priors: Priors, at: Variances, found: Effects) -> Floats:
    """Return what each row feels of each kind of effect, θ_k q_k: (rows, priors.every)."""
    row, cells, width = lay.nests.row, lay.cells, lay.design.width
    local, unit = cells.local[row], cells.unit[row]
    mean = found.local.mean(axis=1)
    mine, theirs = _parts(lay, at, found.nest)
    columns = [found.left, mine[row], mean[local]]
    if width > 1:
        columns.append((found.local - mean[:, None])[local, lay.rows.column])
    middles = [np.append(found.middle, 0.0)[middle][row] for middle in cells.middle]
    members, end = len(lay.members), lay.shares.shape[1]
    if end > members:
        middles[-1] = middles[-1] + (lay.shares[:, members:] @ found.core[members:end])[unit]
    if lay.alone.any():
        middles[-1] = middles[-1] + theirs[row]
    columns += middles
    columns += [(lay.shares @ felt)[unit] for felt in _only(found.core[:end], priors.member_kind[lay.members], priors)]
    kinds = priors.fixed_kind
    columns += [lay.rows.fixed @ np.where(kinds == kind, found.core[end:], 0.0) for kind in range(len(priors.fixed))]
    return np.array(columns).T


def _only(member: Floats, kinds: NDArray[np.intp], priors: Priors) -> Iterator[Floats]:
    """Keep the members of each kind, 0 for all others and for who roams."""
    for kind in range(len(priors.member)):
        felt = np.zeros(len(member))
        felt[: len(kinds)] = np.where(kinds == kind, member[: len(kinds)], 0.0)
        yield felt
