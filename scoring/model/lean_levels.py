"""Whose variance each effect of a lean fit has: sums over effects by kind, in the order of `Priors.every`."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scoring.model.lean_layout import Layout
from scoring.model.lean_priors import Priors
from scoring.model.lean_spread import Covariances, Effects

Floats = NDArray[np.float64]


def squares(lay: Layout, priors: Priors, found: Effects) -> tuple[Floats, Floats]:
    """Sum the squares of the effects of each variance but the residual, and count the effects: (variances,) each."""
    width = lay.design.width
    along = found.local.sum(axis=1) ** 2 / width
    sums = [(found.nest**2).sum(), along.sum()]
    counts: list[float] = [len(found.nest), len(along)]
    if width > 1:
        sums.append(((found.local**2).sum(axis=1) - along).sum())
        counts.append(len(along) * (width - 1))
    sums += by_kind(lay, priors, (found.middle**2, found.core**2))
    counts += by_kind(lay, priors, (np.ones(len(found.middle)), np.ones(len(found.core))))
    return np.array(sums), np.array(counts, np.float64)


def variances(lay: Layout, priors: Priors, cov: Covariances, nests: Floats) -> Floats:
    """Sum the posterior variances over the residual of the effects of each variance but the residual: (variances,)."""
    width = lay.design.width
    whole = cov.local.sum(axis=(1, 2)) / width
    sums = [nests.sum(), whole.sum()]
    if width > 1:
        sums.append((np.einsum("lbb->l", cov.local) - whole).sum())
    return np.array([*sums, *by_kind(lay, priors, (cov.pairs[lay.groups.own], np.diagonal(cov.core)))])


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


def working(lay: Layout, priors: Priors, found: Effects) -> Floats:
    """Return what each row feels of each kind of effect, θ_k q_k: (rows, priors.every)."""
    row, cells, width = lay.nests.row, lay.cells, lay.design.width
    local, unit = cells.local[row], cells.unit[row]
    mean = found.local.mean(axis=1)
    columns = [found.left, found.nest[row], mean[local]]
    if width > 1:
        columns.append((found.local - mean[:, None])[local, lay.rows.column])
    middles = [np.append(found.middle, 0.0)[middle][row] for middle in cells.middle]
    members, end = len(lay.members), lay.shares.shape[1]
    if end > members:
        middles[-1] = middles[-1] + (lay.shares[:, members:] @ found.core[members:end])[unit]
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
