"""Emissions of what a project burns and spreads, each by its IPCC equation."""

from __future__ import annotations

from dataclasses import dataclass

from .factors import factor


def liming(limestone: float, dolomite: float = 0.0) -> float:
    """CO2 of lime, t, from t spread. IPCC 2006 vol. 4 eq. 11.12."""
    carbon = factor("lime_carbon") * limestone + factor("dolomite_carbon") * dolomite
    return carbon * factor("co2_per_carbon")


def urea(spread: float) -> float:
    """CO2 of urea, t, from t spread. IPCC 2006 vol. 4 eq. 11.13."""
    return spread * factor("urea_carbon") * factor("co2_per_carbon")


@dataclass(frozen=True, slots=True)
class NitrousOxide:
    """N2O of nitrogen spread, kg: direct, after deposition, after leaching."""

    direct: float
    deposited: float
    leached: float

    @property
    def warming(self) -> float:
        """All of it as CO2, kg."""
        return (self.direct + self.deposited + self.leached) * factor("gwp_n2o")


def nitrous_oxide(
    synthetic: float, organic: float = 0.0, *, dry: bool = False
) -> NitrousOxide:
    """N2O from kg of nitrogen. IPCC 2006 vol. 4 eq. 11.1, 11.9, 11.10.

    dry  climate in which the refinement of 2019 halves EF1 and nothing leaches
    """
    per = factor("n2o_per_nitrogen")
    direct = factor("n2o_direct_dry" if dry else "n2o_direct")
    flown = (
        factor("ammonia_synthetic") * synthetic + factor("ammonia_organic") * organic
    )
    drained = 0.0 if dry else factor("leached") * (synthetic + organic)
    return NitrousOxide(
        (synthetic + organic) * direct * per,
        flown * factor("n2o_deposited") * per,
        drained * factor("n2o_leached") * per,
    )


@dataclass(frozen=True, slots=True)
class Combustion:
    """Gases of burnt fuel, kg."""

    co2: float
    ch4: float
    n2o: float

    @property
    def warming(self) -> float:
        """All of it as CO2, kg."""
        gases = self.ch4 * factor("gwp_ch4") + self.n2o * factor("gwp_n2o")
        return self.co2 + gases


def diesel(litres: float) -> Combustion:
    """Gases of diesel in machines off the road. IPCC 2006 vol. 2 eq. 3.3.1."""
    heat = litres * factor("diesel_density") * 1e-6 * factor("diesel_heat")  # TJ
    return Combustion(
        heat * factor("diesel_co2"),
        heat * factor("diesel_ch4"),
        heat * factor("diesel_n2o"),
    )


def coal_methane(coal: float, *, mining: float, after: float) -> float:
    """CH4 of coal mined, t. IPCC 2006 vol. 2 eq. 4.1.3 and 4.1.7.

    coal           t
    mining, after  emission factors, m3 t-1

    The mine's own account: outside the boundary of its restoration.
    """
    return coal * (mining + after) * METHANE_DENSITY


METHANE_DENSITY = 0.67e-3  # t m-3 at 20 degC and 1 atm; IPCC 2006 vol. 2 ch. 4
DIESEL_WARMING = diesel(1.0).warming  # kg CO2e L-1
