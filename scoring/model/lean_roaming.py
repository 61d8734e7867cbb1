"""Which middles of a design hold so much together that they are eliminated last, with the members.

Middles that share a local are one block of the equations, and a block's inverse is full. A voice heard by one customer
joins nothing more; one of our own people who saw many customers joins all of them, and the block grows to nearly every
middle there is. Left among the members, whose equations stay sparse, such voices cost what they said.
"""

import numpy as np
from scipy.sparse import csr_array

from scoring.model.lean_design import NOBODY, Design, Nested, Places


def knotted(told: Nested, most: int) -> bool:
    """Say whether there are more than `most` members and knots of the widest block together."""
    design, group = told.design, told.knots.group
    if design.shares.shape[1] + len(group) <= most:
        return False
    members = len(np.unique(csr_array(design.shares[np.unique(told.units)]).indices))
    return members + int(np.bincount(group).max(initial=0)) > most


def roamers(design: Design) -> Places:
    """Return the levels of the last kind of middles who touch locals of several of the first kind, sorted."""
    if len(design.middles) < 2:
        return NOBODY
    first, last = design.middles[0], design.middles[-1]
    some = last >= 0
    home = np.where(
        first >= 0, first, int(first.max(initial=-1)) + 1 + design.local
    )  # a local of none is one by itself
    pairs = np.unique(np.column_stack([last[some], home[some]]), axis=0)
    voices, homes = np.unique(pairs[:, 0], return_counts=True)
    return np.asarray(voices[homes > 1], np.int64)
