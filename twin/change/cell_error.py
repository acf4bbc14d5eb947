"""Standard error of a difference in each cell, held against stable ground."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ..surface import Raster, Surface
from .robust_spread import nmad

Mask = NDArray[np.bool_]
CLASSES: Final = 8  # of the predicted error, with as many cells each
ALIKE: Final = 1.2  # ratio of the variances of two classes that tells nothing
SAMPLE: Final = 400_000
FINEST: Final = 1e-4  # m; no survey is better


def stated_error(surface: Surface, lone: float) -> Raster:
    """Standard error of a surface as far as it is known, m; (rows, columns).

    lone  m, of a cell with a single point; n points are sqrt(n) better where a point
          density is known and no error

    Its own error layer where there is one, else by the density, else ``lone``.
    """
    found = np.full(surface.grid.shape, lone, dtype=np.float32)
    density = surface.layers.get("point_density")
    if density is not None:
        points = np.maximum(density * np.float32(surface.grid.cell_area), 1.0)
        found /= np.sqrt(np.where(np.isfinite(points), points, 1.0), dtype=np.float32)
    if surface.error is not None:
        np.copyto(found, surface.error, where=np.isfinite(surface.error))
    return found


def held_to(
    stable: Mask, dz: Raster, predicted: Raster, *, seed: int = 0
) -> tuple[Raster, tuple[float, float]]:
    """Raise or lower predicted errors to what stable ground shows.

    predicted  standard error of each cell, m

    Variances are f^2 + s^2 predicted^2, floor f and scale s both at least 0, fitted to
    the NMAD of dz in eight classes of the predicted error. Where the predicted errors
    are nearly one number only s is fitted. → the errors, (f, s).
    """
    cells = np.flatnonzero(stable & (predicted > 0.0))
    if cells.size > SAMPLE:
        rng = np.random.default_rng(seed)
        cells = cells[rng.integers(0, cells.size, SAMPLE)]
    seen, told = dz.ravel()[cells], predicted.ravel()[cells]
    order = np.argsort(told, kind="stable")
    parts = np.array_split(order, CLASSES)
    said = np.array([float(np.mean(np.square(told[p]))) for p in parts])
    shown = np.array([nmad(seen[p]) ** 2 for p in parts])
    if said[-1] < ALIKE * said[0]:
        floor, scale = 0.0, nmad(seen) ** 2 / float(said.mean())
    else:
        # a class's NMAD is known to a share of itself: weigh by it
        weight = 1.0 / np.maximum(shown, FINEST**2)
        columns = np.stack([np.ones(CLASSES), said], axis=1)
        (floor, scale), _ = nnls(columns * weight[:, None], shown * weight)
    variance = floor + scale * np.square(predicted)
    error = np.sqrt(np.maximum(variance, FINEST**2)).astype(np.float32)
    return error, (float(np.sqrt(floor)), float(np.sqrt(scale)))
