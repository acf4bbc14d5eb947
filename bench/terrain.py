"""Priority-flood, D8 and accumulation on a million cells, beside the textbook way."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable

import numpy as np

from twin.terrain.depressions import fill_depressions
from twin.terrain.routing import accumulate, d8_receivers, flow_order, mfd_accumulate

CELL = 5.0


def hills(cells: int, seed: int = 1) -> np.ndarray:
    """Rolling ground with a pit, rough as a lidar terrain model (4 cm)."""
    y, x = np.mgrid[0:cells, 0:cells] * CELL
    z = 1200.0 + 20.0 * np.sin(x / 180.0) * np.cos(y / 140.0) + 0.05 * x
    z -= 60.0 * (np.hypot(x - 2000.0, y - 2500.0) < 400.0)
    return np.asarray(z + np.random.default_rng(seed).normal(0.0, 0.04, z.shape))


def textbook_fill(z: np.ndarray) -> np.ndarray:
    """Priority-flood in plain Python with the standard library's heap."""
    rows, columns = z.shape
    filled = np.full(z.shape, np.nan)
    heap = []
    for r in range(rows):
        for c in range(columns):
            if r in (0, rows - 1) or c in (0, columns - 1):
                filled[r, c] = z[r, c]
                heap.append((z[r, c], r, c))
    heapq.heapify(heap)
    while heap:
        height, r, c = heapq.heappop(heap)
        for i in range(max(r - 1, 0), min(r + 2, rows)):
            for j in range(max(c - 1, 0), min(c + 2, columns)):
                if np.isnan(filled[i, j]):
                    filled[i, j] = max(z[i, j], height)
                    heapq.heappush(heap, (filled[i, j], i, j))
    return filled


def best(work: Callable[[], object], times: int = 3) -> float:
    """Least of a few wall times, s; the first call compiles and is not counted."""
    work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def run() -> dict[str, float]:
    """Return times in s and ratios."""
    z = hills(1000)
    filled = fill_depressions(z)
    receivers = d8_receivers(filled, CELL)
    order = flow_order(receivers)
    parts = {
        "fill": best(lambda: fill_depressions(z)),
        "d8": best(lambda: d8_receivers(filled, CELL)),
        "order": best(lambda: flow_order(receivers)),
        "accumulate": best(lambda: accumulate(receivers, order)),
    }
    whole = sum(parts.values())
    heap = best(lambda: fill_depressions(z, epsilon=1e-9), times=1)
    small = z[:250, :250].copy()
    started = time.perf_counter()
    wanted = textbook_fill(small)
    plain = (time.perf_counter() - started) * z.size / small.size
    if not np.array_equal(fill_depressions(small), wanted):
        raise AssertionError("the fill differs from the textbook's")
    mfd = best(lambda: mfd_accumulate(filled, receivers, CELL), times=1)
    return {
        **{f"{name}, 1000 x 1000, s": value for name, value in parts.items()},
        "fill + D8 + order + accumulation, s (budget 0.15)": whole,
        "multiple flow directions, s": mfd,
        "compiled priority-flood with a heap / fill": heap / parts["fill"],
        "priority-flood in plain Python / fill": plain / parts["fill"],
    }
