"""Sparse matrices whose pattern is known already: only their numbers are new.

Making a SciPy matrix checks its indices each time, which costs more than a product of small ones. Where the same
pattern is met at every step of a fit, it is made once and filled again.
"""

import copy

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


def filled(pattern: csr_array, data: Floats) -> csr_array:
    """Return the matrix of this pattern with `data` (entries,) in its order; the indices are shared, not copied."""
    found: csr_array = copy.copy(pattern)
    found.data = data
    return found
