"""The truth on the engine's scales: what an average giver would say of each person, and standardised quality."""

import numpy as np
from scipy.special import ndtr

from scoring.simulate import Settings
from scoring.simulate.people import Number
from scoring.simulate.truth import Truth

GIVERS = 200  # at most, over whom the average is taken


def spoken(settings: Settings, truth: Truth) -> Number:
    """Return E[rating] that an average giver would give each person today, (people, criteria), 1-5.

    Mean over the organization's people as givers i, each alike: 1 + Σ_c Φ((contrast_i · (halo_i · q̄_j + (1 − halo_i) ·
    q_jk + generosity) + leniency_i − threshold_ic) / (contrast_i · s)), with q the quality on the day of `until`, q̄
    its mean over criteria, and s² = pair² + occasion² + noise², for how two people get on, the day's mood and chance
    are nobody's quality. It is the simulator's own way to a rating with these integrated out (voices.py), so halo and
    the ends of the scale are in it as they are in what givers say.
    """
    who = truth.character
    givers = np.linspace(0, len(truth.people) - 1, min(GIVERS, len(truth.people))).astype(np.int64)
    sd = np.sqrt(settings.pair_sd**2 + settings.occasion_sd**2 + settings.noise_sd**2)
    own, impression = truth.quality, truth.quality.mean(axis=1, keepdims=True)
    total = np.zeros_like(own)
    for giver in givers:
        halo, contrast = who.halo[giver], who.contrast[giver]
        latent = contrast * (halo * impression + (1 - halo) * own + settings.generosity) + who.leniency[giver]
        total += 1 + ndtr((latent[:, :, None] - who.thresholds[giver]) / (contrast * sd)).sum(axis=2)
    return total / givers.size


def standard(values: Number, sd: float | None = None) -> Number:
    """Mean 0 among these people and sd 1, or in units of `sd`; 0 where all are alike."""
    centred: Number = values - values.mean()
    unit = values.std() if sd is None else sd
    return centred / unit if unit > 0 else centred
