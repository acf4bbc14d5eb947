"""Encoding a layer step for the stream: 1024 x 1024 cells, ms, beside plain zlib.

A smooth field with patches that grows from year to year, as soil carbon does. The peer
is zlib at its default level on the float32 array, in the same run.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from viewer.encode import Address, Scale, encode_step, quantise

CELLS = 1024
BUDGET_MS = 20.0


def layer(years: int) -> list[NDArray[np.float32]]:
    """Maps of successive years."""
    rng = np.random.default_rng(1)
    coarse = gaussian_filter(rng.normal(size=(CELLS, CELLS)), 60)
    fine = gaussian_filter(rng.normal(size=(CELLS, CELLS)), 8)
    start = 3 + coarse / coarse.std() + 0.3 * fine / fine.std()
    growth = 0.03 * (1 + 0.5 * gaussian_filter(fine / fine.std(), 20))
    start[:100] = np.nan
    return [(start + growth * year).astype(np.float32) for year in range(years)]


def best(work: Callable[[], object], times: int = 7) -> float:
    """Shortest of several, ms."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return min(took) * 1e3


def run() -> dict[str, object]:
    """Measure a keyframe and a delta, from float32 values to frames."""
    maps = layer(4)
    low, high = float(np.nanmin(maps[0])), float(np.nanmax(maps[-1]))
    scale = Scale.over(low, high)
    before = quantise(maps[1], scale)
    where = Address(run=0, layer=0, step=2, time=0.0, level=0, offset=0)

    with ThreadPoolExecutor(2) as pool:

        def key() -> list[bytes]:
            return encode_step(where, scale, quantise(maps[2], scale, pool), pool=pool)

        def delta() -> list[bytes]:
            codes = quantise(maps[2], scale, pool)
            return encode_step(where, scale, codes, (1, before), pool=pool)

        key_ms, delta_ms = best(key), best(delta)
        key_bytes, delta_bytes = sum(map(len, key())), sum(map(len, delta()))
    raw = maps[2].tobytes()
    raw_ms, raw_bytes = best(lambda: zlib.compress(raw), 3), len(zlib.compress(raw))
    return {
        "keyframe, ms": key_ms,
        "delta, ms": delta_ms,
        "budget, ms": BUDGET_MS,
        "zlib of the float array, ms": raw_ms,
        "delta is faster than zlib by": raw_ms / delta_ms,
        "keyframe, bytes": key_bytes,
        "delta, bytes": delta_bytes,
        "zlib of the float array, bytes": raw_bytes,
        "declared error, kg m-2": scale.error,
    }
