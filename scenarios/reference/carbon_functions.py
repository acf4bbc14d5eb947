"""Functions of the carbon account that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.processes.dead_matter import TONNES_HA, Living, pools, roots, year

from ..carbon import emissions, inventory

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]
DRAWS, SEED = 200_000, 20


def closed_forms() -> Result:
    """Evaluate every IPCC equation of the account on round numbers."""
    n2o, burnt = emissions.nitrous_oxide(1000.0, 500.0), emissions.diesel(10_000.0)
    found = {
        "limestone": emissions.liming(10.0),
        "dolomite": emissions.liming(0.0, 10.0),
        "urea": emissions.urea(5.0),
        "n2o_direct": n2o.direct,
        "n2o_deposited": n2o.deposited,
        "n2o_leached": n2o.leached,
        "diesel_co2": burnt.co2,
        "diesel_ch4": burnt.ch4,
        "diesel_n2o": burnt.n2o,
        "surface_ch4": emissions.coal_methane(1e6, mining=1.2, after=0.1),
        "underground_ch4": emissions.coal_methane(1e6, mining=18.0, after=2.5),
        "biomass": inventory.biomass_gain(4.0, 0.24, area=100.0),
        "soil": 100.0 * inventory.soil_change(38.0, 5.0, factors=(1.0, 1.0, 1.0)),
        "product": inventory.product_error((0.1, 0.2, 0.3)),
        "sum": inventory.sum_error((100.0, 50.0, -30.0), (0.1, 0.3, 0.5)),
    }
    return {name: np.array([value]) for name, value in found.items()}


def drawn_product(mean: Numbers, sigma: Numbers) -> Result:
    """Mean, median and tails of a product of lognormals, by seeded draws."""
    rng = np.random.default_rng(SEED)
    logs = rng.normal(mean, sigma, (DRAWS, mean.size)).sum(axis=1)
    made = np.exp(logs)
    low, middle, high = np.percentile(made, (2.5, 50.0, 97.5))
    found = {"mean": made.mean(), "median": middle, "p2_5": low, "p97_5": high}
    return {name: np.array([value]) for name, value in found.items()}


def forest(
    stem: Numbers, other: Numbers, foliage: Numbers, *, temperature: float,
    slow_soil: float
) -> Result:  # fmt: skip
    """A softwood stand that grows by increments, year by year, t C/ha."""
    all_ = pools()
    dead, air = np.zeros((len(all_.names), 1)), 0.0
    dead[all_.index("below_slow")] = slow_soil / TONNES_HA
    stand, rows = np.zeros((5, 1)), []
    for grown in np.stack([stem, other, foliage], axis=1) / TONNES_HA:
        after = stand.copy()
        after[:3, 0] += np.maximum(grown, -stand[:3, 0])
        after[3:] = roots(after[:3].sum(axis=0), "softwood")
        middle = Living(*(0.5 * (stand + after)))
        dead, _, gone = year(dead, middle, temperature, "softwood")
        stand, air = after, air + float(gone[0])
        rows.append([*stand[:, 0], *dead[:, 0], air])
    names = (*Living._fields, *all_.names, "air")
    return dict(zip(names, TONNES_HA * np.array(rows).T, strict=True))
