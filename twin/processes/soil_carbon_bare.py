"""RothC-26.3 whose bare soil dries to the wilting point, for dry and open ground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, parameter
from .cell_arrays import spread
from .rothc import co2_ratio, cover_modifier, temperature_modifier
from .rothc_dryland import (
    MoistureLimits,
    bare_limits,
    dry_modifier,
    next_dry_deficit,
)
from .rothc_kernel import DEFICIT, EXPOSURE, decay_month
from .soil_carbon import SoilCarbon


@dataclass(frozen=True)
class SoilCarbonBare(SoilCarbon):
    """RothC-26.3 in the topsoil; bare soil dries to -15 bar and decays slowly then.

    Equation: as soil_carbon, but the deficit of bare soil may reach the greatest
    deficit, not 0.556 of it, and moisture slows decay to least_moisture.

    Validity: as soil_carbon; for bare spoil and fallow of semi-arid sites, where the
    standard keeps b near 0.84 through a rainless summer.
    """

    least_moisture: float = parameter(
        0.2,
        unit="1",
        label="rate modifier of soil at the wilting point and drier",
        source="0.2 RothC-26.3; 0.15 and 0.1 tried by Farina et al. 2013",
        low=0.05,
        high=0.5,
        verified=True,
    )

    name: ClassVar[str] = "soil_carbon_bare"
    instead_of: ClassVar[tuple[str, ...]] = ("soil_carbon",)
    source: ClassVar[str] = (
        "RothC_Code v2 (Rothamsted), opt_SMDbare = 2; Farina et al. 2013"
    )

    def limits(self, see: Mapping[str, Any]) -> MoistureLimits:
        """Deficits at which moisture begins to slow decay, and where drying ends."""
        return bare_limits(see["clay_content"], depth=self.depth)

    def _decay(self, see: Mapping[str, Any]) -> Array:
        """Decay and transfer, (7, n)."""
        deficit: Array = see["soil_moisture_deficit"]
        gain = see["precipitation"] - see["potential_evapotranspiration"]
        cover, limits = see["vegetation_cover"], self.limits(see)
        dried = next_dry_deficit(deficit, gain, limits, cover=cover)
        warmth = spread(temperature_modifier(see["air_temperature"]), deficit.size)
        moist = dry_modifier(dried, limits, least=self.least_moisture)
        modifier = warmth * moist * cover_modifier(cover)
        out = np.zeros((7, deficit.size))
        decay_month(
            (
                see["soil_carbon_dpm"],
                see["soil_carbon_rpm"],
                see["soil_carbon_bio"],
                see["soil_carbon_hum"],
            ),
            modifier,
            1.0 / (1.0 + co2_ratio(see["clay_content"])),
            out,
        )
        out[DEFICIT] = dried - deficit
        out[EXPOSURE] = modifier / 12.0
        return out
