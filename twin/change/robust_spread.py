"""Middle and spread of numbers among which some are not of the kind."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NORMAL_PER_MAD: Final = 1.4826  # sd of a normal variable per median absolute deviation


def middle(values: NDArray[np.floating[Any]]) -> float:
    """Median; NaN of nothing."""
    return float(np.median(values)) if values.size else float("nan")


def nmad(values: NDArray[np.floating[Any]]) -> float:
    """Normalised median absolute deviation from the median; sd of normal noise.

    Up to half of the numbers may be anything. Höhle & Höhle 2009, ISPRS J. 64:398.
    """
    if not values.size:
        return float("nan")
    return NORMAL_PER_MAD * float(np.median(np.abs(values - np.median(values))))


def rms(values: NDArray[np.floating[Any]]) -> float:
    """Root of the mean square about zero; NaN of nothing."""
    if not values.size:
        return float("nan")
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))
