"""Nitrogen that plants hold and that a year of growth wants, by plant type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..process import Array
from ..soil.nitrogen import CN_DEAD_WOOD, CN_FRESH, GRAMS, organic_nitrogen
from ..vocabulary.alternatives import DEAD as ALTERNATIVE_DEAD
from ..vocabulary.alternatives import DEAD_WOOD as WOOD
from .carbon_pools import sum_in_order
from .plant_types import (
    CARBON_FRACTION,
    KG_M2,
    SITE_FACTOR,
    PlantType,
    column,
    full_foliage,
)
from .vegetation_kernel import leaves

RESORBED = 0.6  # of leaf nitrogen before leaves fall; 0.65 deciduous, 0.58 evergreen,
# Sophia et al. 2024 (abstract); 0.59 of herbs, Wang et al. 2018 (abstract)
KEYS = (
    "asymptote", "rate", "shape", "root_share", "foliage_young", "foliage_turnover",
    "wood_turnover", "root_turnover", "foliage_cn", "wood_cn", "root_cn",
    "nitrogen_fixed",
)  # fmt: skip
STANDS = (
    "stocking", "effective_age", "biomass_carbon_above", "biomass_carbon_below",
)  # fmt: skip
DEAD = ("litter_carbon", "dead_wood_carbon")


@dataclass(frozen=True)
class Demand:
    """What the stands of a cell hold when well fed, and want of the coming year.

    held      nitrogen of plants with litter and dead wood, g m-2, (n,)
    carbon    that a year without stress fixes, growth and turnover, kg m-2, (k, n)
    nitrogen  that this takes up, g m-2, (k, n)
    """

    held: Array
    carbon: Array
    nitrogen: Array


def demand(types: Sequence[str | PlantType], see: Mapping[str, Any]) -> Demand:
    """Read the stands of STANDS and DEAD, and other dead pools there; see ``Demand``.

    Leaves, wood and roots have fixed C:N. Growth is that of the curve in one effective
    year; what is shed is grown anew, leaves with the part of their nitrogen that was
    not drawn back.
    """
    table = {key: column(types, key) for key in KEYS}
    full = full_foliage(types)
    stocking = see["stocking"]
    held = see["litter_carbon"] * (GRAMS / CN_FRESH)
    held = held + see["dead_wood_carbon"] * (GRAMS / CN_DEAD_WOOD)
    for name in (n for n in ALTERNATIVE_DEAD if n in see):
        held = held + see[name] * (GRAMS / (CN_DEAD_WOOD if name in WOOD else CN_FRESH))
    carbon, nitrogen = np.zeros(stocking.shape), np.zeros(stocking.shape)
    for k in range(stocking.shape[0]):
        own = {key: float(values[k]) for key, values in table.items()}
        share, age, above, below = (np.ascontiguousarray(see[n][k]) for n in STANDS)
        leafy = leaves(above, share, float(full[k]), own["foliage_young"])
        leaf, wood, root = (GRAMS / own[f"{x}_cn"] for x in ("foliage", "wood", "root"))
        top = leafy * leaf + (1.0 - leafy) * wood  # g kg-1
        held += above * top + below * root
        more = _grown(share, age, own)
        deep = own["root_share"]
        shed = own["foliage_turnover"] * leafy * above
        fallen = own["wood_turnover"] * (1.0 - leafy) * above
        dead = own["root_turnover"] * below
        carbon[k] = more + shed + fallen + dead
        nitrogen[k] = more * ((1.0 - deep) * top + deep * root) + dead * root
        nitrogen[k] += shed * (1.0 - RESORBED) * leaf + fallen * wood
    return Demand(held, carbon, nitrogen)


def _grown(share: Array, age: Array, own: Mapping[str, float]) -> Array:
    """Carbon that a stand gains in one effective year, kg m-2; see ``growth``."""
    size = own["asymptote"] * CARBON_FRACTION * KG_M2 * SITE_FACTOR
    rate, shape = own["rate"], own["shape"]
    now = (-np.expm1(-rate * age)) ** shape
    then = (-np.expm1(-rate * (age + 1.0))) ** shape
    made: Array = size * share * (then - now)
    return made


def fed_share(types: Sequence[str], wanted: Demand, held: Array, free: Array) -> Array:
    """Growth that nitrogen allows, 1, (k, n): what is free over what is wanted.

    held  nitrogen of plants, litter and dead wood, g m-2, (n,)
    free  nitrogen of the soil that plants can take, g m-2, (n,)

    Symbionts give legumes their fixed share in any case; for the rest all types draw
    on one supply, and what they lack already is wanted too. Supply over demand, as in
    CENTURY (Parton et al. 1987, unverified).
    """
    fixed = column(types, "nitrogen_fixed")[:, None]
    open_ = (1.0 - fixed) * wanted.nitrogen
    lacking = np.maximum(wanted.held - held, 0.0)
    total = sum_in_order(lacking, *open_)
    ratio = np.divide(free, total, out=np.ones_like(total), where=total > 0.0)
    made: Array = fixed + (1.0 - fixed) * np.clip(ratio, 0.0, 1.0)
    return made


def free_nitrogen(see: Mapping[str, Any]) -> Array:
    """Nitrogen of the topsoil that no organic matter binds, g m-2, (n,)."""
    made: Array = np.maximum(see["soil_nitrogen"] - organic_nitrogen(see), 0.0)
    return made
