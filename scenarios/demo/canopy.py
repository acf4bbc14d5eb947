"""Plants left on the hills around the mine: tree crowns and low growth."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter

from .frame import SIZE, Frame, Mask, Raster
from .landform import smooth_noise

PLANTS_PER_KM2 = 9000.0
PATCH = 70.0  # m, size of groves
CLEAR = 12.0  # m kept free around works
LOW_GROWTH = 0.25  # m, tallest grass and herbs


def canopy_heights(natural: Raster, frame: Frame, mined: Mask, *, seed: int) -> Raster:
    """Height of plants above ground, m; none on mined land.

    Groves stand where a smooth random field is high, in gullies more than on crests.
    """
    rng = np.random.default_rng(seed + 2)
    clear = (
        uniform_filter(mined.astype(np.float64), round(2 * CLEAR / frame.spacing))
        > 0.01
    )
    hollow = uniform_filter(natural, round(90.0 / frame.spacing)) - natural
    wood = smooth_noise(frame, rng, PATCH) + 0.25 * np.clip(hollow, -4.0, 8.0)
    count = round(PLANTS_PER_KM2 * (SIZE / 1000.0) ** 2)
    x, y = rng.uniform(0.0, SIZE, (2, count))
    rows, columns = frame.to_pixels(x, y)
    at = (
        np.clip(np.rint(rows), 0, frame.cells - 1).astype(np.int64),
        np.clip(np.rint(columns), 0, frame.cells - 1).astype(np.int64),
    )
    grows = (wood[at] > 0.5) & ~clear[at]
    tall = rng.gamma(6.0, 1.1, count) * np.where(wood[at] > 1.2, 1.0, 0.35)
    low = LOW_GROWTH * np.clip(0.4 + smooth_noise(frame, rng, 8.0), 0.0, 1.0)
    canopy = np.where(clear, 0.0, low)
    _stamp(canopy, at[0][grows], at[1][grows], tall[grows], frame.spacing)
    return np.where(mined, 0.0, canopy)


def _stamp(
    canopy: Raster,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    columns: np.ndarray[tuple[int], np.dtype[np.int64]],
    tall: Raster,
    spacing: float,
) -> None:
    """Raise the canopy to a rounded crown around each stem."""
    reach = round(3.0 / spacing)
    n = canopy.shape[0]
    crown = 0.8 + 0.22 * tall  # m, radius
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            away = np.hypot(down, right) * spacing
            height = tall * np.sqrt(np.maximum(1.0 - (away / crown) ** 2, 0.0))
            r, c = rows + down, columns + right
            seen = (r >= 0) & (r < n) & (c >= 0) & (c < n) & (height > 0.0)
            np.maximum.at(canopy, (r[seen], c[seen]), height[seen])
