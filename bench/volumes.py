"""Volumes between two grounds: pairs of triangles a second, beside boolean solids."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from twin.change.prisms import Volumes, volume_between
from twin.tin import Tin


def ground(points: int, side: float, seed: int) -> Tin:
    """Rolling, rough ground over a square: a jittered lattice, two triangles each."""
    rng = np.random.default_rng(seed)
    step = side / (points - 1)
    y, x = np.mgrid[0:points, 0:points] * step
    inner = np.zeros(x.shape)
    inner[1:-1, 1:-1] = 0.2 * step
    x, y = (
        x + inner * rng.uniform(-1, 1, x.shape),
        y + inner * rng.uniform(-1, 1, x.shape),
    )
    z = 1200.0 + 20.0 * np.sin(x / 180.0 + seed) * np.cos(y / 140.0)
    z += rng.normal(0.0, 0.3, z.shape)
    i = np.arange(x.size).reshape(x.shape)
    sw, se, nw, ne = i[:-1, :-1], i[:-1, 1:], i[1:, :-1], i[1:, 1:]
    t = np.stack([sw, se, ne, sw, ne, nw], axis=-1).reshape(-1, 3)
    return Tin(np.stack([x, y, z], axis=-1).reshape(-1, 3), t)


def solid_below(tin: Tin, base: float) -> object:
    """Closed solid between a Tin and a level base."""
    import manifold3d

    v, t, n = tin.vertices, tin.triangles, len(tin.vertices)
    lower = np.column_stack([v[:, :2], np.full(n, base)])
    edges = np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]])
    rim = edges[~np.isin(edges[:, 0] * n + edges[:, 1], edges[:, 1] * n + edges[:, 0])]
    walls = [[rim[:, 0], rim[:, 0] + n, rim[:, 1] + n]]
    walls += [[rim[:, 0], rim[:, 1] + n, rim[:, 1]]]
    faces = np.concatenate([t, t[:, ::-1] + n, *(np.stack(w, axis=1) for w in walls)])
    mesh = manifold3d.Mesh64(np.concatenate([v, lower]), faces.astype(np.uint64))
    return manifold3d.Manifold(mesh)


def best(work: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """Least wall time and least processor time of a few, s; the first compiles."""
    work()
    walls, busy = [], []
    for _ in range(times):
        started, ran = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - started)
        busy.append(time.process_time() - ran)
    return min(walls), min(busy)


def run() -> dict[str, float]:
    """Return pairs a second, and the peer's time for the same cut and fill."""
    a, b = ground(500, 1000.0, 1), ground(400, 1000.0, 2)
    whole = volume_between(a, b)
    wall, busy = best(lambda: volume_between(a, b))
    small_a, small_b = ground(200, 400.0, 1), ground(160, 400.0, 2)
    ours, _ = best(lambda: volume_between(small_a, small_b))
    one, other = solid_below(small_a, 1000.0), solid_below(small_b, 1000.0)
    started = time.perf_counter()
    fill, cut = (other - one).volume(), (one - other).volume()  # type: ignore[operator]
    theirs = time.perf_counter() - started
    check(volume_between(small_a, small_b), cut, fill)
    return {
        "pairs of triangles": float(whole.pieces),
        "volume, s": wall,
        "pairs/s (budget 2e6 on 2 cores)": whole.pieces / wall,
        "pairs per second of processor time": whole.pieces / busy,
        "manifold3d, both differences, s": theirs,
        "manifold3d / ours": theirs / ours,
    }


def check(found: Volumes, cut: float, fill: float) -> None:
    """Refuse figures of a wrong answer."""
    if not np.allclose([found.cut, found.fill], [cut, fill], rtol=1e-6, atol=0.0):
        raise AssertionError(f"volumes {found} are not cut {cut}, fill {fill}")
