"""What is known beforehand of the variances of a lean fit, and which of them every effect has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.model.crossed import Variance
from scoring.model.lean_layout import Layout
from scoring.model.lean_solve import Variances

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Priors:
    """What is known beforehand of each variance; `member_kind` (members,), `fixed_kind` (globals,) into their lists."""

    residual: Variance
    nest: Variance
    local: tuple[Variance, ...]
    middle: tuple[Variance, ...]
    member: tuple[Variance, ...]
    fixed: tuple[Variance, ...]
    member_kind: NDArray[np.intp]
    fixed_kind: NDArray[np.intp]

    @property
    def every(self) -> tuple[Variance, ...]:
        """All of them, in one order."""
        return (self.residual, self.nest, *self.local, *self.middle, *self.member, *self.fixed)

    def holding(self, values: Floats) -> "Priors":
        """Hold every variance, in the order of `every`."""
        held = [Variance(known=float(value)) for value in values]
        ends = [int(end) for end in np.cumsum([2, len(self.local), len(self.middle), len(self.member)])]
        local, middle, member, fixed = (tuple(held[a:b]) for a, b in zip(ends, [*ends[1:], len(held)], strict=True))
        return Priors(held[0], held[1], local, middle, member, fixed, self.member_kind, self.fixed_kind)

    @property
    def known(self) -> bool:
        """Whether there is nothing to be learnt."""
        return all(variance.known is not None for variance in self.every)

    def start(self) -> Floats:
        """Return what is usual of every variance, or known."""
        return np.array([_usual(variance) for variance in self.every])


def spelt(lay: Layout, priors: Priors, theta: Floats) -> Variances:
    """Give every effect of a layout its variance."""
    ends = np.cumsum([2, len(priors.local), len(priors.middle), len(priors.member)])
    _, local, middle, member, fixed = np.split(theta, ends)
    roaming = np.full(len(lay.roaming), middle[-1]) if len(lay.roaming) else np.empty(0)
    return Variances(
        float(theta[0]), float(theta[1]), tuple(float(v) for v in local), tuple(float(v) for v in middle),
        np.append(member[priors.member_kind[lay.members]], roaming), fixed[priors.fixed_kind],
    )  # fmt: skip


def _usual(variance: Variance) -> float:
    if variance.known is not None:
        return variance.known
    return max(0.25 if variance.guess is None else variance.guess, variance.floor)
