"""The crossed random-effects model by dense matrices, straight from the definition, for a few hundred rows at most.

V = residual W⁻¹ + Σ variance_f Z_f Z_fᵀ; REML deviance as in Patterson & Thompson (1971), Biometrika 58; best
linear unbiased predictions and their error covariance as in Robinson (1991), Statistical Science 6(1). Shares no
code with the model.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize


@dataclass
class Twin:
    """y (rows,), x (rows, fixed), z: one (rows, size) matrix a factor, weight (rows,)."""

    y: np.ndarray
    x: np.ndarray
    z: list[np.ndarray]
    weight: np.ndarray

    def covariance(self, variances, residual):
        """Of the rows, (rows, rows)."""
        v = np.diag(residual / self.weight)
        for z, variance in zip(self.z, variances, strict=True):
            v += variance * z @ z.T
        return v

    def deviance(self, variances, residual):
        """−2 log restricted likelihood, all constants kept."""
        v = self.covariance(variances, residual)
        inverse = np.linalg.inv(v)
        information = self.x.T @ inverse @ self.x
        error = self.y - self.x @ np.linalg.solve(information, self.x.T @ inverse @ self.y)
        freedom = len(self.y) - self.x.shape[1]
        return (
            np.linalg.slogdet(v)[1]
            + np.linalg.slogdet(information)[1]
            + error @ inverse @ error
            + freedom * np.log(2 * np.pi)
        )

    def best(self):
        """(variances, residual) with the least deviance, by a search that knows no derivative of ours."""

        def aim(logs):
            return self.deviance(np.exp(logs[1:]), np.exp(logs[0]))

        start = np.full(len(self.z) + 1, np.log(self.y.var() / 2))
        rough = minimize(aim, start, method="L-BFGS-B", bounds=[(-14, 6)] * len(start))
        fine = minimize(aim, rough.x, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 4000})
        best = np.exp(min((rough, fine), key=lambda r: r.fun).x)
        return best[1:], best[0]

    def predict(self, variances, residual):
        """Fixed means and effects in one vector, and the covariance of their errors."""
        z = np.hstack(self.z)
        g = np.diag(np.repeat(variances, [part.shape[1] for part in self.z]))
        inverse = np.linalg.inv(self.covariance(variances, residual))
        fixed_covariance = np.linalg.inv(self.x.T @ inverse @ self.x)
        gain = fixed_covariance @ self.x.T @ inverse
        projection = inverse - inverse @ self.x @ gain
        among = g - g @ z.T @ projection @ z @ g
        across = -gain @ z @ g
        error = np.block([[fixed_covariance, across], [across.T, among]])
        return np.concatenate([gain @ self.y, g @ z.T @ projection @ self.y]), error
