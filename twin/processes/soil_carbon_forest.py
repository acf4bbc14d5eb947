"""RothC in the mineral soil under the snags and the forest floor of CBM-CFS3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter
from ..vocabulary.alternatives import DEAD
from .dead_matter import decay, month_shares, pools, snags_fall, turnover
from .rothc_kernel import BIO, CO2, DEFICIT, DPM, EXPOSURE, HUM, RPM
from .soil_carbon import SoilCarbon, decayed

MONTH = 1.0 / 12.0  # year
WOOD = "hardwood"  # snags of both kinds fall alike in turnover.csv
STOCK_OF = {  # pool of CBM-CFS3 -> stock
    "above_very_fast": "litter_carbon",
    "above_fast": "fallen_branch_carbon",
    "medium": "dead_wood_carbon",
    "stem_snag": "stem_snag_carbon",
    "branch_snag": "branch_snag_carbon",
    "above_slow": "forest_floor_carbon",
}
TO_SOIL = "below_slow"  # pool of CBM-CFS3 that the soil's HUM stands for


@dataclass(frozen=True)
class SoilCarbonForest:
    """Dead matter of a forest above RothC: snags, branches, leaves, slow forest floor.

    Dead trees stand before they fall, and leaves become a forest floor that lasts. What
    decays above ground leaves CO2 and slow matter, of which a part is mixed into HUM.
    Dead roots go into the soil: DPM and RPM, as in soil_carbon. Carbon below ground is
    RothC's and not that of CBM. What vegetation drops is sorted a month later, at most
    what lies there. What a fire kills lies on the ground.

    Equation: as soil_carbon in the soil; above it P' = P (1 - k)^(Q10^((T - 10) / 10) /
    12) each month with k and Q10 of dead-matter-table/pools.csv; snags fall 3.2 % and
    10 % a year, 0.6 % of the slow forest floor is mixed into the soil.

    Validity: closed forests; wood of shrubs counts as that of trees. Rates are those of
    yearly means: months of a strong season decay more than their mean would.
    """

    depth: float = parameter(
        0.30,
        unit="m",
        label="depth of the topsoil",
        source="calibrated at 0.23 m, used to 0.30 m (RothC description)",
        low=0.1,
        high=0.5,
    )
    stem_share: float = parameter(
        0.35,
        unit="1",
        label="share of stems in wood that falls or dies; the rest is branches",
        source="order of magnitude, from turnover of 0.0067 and 0.04 a year",
        low=0.0,
        high=1.0,
    )

    name: ClassVar[str] = "soil_carbon_forest"
    instead_of: ClassVar[tuple[str, ...]] = (
        "soil_carbon",
        "soil_carbon_bare",
        "soil_carbon_dryland",
    )
    reads: ClassVar[tuple[str, ...]] = (
        *SoilCarbon.reads,
        *DEAD,
        "wood_fall",
        "root_litter",
    )
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (*SoilCarbon.adds, *DEAD)
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Coleman & Jenkinson, RothC-26.3; Kurz et al. 2009 (CBM)"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the month's decay above and in the soil, and where what fell went."""
        out = decayed(see, self.depth)
        left, humus, air = _above(see)
        wood = np.minimum(see["wood_fall"], left["dead_wood_carbon"])
        roots = np.minimum(see["root_litter"], left["litter_carbon"])
        stems = self.stem_share * wood
        branches = wood - stems
        standing = turnover(WOOD)["branch_to_snag"] * branches
        left["stem_snag_carbon"] += stems
        left["branch_snag_carbon"] += standing
        left["fallen_branch_carbon"] += branches - standing
        left["dead_wood_carbon"] -= wood
        left["litter_carbon"] -= roots
        quick = see["litter_quality"] * roots
        return {
            "soil_carbon_dpm": out[DPM] + quick,
            "soil_carbon_rpm": out[RPM] + (roots - quick),
            "soil_carbon_bio": out[BIO],
            "soil_carbon_hum": out[HUM] + humus,
            "soil_moisture_deficit": out[DEFICIT],
            "decay_exposure": out[EXPOSURE],
            "carbon_respired_total": out[CO2] + air,
            **{stock: amount - see[stock] for stock, amount in left.items()},
        }


def _above(see: Mapping[str, Any]) -> tuple[dict[str, Array], Array, Array]:
    """A month above the soil: left by stock, into the soil, CO2, (n,) each."""
    all_ = pools()
    dead = np.zeros((len(all_.names), see["litter_carbon"].size))
    rows = {stock: all_.index(pool) for pool, stock in STOCK_OF.items()}
    for stock, row in rows.items():
        dead[row] = see[stock]
    shares = month_shares(see["air_temperature"])
    left, air = decay(snags_fall(dead, WOOD, years=MONTH), shares, years=MONTH)
    made = {stock: left[row] for stock, row in rows.items()}
    return made, left[all_.index(TO_SOIL)], air
