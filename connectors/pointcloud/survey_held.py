"""A survey whose points are held in memory, for what the running sums cannot give.

Terrain by triangles or inverse distances, noise, a canopy without pits and plant
metrics look at points beside each other. The default, sums by cell, needs none of it
and streams clouds of any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from twin.grid import Grid

from ..audit import Audit, note
from .guard import Points
from .inverse_distance import InverseDistance, inverse_distance
from .noise import Noise, noise
from .surface_model import PitFree, canopy_height, heights_above
from .tin_terrain import tin_terrain
from .vegetation_metrics import PERCENTILES, Plants, cell_metrics

Floats = NDArray[np.float64]
MOST_HELD = 60_000_000  # points of 27 bytes, and as much again while they are sorted
NOISE_CLASS = 7  # low point, noise; ASPRS LAS 1.4
METRICS = {
    **{f"p{p}": f"height_p{p}" for p in PERCENTILES},
    "cover_first": "plant_cover",
    "gap_fraction": "gap_fraction",
    "leaf_area_index": "leaf_area_index",
}
SPACINGS = 3.0  # of first returns, longest edge of canopy triangles (Khosravipour 2014)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a survey is asked for beyond sums by cell.

    terrain   heights by the mean of a cell's points, by triangles, or weighted by
              inverse distance
    noise     points that belong to nothing are left out first
    pit_free  canopy without the pits of pulses that slip through crowns
    metrics   percentiles of plant height, cover, gaps and leaf area
    """

    terrain: Literal["mean", "tin", "idw"] = "mean"
    noise: bool = False
    pit_free: bool = False
    metrics: bool = False

    @property
    def any(self) -> bool:
        """Whether points must be held."""
        return self.terrain != "mean" or self.noise or self.pit_free or self.metrics


@dataclass
class Held:
    """All points of a survey, and which of them are ground once that is known."""

    points: Points
    ground: NDArray[np.bool_] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, chunks: Iterable[Points], count: int, where: str) -> Held:
        """Hold every chunk; InputError above MOST_HELD points."""
        if count > MOST_HELD:
            raise InputError(
                f"{where}: {count} points; terrain, noise, canopy and metrics beyond "
                f"sums by cell hold them in memory, at most {MOST_HELD}: survey tiles "
                "as surfaces of their own, thin the cloud, or leave the setting out"
            )
        kept = [
            replace(c, **{n: np.array(getattr(c, n)) for n in FIELDS}) for c in chunks
        ]
        joined: dict[str, Any] = {
            n: np.concatenate([getattr(c, n) for c in kept]) for n in FIELDS
        }
        return cls(Points(**joined))

    def without_noise(self, audit: Audit, where: str) -> Held:
        """Mark what belongs to nothing as noise, which no raster counts."""
        p = self.points
        found = noise(p.x, p.y, p.z, Noise())
        told = ", ".join(f"{name} {n}" for name, n in found.counts.items() if n)
        audit.dropped.append(
            note(f"noise points ({told or 'none'})", where, int(found.mask.sum()))
        )
        kind = np.where(found.mask, np.uint8(NOISE_CLASS), p.kind)
        return Held(replace(p, kind=kind))

    def chunks(self) -> Iterator[Points]:
        """All points as one chunk."""
        yield self.points

    def mark(self, ground: NDArray[np.bool_]) -> None:
        """Keep which points are ground."""
        self.ground = ground

    def terrain(self, grid: Grid, method: str) -> tuple[Floats, Floats | None]:
        """Heights of the cells' middles and, where it is known, their error, m."""
        p, use = self.points, self.ground
        if use is None or not use.any():
            raise InputError("terrain: no point is ground; classify the ground first")
        xyz = (p.x[use], p.y[use], p.z[use])
        if method == "tin":
            return tin_terrain(xyz, grid).elevation, None
        reach = max(5.0, 3.0 * grid.cell)
        made = inverse_distance(xyz, grid, InverseDistance(reach=reach))
        return made.elevation, made.error

    def canopy(self, terrain: Floats, grid: Grid) -> Floats:
        """Canopy height without pits, m."""
        x, y, above = self._first(terrain, grid)
        area = grid.cell_area * max(int(np.isfinite(terrain).sum()), 1)
        spacing = float(np.sqrt(area / max(x.size, 1)))
        reach = max(PitFree().longest, SPACINGS * spacing)
        return canopy_height(x, y, above, grid, PitFree(longest=reach))

    def metrics(self, terrain: Floats, grid: Grid) -> dict[str, Floats]:
        """Plant metrics of each cell by the name of their layer."""
        p, good = self.points, self._good()
        above = heights_above((p.x[good], p.y[good], p.z[good]), terrain, grid)
        xyz = (p.x[good], p.y[good], above)
        found = cell_metrics(xyz, p.first[good] != 0, grid, Plants())
        return {layer: found[name] for name, layer in METRICS.items()}

    def _first(self, terrain: Floats, grid: Grid) -> tuple[Floats, Floats, Floats]:
        p = self.points
        use = self._good() & (p.first != 0)
        xyz = (p.x[use], p.y[use], p.z[use])
        return xyz[0], xyz[1], heights_above(xyz, terrain, grid)

    def _good(self) -> NDArray[np.bool_]:
        """Points that are neither noise nor withheld."""
        kind = self.points.kind
        made: NDArray[np.bool_] = (kind != 255) & (kind != 7) & (kind != 18)
        return made


FIELDS = ("x", "y", "z", "kind", "last", "first")
