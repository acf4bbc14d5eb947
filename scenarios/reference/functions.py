"""Functions that reference cases may name: columns in, named results out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from . import carbon_functions as carbon
from . import contaminant_functions as contaminant
from . import dryland_functions as dryland
from . import ground_functions as ground
from . import landform_functions as landform
from . import landscape_functions as land
from . import mining_functions as mining
from . import optimise_functions as optimise
from . import plant_functions as plant
from . import sensing_functions as sensing
from . import soil_functions as soil
from . import water_functions as water

FUNCTIONS: Mapping[str, Callable[..., Mapping[str, Any]]] = MappingProxyType(
    {
        "rothc.temperature": soil.modifiers,
        "rothc.clay": soil.clay_effects,
        "rothc.deficit": soil.deficit_months,
        "rothc.dry_limits": dryland.limits,
        "rothc.dry_months": dryland.dry_months,
        "rothc.bare_months": dryland.bare_months,
        "rothc.month": soil.month,
        "rothc.years": soil.years,
        "rothc.steady_state": soil.steady,
        "rothc.fitted_pools": soil.fitted,
        "rothc.mine_soil_pools": soil.mine_soil,
        "soil.slowing": soil.slowed,
        "soil.bound_nitrogen": soil.bound_nitrogen,
        "growth.chapman_richards": plant.chapman_richards,
        "growth.limits": plant.limits,
        "plants.three_pg": plant.three_pg,
        "plants.recruits": plant.recruitment,
        "plants.light": plant.light,
        "plants.seeds_beyond_an_edge": plant.seeds_beyond_an_edge,
        "pet.sun": plant.sun,
        "pet.pressure": plant.pressure,
        "pet.vapour": plant.vapour,
        "pet.daily": plant.evapotranspiration,
        "pet.daily_by_humidity": plant.evapotranspiration_humidity,
        "pet.variants": plant.evapotranspiration_variants,
        "terrain.fill": ground.fill,
        "terrain.accumulate_d8": ground.accumulate_d8,
        "terrain.accumulate_mfd": ground.accumulate_mfd,
        "terrain.slope": ground.slope_inside,
        "terrain.accumulate_dinf": landform.accumulate_dinf,
        "terrain.wetness": landform.wetness_inside,
        "terrain.aspect": landform.aspect_inside,
        "landform.hillslope_steady": landform.hillslope_steady,
        "landform.scarp": landform.scarp,
        "landform.heap": landform.heap,
        "landform.streams_steady": landform.streams_steady,
        "landform.stream_profile": landform.stream_profile,
        "landform.space_steady": landform.space_steady,
        "stability.infinite_slope": landform.infinite_slope,
        "erosion.slope_length_1d": ground.slope_length_1d,
        "erosion.slope_length_2d": ground.slope_length_2d,
        "erosion.slope_length_plane": ground.slope_length_plane,
        "erosion.soil_loss": ground.soil_loss,
        "contaminants.acid_account": contaminant.account,
        "contaminants.limed_water": contaminant.limed_water,
        "contaminants.drained_share": contaminant.drained_share,
        "contaminants.oxidised": contaminant.oxidised,
        "contaminants.retardation": contaminant.held_back,
        "contaminants.ogata_banks": contaminant.step,
        "contaminants.leaching": contaminant.leached_step,
        "contaminants.metal_indices": contaminant.metal_indices,
        "contaminants.metal_sums": contaminant.metal_sums,
        "standards.gb15618": contaminant.gb15618,
        "standards.gb36600": contaminant.gb36600,
        "sensing.indices": sensing.indices,
        "sensing.rsei": sensing.rsei,
        "sensing.rsei_weights": sensing.rsei_weights,
        "sensing.tasselled_cap": sensing.tasselled_cap,
        "warning.inverse_velocity": sensing.inverse_velocity,
        "sensing.lidar": sensing.lidar,
        "assimilation.lorenz96": sensing.lorenz96,
        "evaluation.services": sensing.services,
        "evaluation.entropy": sensing.entropy,
        "evaluation.topsis": sensing.topsis,
        "carbon.closed_forms": carbon.closed_forms,
        "carbon.drawn_product": carbon.drawn_product,
        "carbon.dead_matter": carbon.forest,
        "landscape.by_class": land.by_class,
        "landscape.whole": land.whole,
        "landscape.habitat": land.habitat,
        "subsidence.rectangle": mining.rectangle,
        "subsidence.extremes": mining.greatest,
        "subsidence.knothe": mining.knothe,
        "water.storm_runoff": water.storm_runoff,
        "water.wetness_numbers": water.wetness_numbers,
        "water.steady_rain": water.steady_rain,
        "water.storm_of_parts": water.storm_of_parts,
        "water.run_on": water.slope_of_cells,
        "water.delivery": water.delivery,
        "optimise.zdt": optimise.zdt_front,
    }
)
