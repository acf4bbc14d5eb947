"""Compiled month of the water balance: loops short enough to vectorise."""

from __future__ import annotations

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp
from ..process import Array

# Gauss-Laguerre quadrature with four nodes: integral of exp(-x) f(x) over x > 0
NODES = (
    0.32254768961939231,
    1.7457611011583466,
    4.5366202969211280,
    9.3950709123011331,
)
WEIGHTS = (
    0.60315410434163360,
    0.35741869243779969,
    0.038887908515005384,
    0.00053929470556132745,
)


@compiled
def runoff_month(
    rain: Array, storms: float, number: Array, cover: Array, cover_effect: float
) -> Array:
    """Runoff of a month, mm; see ``soil_water.storm_runoff``."""
    made = np.zeros(rain.size)
    if rain.max() <= 0.0:
        return made
    for i in range(rain.size):
        curve = min(max(number[i] - cover_effect * cover[i], 1.0), 100.0)
        retention = 25400.0 / curve - 254.0
        depth = rain[i] / storms
        lost = 0.2 * retention / max(depth, 1e-9)
        mean = 0.0
        for j in range(4):
            excess = NODES[j] * depth
            mean += WEIGHTS[j] * excess * excess / max(excess + retention, 1e-9)
        made[i] = min(storms * mean * vexp(-lost), rain[i])
    return made


@compiled
def bucket_month(
    soil: Array, water: Array, potential: Array, capacity: Array
) -> tuple[Array, Array, Array]:
    """Compute soil water, evapotranspiration and drainage, mm; see ``bucket``."""
    after = np.zeros(soil.size)
    actual = np.zeros(soil.size)
    drained = np.zeros(soil.size)
    for i in range(soil.size):
        room = max(capacity[i], 1e-6)
        held = min(soil[i], capacity[i])
        surplus = max(water[i] - potential[i], 0.0)
        dryness = max(potential[i] - water[i], 0.0)
        store = held * vexp(-dryness / room) + surplus
        kept = min(store, capacity[i])
        used = potential[i] if surplus > 0.0 else water[i] + (held - store)
        after[i] = kept
        actual[i] = min(max(used, 0.0), potential[i])
        drained[i] = (soil[i] - held) + (store - kept)
    return after, actual, drained


@compiled
def storm_bucket_month(
    soil: Array, water: Array, potential: Array, capacity: Array, storms: int
) -> tuple[Array, Array, Array]:
    """Compute soil water, evapotranspiration and drainage, mm; see ``storm_bucket``."""
    after = np.zeros(soil.size)
    actual = np.zeros(soil.size)
    drained = np.zeros(soil.size)
    kept = np.zeros(soil.size)
    for i in range(soil.size):
        room = max(capacity[i], 1e-6)
        kept[i] = vexp(-potential[i] / storms / room)
    for i in range(soil.size):
        store = min(soil[i], capacity[i])
        lost = soil[i] - store
        part = water[i] / storms
        for _ in range(storms):
            full = store + part
            store = min(full, capacity[i])
            lost += full - store
            store = store * kept[i]
        used = (soil[i] - store) + (water[i] - lost)
        after[i] = store
        actual[i] = min(max(used, 0.0), potential[i])
        drained[i] = lost + (used - actual[i])
    return after, actual, drained
