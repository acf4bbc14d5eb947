"""How cell processes turn a forcing, one number or one per cell, into an array."""

from __future__ import annotations

import numpy as np

from ..process import Array


def spread(value: Array | float, cells: int) -> Array:
    """Return ``value`` as an array (cells,); a forcing that is uniform is a float."""
    if isinstance(value, np.ndarray) and value.shape == (cells,):
        return np.ascontiguousarray(value, dtype=np.float64)
    return np.full(cells, value, dtype=np.float64)
