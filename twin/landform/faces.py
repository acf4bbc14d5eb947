"""One constituent of the soil on its way across the faces between cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..terrain.cells import INTERIOR, Flags
from .creep import Faces

Raster = NDArray[np.float64]


def cross(
    faces: Faces, given: Raster, flags: Flags, amount: Raster
) -> tuple[Raster, Raster]:
    """Share out what each cell gives over its neighbours.

    given   (rows, columns), m, of ``faces``;  amount  of it, per area, (..., rows,
            columns)
    →       laid down, and gone through outlets, (..., rows, columns)
    """
    laid, gone = np.zeros(amount.shape), np.zeros(amount.shape)
    size = given.size
    for a, b, c in zip(
        amount.reshape(-1, size), laid.reshape(-1, size), gone.reshape(-1, size),
        strict=True,
    ):  # fmt: skip
        form = given.shape
        per = np.divide(a.reshape(form), given, out=np.zeros(form), where=given > 0.0)
        rows = (b.reshape(form), c.reshape(form))
        _cross(faces.east, faces.south, flags.reshape(form), per, rows)
    return laid, gone


@compiled
def _cross(
    east: Raster, south: Raster, kind: Flags, per: Raster, to: tuple[Raster, Raster]
) -> None:
    """Pass ``per`` height crossed, always to the neighbour that the face leads to."""
    rows, columns = per.shape
    laid, gone = to
    for r in range(rows):
        for c in range(columns):
            came = 0.0
            if east[r, c] < 0.0:
                came -= east[r, c] * per[r, c + 1]
            if south[r, c] < 0.0:
                came -= south[r, c] * per[r + 1, c]
            if c > 0 and east[r, c - 1] > 0.0:
                came += east[r, c - 1] * per[r, c - 1]
            if r > 0 and south[r - 1, c] > 0.0:
                came += south[r - 1, c] * per[r - 1, c]
            if kind[r, c] == INTERIOR:
                laid[r, c] = came
            else:
                gone[r, c] = came
