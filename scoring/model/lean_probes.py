"""Traces of a lean fit's inverse by kind of effect, from probes: where there are too many to write the inverse down.

With signs z, the mean of z_b · (C⁻¹z)_b is the trace of block b; what is beside the diagonal is all that it errs by.
The signs of an effect follow from its rank by what is found of it, so that renaming and another order of rows carry
every probe along; effects of one value are exchangeable, and it does not matter which of them comes first.
Source: Hutchinson (1990), Commun. Stat. Simul. Comput. 19(2).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.model.lean_layout import Layout
from scoring.model.lean_levels import add_nests, by_kind, nest_parts
from scoring.model.lean_priors import Priors
from scoring.model.lean_right import Rights, inward, outward
from scoring.model.lean_solve import Schur, Variances
from scoring.model.lean_spread import Effects
from scoring.model.lean_wide import Bordered
from scoring.model.signs import mixed, signs

Floats = NDArray[np.float64]

PROBES = 32
TOGETHER = 8  # probes at once, so that memory stays in proportion
ROUGH = 1e-6  # tolerance of solutions on the way: far under what probes err by


@dataclass(slots=True)
class Probes:
    """Probes of one layout, whose signs are those of its first step."""

    lay: Layout
    priors: Priors
    ranked: tuple[NDArray[np.uint64], ...] = field(default=())

    def variances(self, at: Variances, schur: Schur, found: Effects, ready: Bordered) -> Floats:
        """Sum the posterior variances over the residual of the effects of each variance but it: as `lean_levels`."""
        members = self.lay.shares.shape[1]
        if not self.ranked:
            every = found.nest, found.local.ravel(), found.middle, found.core[:members]
            self.ranked = tuple(_colours(values, place) for place, values in enumerate(every))
        total, nests = np.zeros(len(self.priors.every) - 1), np.zeros(len(found.nest))
        for begin in range(0, PROBES, TOGETHER):
            sums, products = self._some(schur, ready, (begin, begin + TOGETHER))
            total += sums / PROBES
            nests += products / PROBES
        add_nests(self.lay, self.priors, total, nest_parts(self.lay, at, nests))
        globals_ = np.append(np.zeros(members), np.diagonal(ready.fixed))
        exact = by_kind(self.lay, self.priors, (np.zeros(len(found.middle)), globals_))
        total[len(total) - len(exact) :] += exact
        return total

    def _some(self, schur: Schur, ready: Bordered, which: tuple[int, int]) -> tuple[Floats, Floats]:
        """Sum z · C⁻¹z over some probes: by variance but the nests', and of each nest, (N,)."""
        lay, width = self.lay, self.lay.design.width
        nest, flat, middle, member = (signs(colour, *which) for colour in self.ranked)
        local = flat.reshape(-1, width, flat.shape[1])
        core = np.concatenate([member, np.zeros((len(ready.fixed), member.shape[1]))])
        units = np.zeros((len(lay.units), member.shape[1]))
        come = inward(lay, schur, Rights(nest, local, units, middle, core))
        solved = ready.solve(come.core, ROUGH)
        of_nest, of_local, of_middle = outward(lay, schur, come, solved)
        along = (local.sum(axis=1) * of_local.sum(axis=1)).sum() / width
        sums = [0.0, along]
        if width > 1:
            sums.append((local * of_local).sum() - along)
        products = (middle * of_middle).sum(axis=1), (core * solved).sum(axis=1)
        return np.array([*sums, *by_kind(lay, self.priors, products)]), (nest * of_nest).sum(axis=1)


def _colours(values: Floats, place: int) -> NDArray[np.uint64]:
    """Give each effect a number by its rank, other ones in each `place`."""
    rank = np.empty(len(values), np.uint64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values), dtype=np.uint64)
    return mixed(rank + (np.uint64(place) << np.uint64(48)))
