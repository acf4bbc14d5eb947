"""How sure the account is: draws that change each parameter alike everywhere.

A factor or a model's error is drawn once per draw and holds for all parcels and years,
so errors do not average away with the number of parcels (IPCC 2006 vol. 1, approach 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .account import POOLS, Account
from .factors import FACTORS, factor

Numbers = NDArray[np.float64]
DRAWS = 10_000
MODEL_ERROR: Mapping[str, float] = MappingProxyType(
    # relative standard deviation of the model's change of a pool; unverified: an
    # ensemble of the site replaces them
    {"above_ground": 0.35, "below_ground": 0.45, "dead_wood": 0.5, "litter": 0.4,
     "soil": 0.4}
)  # fmt: skip
MEASURE_ERROR = (
    0.3  # of the emissions of a measure: litres, tonnes, factors; unverified
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Balance of a zone at the end, t CO2e, with its 90 and 95 % intervals."""

    zone: str
    value: float
    low_90: float
    high_90: float
    low_95: float
    high_95: float

    @property
    def half_width(self) -> float:
        """Half of the 90 % interval over the value, as deductions are made by; 1."""
        wide = 0.5 * (self.high_90 - self.low_90)
        return wide / abs(self.value) if self.value else float("inf")


def drawn_balance(
    account: Account,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    model_error: Mapping[str, float] = MODEL_ERROR,
) -> Numbers:
    """Balance at the end, t CO2e, (draws, zones).

    The error of a pool scales its change: what the model makes of growth and decay.
    """
    rng = np.random.default_rng(seed)
    fraction = FACTORS["carbon_fraction"].draw(draws, rng) / factor("carbon_fraction")
    taken = np.repeat(account.taken[None, :, -1], draws, axis=0)
    for name in POOLS:
        share = _skewed(model_error[name], draws, rng)
        if name != "soil":  # soil carbon is measured, plants are weighed
            share = share * fraction
        taken += (share[:, None] - 1.0) * account.stocks[name][:, -1]
    emitted = np.zeros_like(taken)
    for cause in sorted(account.emissions):
        share = _skewed(MEASURE_ERROR, draws, rng)
        emitted += share[:, None] * account.emissions[cause][:, -1]
    made: Numbers = emitted - taken * factor("co2_per_carbon")
    return made


def _skewed(relative: float, count: int, rng: np.random.Generator) -> Numbers:
    """Lognormal factors of mean one and a relative standard deviation."""
    wide = np.sqrt(np.log1p(relative**2))
    made: Numbers = np.exp(wide * rng.standard_normal(count) - 0.5 * wide**2)
    return made


def intervals(account: Account, *, draws: int = DRAWS, seed: int = 1) -> list[Interval]:
    """Interval of each zone; ``account.whole()`` for the site."""
    drawn = drawn_balance(account, draws=draws, seed=seed)
    low, low90, high90, high = np.percentile(drawn, (2.5, 5.0, 95.0, 97.5), axis=0)
    return [
        Interval(
            zone,
            float(account.balance[z, -1]),
            float(low90[z]),
            float(high90[z]),
            float(low[z]),
            float(high[z]),
        )
        for z, zone in enumerate(account.zones)
    ]
