"""Quality from dimensions, by the weights of the standard policy, for every method that is compared."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from scoring.simulate.people import Index, Number
from scoring.simulate.truth import composite, reference, role_weights
from scoring.validate.scale import standard


def blend(z: Mapping[str, Number], role: Index, truth: Mapping[str, Number]) -> Number:
    """Return Σ_k w_k z_k / √(wᵀ R w), (people,), with R the correlations of the true dimensions of that name.

    `z`: (people,) each, in sd of true quality; only dimensions in `z` count, so criteria alone give the peers'
    composite.
    """
    names = tuple(z)
    by = reference(np.column_stack([truth[name] for name in names]))
    plain = replace(by, mean=np.zeros(len(names)), sd=np.ones(len(names)))
    return composite(np.column_stack([z[name] for name in names]), role, plain, role_weights(names))


def of_criteria(estimate: Mapping[str, Number], spoken: Mapping[str, Number]) -> dict[str, Number]:
    """Put estimates on 1-5 into sd of what is truly spoken of people; centred, so that roles can be compared."""
    return {name: standard(estimate[name], float(spoken[name].std()) or 1.0) for name in spoken}
