"""Loess hills with gullies: rough ground, carved by its own running water."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from twin.terrain.depressions import fill_depressions
from twin.terrain.routing import accumulate, d8_receivers, flow_order

from .frame import SIZE, Frame, Raster
from .landform import smooth_noise

MARGIN = 300.0  # m around the site, so that its rim is no edge of the carving
STEP = 6.0  # m, cell of the carving
ROUNDS = 55
UPLIFT = 3.0  # m a round: the streams cut down by so much at the rim
FALL = 0.018  # m/m, of the streams' base towards the south-east
ROUGHNESS = ((40.0, 9.0), (14.0, 4.0), (4.0, 1.2), (0.6, 1.5))  # smoothing, height
CARVING, AREA_EXPONENT, SHEET_AREA = 0.016, 0.5, 500.0  # stream power; m2 of no rill
SWERVE = 0.3  # m, of random height that turns the paths of a round
MEAN, RELIEF = 1300.0, 0.62  # m, and share of the carved relief: loess, not rock
CREEP = 0.5  # cells, smoothing of a round: soil creep rounds the crests


def loess_hills(frame: Frame, seed: int) -> Raster:
    """Natural ground (rows, columns), m: rounded crests, sharp gullies.

    Stream power (implicit, Braun & Willett 2013) carves rising ground down to streams
    at the rim of a wider square; creep rounds the crests.
    """
    rng = np.random.default_rng(seed)
    cells = round((SIZE + 2.0 * MARGIN) / STEP)
    along = (np.arange(cells) + 0.5) * STEP - MARGIN
    x, y = along[None, :], (SIZE - along)[:, None]
    z = -FALL * (x + (SIZE - y))
    for smooth, height in ROUGHNESS:
        noise = gaussian_filter(rng.normal(size=(cells, cells)), smooth, mode="wrap")
        z = z + height * noise / noise.std()
    rim = np.ones_like(z, dtype=np.bool_)
    rim[1:-1, 1:-1] = False
    for _ in range(ROUNDS):
        z = np.where(rim, z, z + UPLIFT)
        turned = fill_depressions(z + SWERVE * rng.normal(size=z.shape))
        receivers = d8_receivers(turned, STEP)
        order = flow_order(receivers)
        area = accumulate(receivers, order) * STEP * STEP
        power = CARVING * np.maximum(area**AREA_EXPONENT - SHEET_AREA**AREA_EXPONENT, 0)
        z = _carved(z.ravel(), receivers.ravel(), order, power.ravel()).reshape(z.shape)
        z = np.where(rim, z, gaussian_filter(z, CREEP))
    z = MEAN + RELIEF * gaussian_filter(z - z.mean(), 0.7)
    rows, columns = np.broadcast_arrays(
        (SIZE + MARGIN - frame.y) / STEP - 0.5, (frame.x + MARGIN) / STEP - 0.5
    )
    fine: Raster = map_coordinates(z, [rows, columns], order=3, mode="nearest")
    return fine + 0.06 * smooth_noise(frame, rng, 3.0)


@njit(cache=True, nogil=True)
def _carved(
    z: Raster, receivers: NDArray[np.int64], order: NDArray[np.int64], power: Raster
) -> Raster:
    """One implicit step of stream power: dz/dt = -power * slope to the receiver."""
    new = z.copy()
    for k in range(order.size):
        i = order[k]
        r = receivers[i]
        if r != i:
            new[i] = min((z[i] + power[i] * new[r]) / (1.0 + power[i]), z[i])
    return new
