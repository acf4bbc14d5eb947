"""Distances of clouds summed up: what changed, and what stable ground says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.change.m3c2 import CloudDistances
from twin.change.robust_spread import middle, nmad

Array = NDArray[np.float64]
FEWEST: Final = 20  # core points; fewer tell no bias
CLIP: Final = 3.5  # NMADs beyond which ground has changed, as for rasters
ROUNDS: Final = 30
QUANTILES: Final = (5, 25, 75, 95)  # percent


@dataclass(frozen=True, slots=True)
class Stable:
    """Distances on ground that did not change.

    origin  "given" by polygons or "found" by clipping; found ground must be more than
            half, and a settlement of everything is taken for a bias
    share   of the core points with a distance
    bias    median, m: of neither erosion nor fill
    spread  NMAD, m
    """

    origin: Literal["given", "found"]
    share: float
    bias: float
    spread: float


def stable_of(
    core: Array, distances: CloudDistances, shapes: Sequence[Any]
) -> Stable | None:
    """Tell bias and spread on stable ground; None of fewer than 20 core points."""
    d = distances.distance
    there = np.isfinite(d)
    if shapes:
        import shapely

        area = shapely.union_all(list(shapes))
        shapely.prepare(area)
        kept = there & np.asarray(shapely.contains_xy(area, core[:, 0], core[:, 1]))
    else:
        kept = _clipped(d, there)
    if np.count_nonzero(kept) < FEWEST:
        return None
    share = float(np.count_nonzero(kept) / np.count_nonzero(there))
    origin: Literal["given", "found"] = "given" if shapes else "found"
    return Stable(origin, share, middle(d[kept]), nmad(d[kept]))


def _clipped(d: Array, there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kept = there
    for _ in range(ROUNDS):
        centre, spread = middle(d[kept]), nmad(d[kept])
        now = there & (np.abs(d - centre) <= CLIP * spread + 1e-9)
        if np.array_equal(now, kept):
            break
        kept = now
    return kept


def shares(found: CloudDistances) -> dict[str, Any]:
    """Counts, shares of the compared core points and quantiles of the distance."""
    d = found.distance
    compared = np.isfinite(d)
    n, told = int(compared.sum()), np.isfinite(found.detectable)
    changed = found.significant

    def share(mask: NDArray[np.bool_]) -> float:
        return float(np.count_nonzero(mask) / n)

    return {
        "core_points": len(d),
        "compared": n,
        "without_detection": int(np.count_nonzero(compared & ~told)),
        "significant": share(changed),
        "raised": share(changed & (d > 0.0)),
        "lowered": share(changed & (d < 0.0)),
        "median": middle(d[compared]),
        "quantiles": {q: float(np.quantile(d[compared], q / 100)) for q in QUANTILES},
        "detectable": middle(found.detectable[told]),
    }


def plain(data: Any) -> Any:
    """Plain data of a dataclass, lists for arrays."""
    if is_dataclass(data) and not isinstance(data, type):
        return {f.name: plain(getattr(data, f.name)) for f in fields(data)}
    return data.tolist() if isinstance(data, np.ndarray) else data
