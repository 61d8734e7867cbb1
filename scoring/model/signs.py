"""Signs for probes: fixed numbers that look drawn by chance, and follow whatever they are keyed by.

Source: SplitMix64, Steele, Lea & Flood (2014), OOPSLA; probes of ±1, Hutchinson (1990), Commun. Stat. Simul. 19(2).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Colours = NDArray[np.uint64]


def mixed(value: Colours) -> Colours:
    """Apply the finalizer of SplitMix64: every bit depends on every bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def signs(colour: Colours, begin: int, end: int) -> Floats:
    """(colours, end − begin) of ±1."""
    turn = np.arange(begin + 1, end + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = mixed(colour[:, None] + turn) >> np.uint64(63)
    return 1.0 - 2.0 * bits.astype(np.float64)
