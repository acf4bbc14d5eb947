"""Creep of the soil down its slope, in proportion to the slope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..landform.creep import Faces, creep
from ..landform.faces import cross
from ..landform.riding import most_crept, moved_soil, without_thin_slots
from ..process import Array, Every, Scope, Step, parameter
from ..soil.constituents import BASE_NAMES, exported, stocks_of
from ..soil.riding import ride_along
from ..terrain.cells import Flags, cell_flags

READS = ("elevation", *stocks_of(BASE_NAMES))
ADDS = (
    "elevation",
    *exported(BASE_NAMES),
    *stocks_of(BASE_NAMES),
)


@dataclass(frozen=True)
class HillslopeDiffusion:
    """Linear creep, q = -D grad z, of the year, with all that the soil carries.

    Crests are rounded and hollows filled; soil that comes to the rim of the site leaves
    it. Only loose soil creeps, and what is left of a thin one stays.

    Validity: for decades to centuries of rain splash, frost and burrowing on soil-
    covered slopes; not for gullies, landslides or single storms, nor for slopes near
    failure (``hillslope_diffusion_nonlinear``).

    Equation: dz/dt = D laplace(z), q = -D grad z.
    """

    diffusivity: float = parameter(
        0.01,
        unit="m2 year-1",
        label="diffusivity of creep D",
        source="0.005 to 0.05 for spoil: science.md section 4",
        low=0.0,
        high=1.0,
    )
    carried: tuple[str, ...] = parameter(
        (),
        unit="",
        label="constituents of the soil beside carbon and texture",
        source="twin/soil/constituents.py",
    )

    name: ClassVar[str] = "hillslope_diffusion"
    reads: ClassVar[tuple[str, ...]] = READS
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ADDS
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Culling 1960; Fernandes & Dietrich 1997"

    def __post_init__(self) -> None:
        """Declare what the run's soil carries beside the base."""
        ride_along(self, self.carried)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Creep for a year (n,)."""
        z, flags = ground(see, when)
        faces = creep(z, flags, when.grid.cell, self.diffusivity, 1.0)
        return crept(see, when, flags, faces)


def ground(see: Mapping[str, Any], when: Step) -> tuple[Array, Flags]:
    """Elevation as a raster, and which cells are ground and outlets."""
    z = when.grid.expand(see["elevation"])
    return z, cell_flags(z, when.grid.mask)


def crept(
    see: Mapping[str, Any], when: Step, flags: Flags, faces: Faces
) -> Mapping[str, Array]:
    """Amounts (n,) for soil that would cross the faces, as far as there is soil."""
    grid = when.grid
    column = without_thin_slots(see)
    held = faces.limited(grid.expand(most_crept(column), 0.0))
    given = held.given()

    def pass_on(amount: Array) -> tuple[Array, Array]:
        laid, gone = cross(held, given, flags, grid.expand(amount, 0.0))
        return grid.compress(laid), grid.compress(gone)

    cut = np.ascontiguousarray(grid.compress(given))
    return moved_soil(column, cut, column.cut(cut), pass_on)
