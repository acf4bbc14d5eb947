"""What happens to soil carbon and plants when ground is cut, covered or cleared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.process import Array

from .measure import Amounts

SOIL_POOLS = (
    "soil_carbon_dpm",
    "soil_carbon_rpm",
    "soil_carbon_bio",
    "soil_carbon_hum",
    "soil_carbon_iom",
    "geogenic_carbon",
)
PLANT_POOLS = ("biomass_carbon_above", "biomass_carbon_below")
DEAD_POOLS = ("litter_carbon", "dead_wood_carbon")


def clear_plants(see: Mapping[str, Array], share: Array, amounts: Amounts) -> None:
    """Take away the share (n,) of plants and of what they dropped.

    Their carbon goes to ``carbon_removed_total``: it leaves the modelled layer, it
    does not vanish. Where all is cleared the stand's age starts anew.
    """
    for name in (*PLANT_POOLS, *DEAD_POOLS):
        if name not in see:
            continue
        gone = see[name] * share
        amounts.add(name, -gone)
        amounts.add(
            "carbon_removed_total", gone if gone.ndim == 1 else gone.sum(axis=0)
        )
    if "stocking" in see:
        amounts.add("stocking", -see["stocking"] * share)
    if "effective_age" in see:
        amounts.add("effective_age", -see["effective_age"] * (share >= 1.0))


def bury_soil(see: Mapping[str, Array], share: Array, amounts: Amounts) -> None:
    """Move the share (n,) of every soil pool out of the modelled 0-30 cm layer."""
    for name in SOIL_POOLS:
        if name in see:
            gone = see[name] * share
            amounts.add(name, -gone)
            amounts.add("carbon_removed_total", gone)


def mantle_depth(see: Mapping[str, Array]) -> Array:
    """Depth of the soil mantle, m, from its mass and bulk density."""
    depth: Array = see["soil_mass"] / np.maximum(see["bulk_density"], 1.0)
    return depth
