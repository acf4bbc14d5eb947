"""RothC for drylands: moisture by water retention, soil that dries to -1000 bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import parameter
from .rothc_dryland import MoistureLimits, dryland_limits, retention_parameters
from .rothc_initial import POOLS
from .soil_carbon import SoilCarbon
from .soil_carbon_bare import SoilCarbonBare

STOCKS = tuple(f"soil_carbon_{pool}" for pool in POOLS)


@dataclass(frozen=True)
class SoilCarbonDryland(SoilCarbonBare):
    """RothC in the topsoil with the soil moisture of Farina et al. 2013.

    Equation: as soil_carbon, but the deficits at -1, -15 and -1000 bar below field
    capacity at -0.05 bar follow from van Genuchten's curve with the pedotransfer of
    Woesten et al. 1999; under plants soil dries to -1000 bar, bare soil to -15 bar;
    moisture slows decay to least_moisture at -15 bar and no further.

    Validity: semi-arid mineral topsoil without many stones; clay 1 to 70 %, silt 1 to
    90 %. Organic carbon is that of the pools now, its authors' code takes a constant.
    """

    silt: float = parameter(
        50.0,
        unit="percent",
        label="silt of the topsoil; at most what clay leaves",
        source="site; order of magnitude of loess, unverified",
        low=1.0,
        high=90.0,
    )

    name: ClassVar[str] = "soil_carbon_dryland"
    instead_of: ClassVar[tuple[str, ...]] = ("soil_carbon", "soil_carbon_bare")
    reads: ClassVar[tuple[str, ...]] = (
        *SoilCarbon.reads,
        "soil_carbon_iom",
        "bulk_density",
    )
    source: ClassVar[str] = (
        "Farina et al. 2013, Geoderma 200-201:18; RothC_Code v2, opt_RMmoist = 2"
    )

    def limits(self, see: Mapping[str, Any]) -> MoistureLimits:
        """Deficits by water retention of the soil as it is now."""
        clay, density = see["clay_content"], see["bulk_density"]
        soil = np.maximum(self.depth * density, 1.0)  # kg m-2
        carbon = 100.0 * sum(see[name] for name in STOCKS) / soil
        silt = np.minimum(self.silt, 100.0 - clay)
        parameters = retention_parameters(clay, silt, density / 1000.0, carbon)
        return dryland_limits(parameters, depth=self.depth)
