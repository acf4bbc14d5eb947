"""RothC on two cores beside plain NumPy on the same cells and months, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from twin.numerics.compiled import compiled
from twin.processes import rothc
from twin.processes.rothc_kernel import DEFICIT, rothc_month, soil_constants

CELLS, MONTHS, BLOCK, THREADS = 1_000_000, 24, 4096, 2
DEPTH = 0.23
INPUTS = (0.008, 0.012)  # kg m-2 a month to DPM and RPM
WARMTH = (-6.0, -3.0, 3.0, 9.0, 15.0, 19.0, 21.0, 20.0, 15.0, 8.0, 1.0, -4.0)
GAIN = (2.0, 1.0, -20.0, -60.0, -90.0, -80.0, -30.0, -10.0, -20.0, -25.0, -5.0, 0.0)
RATES = (rothc.RATE_DPM, rothc.RATE_RPM, rothc.RATE_BIO, rothc.RATE_HUM)

Array = np.ndarray


def cells() -> tuple[Array, Array, Array, Array]:
    """Pools (4, n), deficit, clay and cover (n,), unlike from cell to cell."""
    rng = np.random.default_rng(1)
    pools = rng.uniform(0.01, 1.0, (4, CELLS))
    clay, cover = rng.uniform(3.0, 45.0, CELLS), rng.random(CELLS)
    return pools, np.zeros(CELLS), clay, cover


@compiled
def months_of_block(
    pools: Array, deficit: Array, soil: tuple[Array, Array], climate: Array
) -> None:
    """All months of a block: decay, then inputs; the block stays in cache."""
    n = deficit.size
    own, out = pools.copy(), np.zeros((7, n))
    rows = (own[0], own[1], own[2], own[3])
    heat, gain = np.zeros(n), np.zeros(n)
    for month in range(climate.shape[0]):
        heat[:] = climate[month, 0]
        gain[:] = climate[month, 1]
        rothc_month(rows, deficit, (heat, gain), soil, out)
        for k in range(4):
            pool, change, given = own[k], out[k], climate[month, 2 + k]
            for i in range(n):
                pool[i] += change[i] + given
        change = out[DEFICIT]
        for i in range(n):
            deficit[i] += change[i]
    pools[:] = own


def blockwise(pools: Array, deficit: Array, clay: Array, cover: Array) -> None:
    """All months of a block before the next block; blocks on two threads."""
    year = np.zeros((12, 6))
    year[:, 0], year[:, 1] = rothc.temperature_modifier(np.array(WARMTH)), GAIN
    year[:, 2:4] = INPUTS
    climate = np.tile(year, (MONTHS // 12, 1))

    def one(start: int) -> None:
        s = slice(start, min(start + BLOCK, CELLS))
        soil = (soil_constants(clay[s], DEPTH), cover[s])
        months_of_block(pools[:, s], deficit[s], soil, climate)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, range(0, CELLS, BLOCK)))


def plain(pools: Array, deficit: Array, clay: Array, cover: Array) -> None:
    """Month by month over whole arrays, as one would write it in NumPy."""
    most = rothc.greatest_deficit(clay, depth=DEPTH)
    kept = 1.0 / (1.0 + rothc.co2_ratio(clay))
    cover_modifier = rothc.cover_modifier(cover)
    for month in range(MONTHS):
        a = rothc.temperature_modifier(WARMTH[month % 12])
        deficit[:] = rothc.next_deficit(deficit, GAIN[month % 12], most, cover=cover)
        m = a * rothc.moisture_modifier(deficit, most) * cover_modifier / 12.0
        lost = [
            pool * (1.0 - np.exp(-k * m)) for pool, k in zip(pools, RATES, strict=True)
        ]
        stays = kept * (lost[0] + lost[1] + lost[2] + lost[3])
        pools[0] += INPUTS[0] - lost[0]
        pools[1] += INPUTS[1] - lost[1]
        pools[2] += rothc.TO_BIO * stays - lost[2]
        pools[3] += rothc.TO_HUM * stays - lost[3]


def timed(work: Callable[..., None], given: tuple[Array, ...], repeats: int) -> float:
    """Best of some runs, s; every run begins with the same numbers."""
    start = [array.copy() for array in given]
    best = float("inf")
    for _ in range(repeats):
        for array, first in zip(given, start, strict=True):
            array[...] = first
        began = time.perf_counter()
        work(*given)
        best = min(best, time.perf_counter() - began)
    return best


def run() -> dict[str, object]:
    """Return cell-months a second of both, their ratio and greatest difference."""
    fast, slow = cells(), cells()
    blockwise(*cells())  # compile, or read the cache, before the clock starts
    quick, easy = timed(blockwise, fast, 5), timed(plain, slow, 2)
    done = CELLS * MONTHS
    error = max(
        float(np.abs(a / b - 1.0).max()) for a, b in zip(fast[0], slow[0], strict=True)
    )
    return {
        "RothC, M cell-months/s, two cores": done / quick / 1e6,
        "plain NumPy, M cell-months/s": done / easy / 1e6,
        "ratio": easy / quick,
        "greatest relative difference after 24 months": error,
        "goal": "150 M cell-months/s, below 1e-9",
    }
