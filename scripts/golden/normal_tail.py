"""Prints the polynomial of src/nn/ops/vector_math.h: half of erfcx(t / sqrt 2), 0 <= t <= 14.5, as u q(u) with
u = 1 / (1 + 0.26 t), nearly minimax in the relative error (iteratively reweighted least squares). Needs scipy."""
import numpy as np
from scipy.special import erfcx

SLOPE, TERMS, LAST, POINTS, ROUNDS = 0.26, 9, 14.5, 4000, 60

lowest = 1 / (1 + SLOPE * LAST)
nodes = np.cos(np.pi * (np.arange(POINTS) + 0.5) / POINTS)
u = (1 + lowest) / 2 + (1 - lowest) / 2 * nodes
exact = 0.5 * erfcx((1 / u - 1) / SLOPE / np.sqrt(2))
basis = np.vander(u, TERMS, increasing=True) * u[:, None] / exact[:, None]
weights = np.ones(POINTS)
for _ in range(ROUNDS):
    q = np.linalg.lstsq(basis * weights[:, None], weights, rcond=None)[0]
    error = np.abs(basis @ q - 1)
    weights *= np.sqrt(error / error.max() + 1e-3)
    weights /= weights.max()
print("constant term first:", [float(np.float32(c)) for c in q])
print("largest relative error:", error.max())
