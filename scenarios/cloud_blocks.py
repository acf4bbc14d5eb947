"""Two clouds of any size, read and compared block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from connectors.pointcloud.cloud_tiles import (
    CloudTiles,
    check_room,
    into_tiles,
    tile_side,
)
from twin.change.core_points import core_points
from twin.change.icp import Registration
from twin.change.m3c2 import CloudDistances, M3c2Rules, distances_at, nothing_compared
from twin.errors import InputError

from .cloud_sources import CloudSource

Array = NDArray[np.float64]
Report = Callable[[int, int], None]
MOST_CORE: Final = 10_000_000  # core points; about 200 bytes each
WHOLE: Final = 1000  # parts into which the progress of everything is cut
READING: Final = 0.4  # share of it that reading the clouds takes


@dataclass(frozen=True)
class Pair:
    """Both clouds in tiles; the later one is moved while it is read.

    ground_only  whether points of class 2 alone are read
    """

    a: CloudTiles
    b: CloudTiles
    ground_only: bool
    moved: Registration | None = None

    def moved_by(self, moved: Registration | None) -> Pair:
        """Read the later cloud where a registration puts it."""
        return replace(self, moved=moved)

    def earlier(self, low: Array, high: Array) -> Array:
        """Points (n, 3) of A within a box in plan."""
        return self.a.within(low, high, ground_only=self.ground_only)

    def later(self, low: Array, high: Array) -> Array:
        """Points (n, 3) of B, as moved, within a box in plan."""
        if self.moved is None:
            return self.b.within(low, high, ground_only=self.ground_only)
        far = self._furthest()
        points = self.b.within(low - far, high + far, ground_only=self.ground_only)
        points = self.moved.apply(points)
        xy = points[:, :2]
        return points[((xy >= low) & (xy < high)).all(axis=1)]

    def _furthest(self) -> float:
        """Longest way of a point of B; a rigid move is longest at a corner."""
        assert self.moved is not None
        ends = np.stack([self.b.low, self.b.high])
        corners = np.array([[ends[k, i] for i, k in enumerate(c)] for c in CORNERS])
        return float(np.abs(self.moved.apply(corners) - corners).max())


CORNERS: Final = tuple(product((0, 1), repeat=3))


def pair_of(
    sources: tuple[CloudSource, CloudSource],
    folder: Path,
    progress: Report,
    *,
    every_point: bool,
) -> Pair:
    """Read both clouds into tiles; ground alone where both say which points are."""
    total = sum(source.count for source in sources)
    check_room(folder, total)
    west, south, east, north = sources[0].extent
    origin = np.floor(np.array([west, south, sources[0].lowest]))
    most = max(source.count for source in sources)
    side = tile_side(max((east - west) * (north - south), 1.0), most)
    made, before = [], 0
    for source, name in zip(sources, "ab", strict=True):

        def told(read: int, before: int = before) -> None:
            progress(int(READING * WHOLE * (before + read) / total), WHOLE)

        made.append(into_tiles(source.read(), folder / name, (origin, side), told))
        before += source.count
    a, b = made
    for tiles, source in zip(made, sources, strict=True):
        if not tiles.count(ground_only=False):
            raise InputError(
                f"{source.name}: every point is noise or withheld; nothing is left to "
                "compare"
            )
    return Pair(a, b, bool(a.ground and b.ground) and not every_point)


@dataclass(frozen=True)
class Blocks:
    """The comparison, block by block; the blocks' edges are edges of core voxels."""

    pair: Pair
    rules: M3c2Rules
    spacing: float

    def compared(self, progress: Report) -> tuple[Array, CloudDistances]:
        """Core points (n, 3) and their distances, in the order of the blocks."""
        places = list(self._corners())
        cores, found = [np.zeros((0, 3))], []
        for done, low in enumerate(places):
            core, distances = self._block(low)
            if len(core):
                cores.append(core)
                found.append(distances)
            share = READING + (1.0 - READING) * (done + 1) / len(places)
            progress(int(WHOLE * share), WHOLE)
            if sum(map(len, cores)) > MOST_CORE:
                raise self._too_many()
        if not any(np.isfinite(part.distance).any() for part in found):
            raise nothing_compared(self.rules)
        return np.concatenate(cores), CloudDistances.joined(found)

    @property
    def side(self) -> float:
        """Side of a block: whole voxels, about as wide as a tile, m."""
        halo = self.rules.depth + self.rules.radius
        wide = max(self.pair.a.side, halo)
        return self.spacing * max(1.0, float(np.ceil(wide / self.spacing)))

    def _corners(self) -> Iterator[Array]:
        """South-west corners of the blocks that hold points of A."""
        tiles, side = self.pair.a, self.side
        keys = np.array(tiles.keys(ground_only=self.pair.ground_only), dtype=np.float64)
        low = np.floor(keys * tiles.side / side)
        high = np.floor(((keys + 1.0) * tiles.side - 1e-9) / side)
        steps = [low + np.array(s) * (high - low) for s in product((0, 1), repeat=2)]
        for at in np.unique(np.concatenate(steps), axis=0):
            yield tiles.origin[:2] + at * side

    def _block(self, low: Array) -> tuple[Array, CloudDistances]:
        high = low + self.side
        own = self.pair.earlier(low, high)
        core = core_points(own, self.pair.a.origin, self.spacing)
        if not len(core):
            return core, CloudDistances.nothing(0)
        # a cylinder may lie flat: nothing it can reach is left out
        reach = self.rules.depth + self.rules.radius
        halo = max(reach, *self.rules.normal_radii)
        a = self.pair.earlier(low - halo, high + halo)
        b = self.pair.later(low - reach, high + reach)
        return core, distances_at(a, b, core, self.rules)

    def _too_many(self) -> InputError:
        return InputError(
            f"core points every {self.spacing:g} m are more than {MOST_CORE:,}; take a "
            "wider spacing: --core"
        )
