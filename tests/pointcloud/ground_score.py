"""Ground filters beside clouds whose ground is known: errors and Cohen's kappa."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import laspy
import numpy as np
from numpy.typing import NDArray

from connectors.pointcloud.morphology import Cells, near_ground, steepness

ISPRS = ("11", "12", "21", "22", "23", "31", "41", "52", "53")
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """Points and what they are; ``asked``: the last returns that a filter may take."""

    x: Floats
    y: Floats
    z: Floats
    ground: Mask
    asked: Mask

    def low(self, cell: float) -> tuple[Cells, float, float]:
        """Lowest asked point per cell (NaN: none), western and northern edge."""
        west, north = np.floor(self.x.min()), np.ceil(self.y.max())
        rows = ((north - self.y[self.asked]) / cell).astype(int)
        columns = ((self.x[self.asked] - west) / cell).astype(int)
        low = np.full((rows.max() + 1, columns.max() + 1), np.inf)
        np.minimum.at(low, (rows, columns), self.z[self.asked])
        return np.where(np.isfinite(low), low, np.nan), west, north


def of_file(path: Path) -> Labelled:
    """Read a labelled cloud; noise and overlap that the labels set aside are left out.

    Class 2 is ground; 7 and 18 are noise, 12 overlap points without a judgement, 9
    water, which is neither; the rest are objects.
    """
    las = laspy.read(path)
    kind = np.asarray(las.classification)
    use = ~np.isin(kind, (7, 9, 12, 18))
    last = np.asarray(las.return_number) >= np.asarray(las.number_of_returns)
    x, y, z = (np.asarray(a)[use] for a in (las.x, las.y, las.z))
    return Labelled(x, y, z, kind[use] == 2, last[use])


def near(
    cloud: Labelled, surface: Cells, frame: tuple[float, float, float, float, float]
) -> Mask:
    """Points that lie near a surface; west, north, cell, threshold, scalar."""
    made = np.zeros(cloud.x.size, dtype=np.bool_)
    near_ground(
        surface, steepness(surface, frame[2]), cloud.x, cloud.y, cloud.z,
        np.array(frame), cloud.asked, made,
    )  # fmt: skip
    return made


def errors(ground: Mask, made: Mask) -> dict[str, float]:
    """Type I, type II and total error and Cohen's kappa, percent."""
    table = np.zeros((2, 2))
    np.add.at(table, (ground.astype(int), made.astype(int)), 1)
    n = table.sum()
    agree = np.trace(table) / n
    chance = (table.sum(axis=0) * table.sum(axis=1)).sum() / n**2
    return {
        "type I": 100 * table[1, 0] / table[1].sum(),
        "type II": 100 * table[0, 1] / table[0].sum(),
        "total": 100 * (1 - agree),
        "kappa": 100 * (agree - chance) / (1 - chance),
    }


def row(name: str, found: dict[str, float]) -> str:
    """One line of the table in docs/explanation/ground-filters.md."""
    return f"| {name} | " + " | ".join(f"{v:.1f}" for v in found.values()) + " |"
