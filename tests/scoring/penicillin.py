"""Diameters of growth inhibition, 24 plates × 6 samples of penicillin, and what the reference implementation found.

The table: O. L. Davies & P. L. Goldsmith (1972), Statistical Methods in Research and Production, 4th ed., table 6.6.
The results: REML by the R package lme4 (Bates et al. 2015, J. Stat. Softw. 67(1)), which stops its search at its own
tolerance: its sample sd is 5.5e-5 from the closed form of this balanced design, where the criterion is lower still.
"""

import numpy as np

_PLATES = """
    27/23/26/23/23/21 27/23/26/23/23/21 25/21/25/24/24/20 26/23/25/23/23/20 25/22/26/22/23/20 24/22/25/23/22/19
    24/20/23/21/22/19 26/22/26/24/24/21 24/21/24/22/22/20 24/21/24/23/22/19 26/23/26/24/24/21 25/22/26/24/24/20
    26/24/26/24/25/22 26/23/26/23/23/20 26/23/25/24/24/22 25/22/25/23/23/20 25/21/24/23/23/20 25/22/24/23/23/19
    24/21/23/21/21/19 26/23/26/24/24/21 25/21/24/22/22/18 25/22/25/22/22/20 24/21/24/22/24/19 24/21/24/22/21/18
"""
DIAMETER = np.array([float(d) for d in _PLATES.replace("/", " ").split()]).reshape(24, 6)  # millimetres
PLATE_SD, SAMPLE_SD, RESIDUAL_SD, MEAN, CRITERION = 0.8467025, 1.9316138, 0.5499227, 22.9722222, 330.860589
SAMPLES = np.array([2.18705840, -1.01047635, 1.93789985, -0.09689499, -0.01384214, -3.00374477])
