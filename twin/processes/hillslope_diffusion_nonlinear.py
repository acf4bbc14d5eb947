"""Creep of the soil that quickens towards the slope at which it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..landform.creep import CreepLaw, creep_to_failure
from ..process import Array, Every, Scope, Step, parameter
from ..soil.riding import ride_along
from .hillslope_diffusion import ADDS, READS, crept, ground


@dataclass(frozen=True)
class HillslopeDiffusionNonlinear:
    """Creep of the year, q = -D grad z (1 + (S/Sc)^2 + ...), with all the soil carries.

    Soil that comes to the rim of the site leaves it.

    Validity: slopes up to failure, such as angle-of-repose faces of dumps; beyond 1.5
    Sc the series no longer grows. Means of decades: not for single slides, gullies or
    storms.

    Equation: q = -D grad z (1 + (S/Sc)^2 + (S/Sc)^4 + ...).
    """

    diffusivity: float = parameter(
        0.01,
        unit="m2 year-1",
        label="diffusivity of creep D",
        source="0.005 to 0.05 for spoil: science.md section 4",
        low=0.0,
        high=1.0,
    )
    critical_slope: float = parameter(
        0.7,
        unit="m m-1",
        label="slope of failure Sc",
        source="0.6 to 0.8 for spoil: science.md section 4",
        low=0.2,
        high=2.0,
    )
    terms: int = parameter(
        2,
        unit="1",
        label="powers of (S/Sc)^2 beyond the linear term",
        source="numerical choice; series of Ganti et al. 2012",
        low=1,
        high=10,
    )
    carried: tuple[str, ...] = parameter(
        (),
        unit="",
        label="constituents of the soil beside carbon and texture",
        source="twin/soil/constituents.py",
    )

    name: ClassVar[str] = "hillslope_diffusion_nonlinear"
    instead_of: ClassVar[tuple[str, ...]] = ("hillslope_diffusion",)
    reads: ClassVar[tuple[str, ...]] = READS
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ADDS
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Roering et al. 1999; Ganti et al. 2012"

    def __post_init__(self) -> None:
        """Declare what the run's soil carries beside the base."""
        ride_along(self, self.carried)

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Creep for a year (n,)."""
        z, flags = ground(see, when)
        law = CreepLaw(self.diffusivity, self.critical_slope, int(self.terms))
        faces = creep_to_failure(z, flags, when.grid.cell, law, 1.0)
        return crept(see, when, flags, faces)
