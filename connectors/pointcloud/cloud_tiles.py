"""A cloud of any size in square tiles on disk, so that one block at a time is read."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError

from .guard import Points
from .survey import GROUND, NOISE, WITHHELD

Array = NDArray[np.float64]
Key = tuple[int, int]  # column, row of a tile
STEP: Final = 1e-4  # m; finer than surveys are, and half the bytes of doubles
MOST_STEPS: Final = 2**31 - 1
RECORD: Final = 12  # bytes of a point
LARGEST: Final = 4_000_000  # points of a tile; a block reads at most nine
ROOM: Final = 1.2  # times the bytes of the tiles that must be free


@dataclass(frozen=True)
class CloudTiles:
    """Points in tiles, ground (class 2) apart from the rest.

    origin  (3,) of the tiles, m
    side    of a tile, m
    counts  points by tile, of ground and of the rest
    low, high  (3,) corners of all points, m
    """

    folder: Path
    origin: Array
    side: float
    low: Array
    high: Array
    ground: dict[Key, int] = field(repr=False)
    rest: dict[Key, int] = field(repr=False)

    def count(self, *, ground_only: bool) -> int:
        """Count the points."""
        return sum(self.ground.values()) + (0 if ground_only else self.total_rest)

    @property
    def total_rest(self) -> int:
        """Points that are not ground, or of which nobody says so."""
        return sum(self.rest.values())

    def keys(self, *, ground_only: bool) -> list[Key]:
        """Tiles that hold points, in order."""
        return sorted(self.ground if ground_only else {**self.ground, **self.rest})

    def tile(self, key: Key, *, ground_only: bool) -> Array:
        """All points (n, 3) of one tile, in the order in which they came."""
        found = [np.zeros((0, 3))]
        for counts in (self.ground,) if ground_only else (self.ground, self.rest):
            if key in counts:
                name = _name(key, ground=counts is self.ground)
                steps = np.fromfile(self.folder / name, dtype="<i4").reshape(-1, 3)
                found.append(steps * STEP + self.origin)
        return np.concatenate(found)

    def within(self, low: Array, high: Array, *, ground_only: bool) -> Array:
        """Points (n, 3) of a box (2,) to (2,), the low edges in, the high ones out."""
        first = np.floor((low - self.origin[:2]) / self.side).astype(np.int64)
        last = np.floor((high - self.origin[:2]) / self.side).astype(np.int64)
        found = [np.zeros((0, 3))]
        for key in self.keys(ground_only=ground_only):
            if (first <= key).all() and (key <= last).all():
                points = self.tile(key, ground_only=ground_only)
                xy = points[:, :2]
                found.append(points[((xy >= low) & (xy < high)).all(axis=1)])
        return np.concatenate(found)

    def sample(self, most: int, *, ground_only: bool) -> Array:
        """Every k-th point, at most ``most``, evenly over the tiles."""
        step = max(1, -(-self.count(ground_only=ground_only) // most))
        keys = self.keys(ground_only=ground_only)
        parts = [self.tile(key, ground_only=ground_only)[::step] for key in keys]
        return np.concatenate(parts)[:most] if parts else np.zeros((0, 3))


def into_tiles(
    chunks: Iterable[Points],
    folder: Path,
    frame: tuple[Array, float],
    told: Callable[[int], None],
) -> CloudTiles:
    """Spill a cloud into tiles; noise and withheld points stay out.

    frame  origin (3,) and side of the tiles, m
    told   gets the number of points read, after each chunk

    Raises InputError where a point lies more than 214 km from the origin.
    """
    origin, side = frame
    ground: dict[Key, int] = {}
    rest: dict[Key, int] = {}
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    read = 0
    folder.mkdir(parents=True)
    for points in chunks:
        read += points.x.size
        good = points.kind != WITHHELD
        for noise in NOISE:
            good &= points.kind != noise
        xyz = np.stack([points.x, points.y, points.z], axis=1)[good]
        bare = points.kind[good] == GROUND
        if len(xyz):
            low = np.minimum(low, xyz.min(axis=0))
            high = np.maximum(high, xyz.max(axis=0))
        _check_near(xyz, origin, folder)
        for use, counts in ((bare, ground), (~bare, rest)):
            _append(xyz[use], folder, frame, counts, ground=counts is ground)
        told(read)
    return CloudTiles(folder, origin, side, low, high, ground, rest)


def tile_side(area: float, points: int) -> float:
    """Side of tiles, whole metres, that hold half of ``LARGEST`` points on average."""
    return float(max(1.0, np.ceil(np.sqrt(area * LARGEST / 2 / max(points, 1)))))


def check_room(folder: Path, points: int) -> None:
    """Refuse where the disk has no room for the tiles."""
    needed = int(points * RECORD * ROOM)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(
            f"{folder}: {points:,} points need {needed / 1e9:.1f} GB for a while, "
            f"{free / 1e9:.1f} GB are free; make room, or set TMPDIR (on Windows TMP) "
            "to a folder on another disk"
        )


def _check_near(xyz: Array, origin: Array, where: Path) -> None:
    if len(xyz) and np.abs(xyz - origin).max() > MOST_STEPS * STEP:
        worst = xyz[np.abs(xyz - origin).max(axis=1).argmax()]
        raise InputError(
            f"{where.name}: point {worst.round(1).tolist()} lies more than "
            f"{MOST_STEPS * STEP / 1000:.0f} km from the others; take such points out"
        )


def _append(
    xyz: Array,
    folder: Path,
    frame: tuple[Array, float],
    counts: dict[Key, int],
    *,
    ground: bool,
) -> None:
    if not len(xyz):
        return
    origin, side = frame
    column, row = np.floor((xyz[:, :2] - origin[:2]) / side).astype(np.int64).T
    order = np.lexsort((row, column))
    steps = np.rint((xyz[order] - origin) / STEP).astype("<i4")
    keys = np.stack([column[order], row[order]], axis=1)
    begin = np.flatnonzero(np.diff(keys, axis=0, prepend=keys[:1] - 1).any(axis=1))
    for (c, r), part in zip(
        keys[begin].tolist(), np.split(steps, begin[1:]), strict=True
    ):
        with (folder / _name((c, r), ground=ground)).open("ab") as file:
            file.write(part.tobytes())
        counts[c, r] = counts.get((c, r), 0) + len(part)


def _name(key: Key, *, ground: bool) -> str:
    return f"{key[0]}_{key[1]}{'.ground' if ground else '.rest'}"
