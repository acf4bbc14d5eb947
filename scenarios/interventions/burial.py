"""What happens to plants when ground is cut, covered or cleared."""

from __future__ import annotations

from collections.abc import Mapping

from twin.process import Array

from .measure import Amounts

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
