"""Who hangs together by dense mutual praise: a truss (Cohen 2008), pairs with so many common friends."""

from typing import Protocol

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components

from scoring.model.evidence import Index, Number
from scoring.model.peers_rows import Heard

BEST = 4.55  # mean of told points from which on a pair of a circle praises: 5, 5, 5, 4, 4
MOST_FRIENDS = 8  # common friends that each pair of a circle is asked to have, at most
DENSE = 0.5  # of all pairs of a circle praise one another


class Said(Protocol):
    """What is looked at of pairs, (pairs,): their `mean`, told points, and the other way's pair `back`, or -1."""

    @property
    def mean(self) -> Number:
        """Told points."""

    @property
    def back(self) -> Index:
        """The other way's pair, or -1."""


def friends(told: Heard, said: Said, left: Number) -> Index:
    """Give circles of dense mutual praise numbers: (pairs,), -1 outside of any; `left`: of each pair's words, (pairs,).

    First what hangs together by pairs with one common friend; where that is no dense group, what does by two, and on.
    """
    praise = (said.mean >= BEST) & (said.back >= 0)
    mutual = praise & praise[said.back] & (left + left[said.back] > 0)
    people = int(max(told.receivers.max(initial=-1), told.givers.max(initial=-1))) + 1
    giver, receiver = told.givers[told.giver], told.receivers[told.receiver]
    chosen = (np.ones(int(mutual.sum())), (giver[mutual], receiver[mutual]))
    rest = csr_array(coo_array(chosen, shape=(people, people)))
    label, number = np.full(people, -1, np.int32), 0
    for friends in range(1, MOST_FRIENDS + 1):
        rest = truss(rest, friends)
        if not rest.nnz:
            break
        found = dense_groups(rest)
        label = np.where(found >= 0, found + number, label)
        number = int(label.max()) + 1
        rest = _without(rest, found)
    same = (label[giver] >= 0) & (label[giver] == label[receiver])
    return np.where(same, label[giver], -1).astype(np.int32)


def dense_groups(friends: csr_array) -> Index:
    """Give connected groups in which at least half of all pairs are friends numbers from 0; others -1: (people,)."""
    count, label = connected_components(friends, directed=False)
    size = np.bincount(label, minlength=count)
    pairs = np.bincount(label, np.diff(friends.indptr), count)
    dense = (size > 2) & (pairs >= DENSE * size * (size - 1))
    number = np.where(dense, np.cumsum(dense) - 1, -1).astype(np.int32)
    return np.asarray(number[label], np.int32)


def _without(friends: csr_array, found: Index) -> csr_array:
    """Leave out those who are in a group."""
    free = csr_array(diags_array((found < 0).astype(np.float64)))
    left = csr_array(free @ friends)
    left.eliminate_zeros()
    return left


def truss(friends: csr_array, least: int) -> csr_array:
    """Keep the pairs with at least so many common friends, again until all that are left have them."""
    while friends.nnz:
        shared = csr_array((friends @ friends).multiply(friends))
        shared.data[shared.data < least] = 0
        shared.eliminate_zeros()
        shared.data[:] = 1
        if shared.nnz == friends.nnz:
            break
        friends = shared
    return friends
