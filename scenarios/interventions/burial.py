"""What happens to plants when ground is cut, covered or cleared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.process import Array
from twin.vocabulary.alternatives import DEAD

from .measure import Amounts

PLANT_POOLS = ("biomass_carbon_above", "biomass_carbon_below")
DEAD_POOLS = ("litter_carbon", "dead_wood_carbon", *DEAD)


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
    if "plant_nitrogen" in see:
        amounts.add("plant_nitrogen", -see["plant_nitrogen"] * share)
        amounts.add("nitrogen_removed_total", see["plant_nitrogen"] * share)
    if "stocking" in see:
        amounts.add("stocking", -see["stocking"] * share)
    if "effective_age" in see:
        amounts.add("effective_age", -see["effective_age"] * (share >= 1.0))


def nitrogen_goes(
    see: Mapping[str, Array], carbon: Array, to: str, amounts: Amounts
) -> None:
    """Book the nitrogen that leaves plants and litter with some carbon, kg m-2 (n,).

    It goes to the account ``to`` in the proportion of the carbon; both are one mixture.
    """
    if "plant_nitrogen" not in see:
        return
    held = sum((see[name].sum(axis=0) for name in PLANT_POOLS), start=0.0 * carbon)
    held = held + sum(
        (see[name] for name in DEAD_POOLS if name in see), start=0.0 * carbon
    )
    share = np.divide(carbon, held, out=np.zeros_like(held), where=held > 0.0)
    gone = np.minimum(share, 1.0) * see["plant_nitrogen"]
    amounts.add("plant_nitrogen", -gone)
    amounts.add(to, gone)
