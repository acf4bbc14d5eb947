"""Every factor of the account: value, unit, range, source, and whether it was read.

``low`` and ``high`` hold 95 % of what the factor may be. Drawn from a lognormal where
``skewed``, else from a normal distribution cut at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from twin.errors import unknown_name

NORMAL_95 = 1.959964  # standard deviations to either side
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the account."""

    name: str
    value: float
    unit: str
    label: str
    label_zh: str
    source: str
    low: float
    high: float
    skewed: bool = False
    verified: bool = False

    def draw(self, count: int, rng: np.random.Generator) -> Numbers:
        """Values (count,) that it may have; the middle is its value."""
        z = rng.standard_normal(count)
        if self.low == self.high:
            return np.full(count, self.value)
        if self.skewed:
            wide = np.log(self.high / self.low) / (2.0 * NORMAL_95)
            made: Numbers = self.value * np.exp(wide * z)
            return made
        wide = (self.high - self.low) / (2.0 * NORMAL_95)
        cut: Numbers = np.maximum(self.value + wide * z, 0.0)
        return cut


_06, _19 = "IPCC 2006", "IPCC 2019 refinement"
_FACTORS = (
    Factor("carbon_fraction", 0.47, "1", "Carbon in dry matter", "含碳率",
           f"{_06} vol. 4 table 4.3", 0.44, 0.49),
    Factor("co2_per_carbon", 44.0 / 12.0, "t t-1", "CO2 of carbon", "碳与二氧化碳换算",
           "molar masses", 44.0 / 12.0, 44.0 / 12.0, verified=True),
    Factor("lime_carbon", 0.12, "t t-1", "Carbon of limestone that is given off",
           "石灰石排放因子", f"{_06} vol. 4 eq. 11.12", 0.06, 0.12),
    Factor("dolomite_carbon", 0.13, "t t-1", "Carbon of dolomite that is given off",
           "白云石排放因子", f"{_06} vol. 4 eq. 11.12", 0.065, 0.13),
    Factor("urea_carbon", 0.20, "t t-1", "Carbon of urea that is given off",
           "尿素排放因子", f"{_06} vol. 4 eq. 11.13", 0.10, 0.20),
    Factor("n2o_direct", 0.01, "kg kg-1", "N2O-N from nitrogen spread (EF1)",
           "直接氧化亚氮排放因子",
           f"{_06} vol. 4 table 11.1", 0.003, 0.03, skewed=True),
    Factor("n2o_direct_dry", 0.005, "kg kg-1",
           "N2O-N from nitrogen spread, dry climate (EF1)",
           "干旱区直接氧化亚氮排放因子",
           f"{_19} vol. 4 table 11.1", 0.001, 0.011, skewed=True),
    Factor("ammonia_synthetic", 0.10, "1", "Volatilised share of synthetic nitrogen",
           "化肥氮挥发比例",
           f"{_06} vol. 4 table 11.3", 0.03, 0.30, skewed=True),
    Factor("ammonia_organic", 0.20, "1", "Volatilised share of organic nitrogen",
           "有机氮挥发比例",
           f"{_06} vol. 4 table 11.3", 0.05, 0.50, skewed=True),
    Factor("n2o_deposited", 0.01, "kg kg-1", "N2O-N from deposited nitrogen (EF4)",
           "沉降氧化亚氮排放因子",
           f"{_06} vol. 4 table 11.3", 0.002, 0.05, skewed=True),
    Factor("leached", 0.30, "1", "Leached share of nitrogen", "氮淋溶比例",
           f"{_06} vol. 4 table 11.3", 0.10, 0.80, skewed=True),
    Factor("n2o_leached", 0.0075, "kg kg-1", "N2O-N from leached nitrogen (EF5)",
           "淋溶氧化亚氮排放因子",
           f"{_06} vol. 4 table 11.3", 0.0005, 0.025, skewed=True),
    Factor("n2o_per_nitrogen", 44.0 / 28.0, "kg kg-1", "N2O of N2O-N",
           "氮与氧化亚氮换算", "molar masses", 44.0 / 28.0, 44.0 / 28.0, verified=True),
    Factor("diesel_heat", 43.0, "TJ Gg-1", "Net heat of diesel", "柴油低位发热量",
           f"{_06} vol. 2 table 1.2", 41.4, 43.3),
    Factor("diesel_co2", 74_100.0, "kg TJ-1", "CO2 of diesel", "柴油二氧化碳排放因子",
           f"{_06} vol. 2 table 3.3.1", 72_600.0, 74_800.0),
    Factor("diesel_ch4", 4.15, "kg TJ-1", "CH4 of diesel in machines off the road",
           "柴油甲烷排放因子", f"{_06} vol. 2 table 3.3.1", 1.67, 10.4, skewed=True),
    Factor("diesel_n2o", 28.6, "kg TJ-1", "N2O of diesel in machines off the road",
           "柴油氧化亚氮排放因子",
           f"{_06} vol. 2 table 3.3.1", 14.3, 85.8, skewed=True),
    Factor("diesel_density", 0.84, "kg L-1", "Density of diesel", "柴油密度",
           "usual", 0.82, 0.86),
    Factor("fire_ch4", 2.3, "g kg-1", "CH4 of burnt grass and savanna",
           "火烧甲烷排放因子", f"{_06} vol. 4 table 2.5", 0.5, 4.1),
    Factor("fire_n2o", 0.21, "g kg-1", "N2O of burnt grass and savanna",
           "火烧氧化亚氮排放因子", f"{_06} vol. 4 table 2.5", 0.01, 0.41),
    Factor("gwp_ch4", 28.0, "1", "Warming of CH4 over 100 years, AR5",
           "甲烷全球增温潜势", "IPCC AR5 WG1 table 8.7", 28.0, 28.0),
    Factor("gwp_n2o", 265.0, "1", "Warming of N2O over 100 years, AR5",
           "氧化亚氮全球增温潜势", "IPCC AR5 WG1 table 8.7", 265.0, 265.0),
)  # fmt: skip

FACTORS: Mapping[str, Factor] = MappingProxyType({f.name: f for f in _FACTORS})


def factor(name: str) -> float:
    """Value of a factor by its name."""
    if name not in FACTORS:
        raise unknown_name("factor", name, FACTORS, "carbon account")
    return FACTORS[name].value
