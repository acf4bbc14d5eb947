"""Remote-sensing ecological index (RSEI): four layers, one principal component."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import InputError
from ..process import Array

LAYERS = ("greenness", "wetness", "dryness", "heat")
GRADES = (0.2, 0.4, 0.6, 0.8)  # poor, fair, moderate, good, excellent; Xu 2013


@dataclass(frozen=True)
class Scaling:
    """What makes years comparable: bounds of each layer, weights, bounds of PC1.

    A year scaled by its own bounds says nothing of other years: fit one scaling to the
    whole stack and keep it.
    """

    low: Array
    high: Array
    loadings: Array
    explained: Array
    first: tuple[float, float]


@dataclass(frozen=True)
class Rsei:
    """The index (…) in [0, 1], better is higher, and the scaling that made it."""

    values: Array = field(repr=False)
    scaling: Scaling

    @property
    def grades(self) -> Array:
        """Grade 1 (poor) to 5 (excellent); NaN where nothing is known."""
        made = np.searchsorted(GRADES, self.values, side="right") + 1.0
        return np.where(np.isfinite(self.values), made, np.nan)


def rsei(layers: Array, scaling: Scaling | None = None) -> Rsei:
    """RSEI of greenness, wetness, dryness and heat (4, …); water masked as NaN.

    Each layer is brought to 0 to 1 by its bounds; the first component of their
    covariance is turned so that greenness counts positive, and brought to 0 to 1.
    Xu 2013.
    """
    flat = layers.reshape(4, -1)
    known = np.isfinite(flat).all(axis=0)
    if known.sum() < len(LAYERS) + 1:
        raise InputError(
            f"RSEI: {int(known.sum())} pixels have all of {', '.join(LAYERS)}; "
            "mask less, or give layers of the same extent"
        )
    told = scaling or _fitted(flat[:, known])
    x = (flat - told.low[:, None]) / (told.high - told.low)[:, None]
    pc = told.loadings @ x
    low, high = told.first
    values = (pc - low) / (high - low)
    return Rsei(values.reshape(layers.shape[1:]), told)


def _fitted(known: Array) -> Scaling:
    low, high = known.min(axis=1), known.max(axis=1)
    if not (high > low).all():
        flat = LAYERS[int(np.argmin(high - low))]
        raise InputError(f"RSEI: {flat} is the same everywhere; it tells nothing")
    x = (known - low[:, None]) / (high - low)[:, None]
    values, vectors = np.linalg.eigh(np.cov(x))
    loadings = vectors[:, -1]
    loadings = loadings * (1.0 if loadings[0] > 0.0 else -1.0)
    pc = loadings @ x
    explained = values[::-1] / values.sum()
    return Scaling(low, high, loadings, explained, (float(pc.min()), float(pc.max())))
