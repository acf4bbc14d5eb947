"""The processes that ship, by name. Others come through entry points."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .canopy_cover import CanopyCover
from .carbon_pools import CarbonPools
from .cover_exposure import CoverExposure
from .cover_factor import CoverFactorCsle, CoverFactorRusle
from .deep_carbon import DeepCarbon
from .ground_strain import GroundStrain
from .growth_limits import GrowthLimits
from .hillslope_diffusion import HillslopeDiffusion
from .hillslope_diffusion_nonlinear import HillslopeDiffusionNonlinear
from .land_cover import LandCover
from .metal_cycle import MetalCycle
from .nitrogen_cycle import NitrogenCycle
from .pet_fao56 import PetFao56
from .pet_hamon import PetHamon
from .pet_hargreaves import PetHargreaves
from .pet_oudin import PetOudin
from .pet_priestley_taylor import PetPriestleyTaylor
from .sediment_delivery import SedimentDelivery
from .seed_dispersal import SeedDispersal
from .slope_stability import SlopeStability
from .soil_acidity import SoilAcidity
from .soil_carbon import SoilCarbon
from .soil_carbon_bare import SoilCarbonBare
from .soil_carbon_dryland import SoilCarbonDryland
from .soil_carbon_forest import SoilCarbonForest
from .soil_water import SoilWater
from .soil_water_run_on import SoilWaterRunOn
from .soil_water_storms import SoilWaterStorms
from .stream_power import StreamPower
from .subsidence import Subsidence
from .terrain_form import TerrainForm
from .terrain_form_rusle import TerrainFormRusle
from .understory import Understory
from .vegetation import Vegetation
from .vegetation_three_pg import VegetationThreePg

_SHIPPED: tuple[type[Any], ...] = (
    TerrainForm,
    TerrainFormRusle,
    PetHargreaves,
    PetFao56,
    PetPriestleyTaylor,
    PetOudin,
    PetHamon,
    CanopyCover,
    SoilWater,
    SoilWaterStorms,
    SoilWaterRunOn,
    GrowthLimits,
    Vegetation,
    VegetationThreePg,
    SeedDispersal,
    Understory,
    SoilCarbon,
    SoilCarbonBare,
    SoilCarbonDryland,
    SoilCarbonForest,
    DeepCarbon,
    NitrogenCycle,
    SoilAcidity,
    MetalCycle,
    CoverFactorCsle,
    CoverFactorRusle,
    CoverExposure,
    SedimentDelivery,
    CarbonPools,
    LandCover,
    HillslopeDiffusion,
    HillslopeDiffusionNonlinear,
    StreamPower,
    SlopeStability,
    Subsidence,
    GroundStrain,
)

ENTRY_POINTS = "minetwin.processes"
PROCESSES: Mapping[str, type[Any]] = MappingProxyType({p.name: p for p in _SHIPPED})
# alternatives that no run takes by itself: their errors are too large without a reason
BY_NAME_ONLY: frozenset[str] = frozenset(
    {"pet_priestley_taylor", "pet_hamon", "soil_water_storms", "soil_water_run_on"}
)
FIRST_SET: tuple[str, ...] = (
    "terrain_form",
    "pet_hargreaves",
    "soil_water",
    "canopy_cover",
    "vegetation",
    "seed_dispersal",
    "soil_carbon",
    "deep_carbon",
    "cover_factor_csle",
    "cover_exposure",
    "sediment_delivery",
    "carbon_pools",
)
