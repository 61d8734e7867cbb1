"""Intervals that hold the truth of the best and the weakest too, and not only of most people.

An 80 % interval around the posterior mean holds the truth of 80 % of all subjects, but not of 80 % of the best: their
means are pulled toward the middle, and with them the intervals. With r = 1 − sd²/spread², the reliability, the truth
of the top tenth is held in 70 % at r = 0.8 and in 53 % at r = 0.5. So the middle of the interval is pulled less than
the estimate, by a share p of what lies between, and the interval is as much longer as that costs:

    middle = estimate + p · (estimate − centre),   half = z · sd · √(1 + p² r / (1 − r)),   p = min(¾(1/√r − 1), r)

and never further from the estimate than 0.35 half, so that those found to be the very best are held as well (at r = 0.5
the best hundredth in 78 %, else in 69 %).

Of a normal prior all subjects together are held as before whatever p is (80.0–80.6 %): middle − truth has that
variance. At p = 1/√r − 1 middles vary as much as the truth does (constrained Bayes: Louis 1984, Ghosh 1992); three
quarters of that hold the top tenth in 76 % at r = 0.8 and in 69 % at r = 0.5, and make an interval 1.6 and 4.7 %
longer. It costs more the less is known, so under r = 0.4 it fades: never over 6 % longer, and without evidence all is
as it was.

Weakness: an interval does not lie evenly around its estimate, and is no posterior's quantiles; the best of whom hardly
anything is known are still missed often.
"""

import numpy as np

from scoring.model.evidence import Number

PART = 0.75  # of the way to middles that vary as the truth does
FURTHEST = 0.35  # of half the length, from the estimate to the middle


def ends(
    estimate: Number, sd: Number, of: tuple[Number | float, Number | float], reach: Number | float
) -> tuple[Number, Number]:
    """Return the lower and the upper end of intervals, in the unit of `estimate`, which always lies inside.

    `estimate`, `sd`: of the posterior, (subjects,) or (subjects, dimensions). `of`: centre and spread of the truth
    among all subjects. `reach`: half the length of a usual interval in sds, 1.28 for 80 %, for all or (dimensions,).
    """
    centre, spread = of
    reliable = np.clip(1 - (sd / spread) ** 2, 0, 1)
    root = np.sqrt(reliable)
    share = np.minimum(PART * np.divide(1 - root, root, out=np.ones_like(root), where=root > 0), reliable)
    odds = np.divide(reliable, 1 - reliable, out=np.zeros_like(root), where=reliable < 1)
    half = reach * sd * np.sqrt(1 + share**2 * odds)
    middle = estimate + np.clip(share * (estimate - centre), -FURTHEST * half, FURTHEST * half)
    return middle - half, middle + half
