"""The account of a run: pools, transfers and emissions by parcel and year.

Everything is read from the ledger: nothing is estimated a second time. A pool's change
is the sum of its entries (stock difference); the same change is the sum of what came
from the air, went back to it and crossed the boundary (gain and loss). Both are told,
and what is between them.

What counts is the exchange with the air, less what was cleared, hauled off and washed
away. Soil that is moved, raised from below or brought changes pools, and so the stock
difference, but took nothing from the air: a transfer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.soil.constituents import ORGANIC, below
from twin.vocabulary.alternatives import DEAD_WOOD, FOREST_FLOOR

from .factors import factor

if TYPE_CHECKING:
    from twin.store import Run

Numbers = NDArray[np.float64]
TONNE = 1000.0  # kg
POOLS: Mapping[str, tuple[str, ...]] = {  # IPCC pool -> stocks
    "above_ground": ("biomass_carbon_above",),
    "below_ground": ("biomass_carbon_below",),
    "dead_wood": ("dead_wood_carbon", *DEAD_WOOD),
    "litter": ("litter_carbon", FOREST_FLOOR),
    "soil": ORGANIC,
}
DEEPER = {  # shown, outside the inventory's 0.3 m
    "subsoil": (
        *map(below, ORGANIC),
        "subsoil_litter_dpm",
        "subsoil_litter_rpm",
    )
}
NEVER = {  # carbon that is never counted as removed from the air
    "geogenic": ("geogenic_carbon", "geogenic_carbon_below"),
    "inorganic": ("soil_inorganic_carbon", "soil_inorganic_carbon_below"),
}
FLOWS: Mapping[str, tuple[str, float]] = {  # account -> sign in a pool's gain
    "fixed": ("net_primary_production_total", 1.0),
    "respired": ("carbon_respired_total", -1.0),
    "burnt": ("carbon_burned_total", -1.0),
    "imported": ("carbon_imported_total", 1.0),
    "exhumed": ("carbon_exhumed_total", 1.0),
    "removed": ("carbon_removed_total", -1.0),
    "exported": ("carbon_exported_total", -1.0),
}
TREND = 5  # years of weather that the sign of a balance is judged over
ROOTING = ("vegetation", "deep_carbon")  # processes that change the subsoil in place
EMISSIONS = "measure_emissions_total"


@dataclass(frozen=True)
class Account:
    """Cumulative amounts of a run, (zones, years), t; carbon as C, emissions as CO2e.

    years      calendar years; each value holds at the end of its year
    stocks     pool -> change since the start; deeper and uncounted ones too
    flows      what came from the air or across the boundary -> since the start
    rooted     gain of the subsoil by roots and decay there, not by moved soil
    emissions  cause -> since the start
    """

    zones: tuple[str, ...]
    years: tuple[int, ...]
    stocks: Mapping[str, Numbers] = field(repr=False)
    flows: Mapping[str, Numbers] = field(repr=False)
    rooted: Numbers = field(repr=False)
    emissions: Mapping[str, Numbers] = field(repr=False)

    @property
    def gained(self) -> Numbers:
        """Carbon gained by the five pools of the inventory, t C."""
        return _sum(self.stocks[name] for name in POOLS)

    @property
    def transferred(self) -> Numbers:
        """Carbon that only came from elsewhere: imported, or raised from below, t C."""
        return self.flows["imported"] + self.flows["exhumed"]

    @property
    def taken(self) -> Numbers:
        """Carbon taken from the air and kept, t C.

        Fixed, less respired, burnt, removed and exported. What roots added below 0.3 m
        is outside the inventory and left out; what was lost there counts.
        """
        flows = self.flows
        kept = flows["fixed"] - flows["respired"] - flows["burnt"]
        kept = kept - flows["removed"] - flows["exported"]
        made: Numbers = kept - np.maximum(self.rooted, 0.0)
        return made

    @property
    def emitted(self) -> Numbers:
        """Emissions of all measures, t CO2e."""
        return _sum(self.emissions.values(), like=self.gained)

    @property
    def balance(self) -> Numbers:
        """Net balance since the start, t CO2e; below 0 more was taken up than emitted.

        Carbon that was cleared, hauled off or washed away counts as lost.
        """
        return self.emitted - self.taken * factor("co2_per_carbon")

    @property
    def yearly(self) -> Numbers:
        """Balance of each year alone, t CO2e."""
        return np.diff(self.balance, axis=1, prepend=0.0)

    @property
    def residual(self) -> Numbers:
        """Stock difference less gain and loss, t C; rounding alone."""
        stocks = self.gained + self.stocks["subsoil"]
        flows = _sum(self.flows[name] * sign for name, (_, sign) in FLOWS.items())
        return stocks - flows

    def whole(self) -> Account:
        """The site as one zone."""

        def joined(given: Mapping[str, Numbers]) -> dict[str, Numbers]:
            return {k: v.sum(axis=0, keepdims=True) for k, v in given.items()}

        return Account(
            ("site",), self.years, joined(self.stocks), joined(self.flows),
            self.rooted.sum(axis=0, keepdims=True), joined(self.emissions),
        )  # fmt: skip

    @property
    def trend(self) -> Numbers:
        """Mean balance of five years from each year on, t CO2e a year.

        A dry year alone makes no site a source. The last years share their window.
        """
        count = len(self.years)
        last = max(count - TREND, 0)
        starts = [min(y, last) for y in range(count)]
        yearly = self.yearly
        windows = [yearly[:, a : a + TREND].mean(axis=1) for a in starts]
        made: Numbers = np.stack(windows, axis=1)
        return made

    def sink_year(self, zone: int) -> int | None:
        """First year from which the five-year balance is always below 0."""
        return _first_lasting(self.trend[zone], self.years)

    def payback_year(self, zone: int) -> int | None:
        """First year from which the balance since the start stays below 0."""
        return _first_lasting(self.balance[zone], self.years)

    def reversals(self, zone: int) -> tuple[int, ...]:
        """Years from which five years emit on balance, after such that took up."""
        sink = self.trend[zone] < 0.0
        back = np.flatnonzero(sink[:-1] & ~sink[1:]) + 1
        return tuple(self.years[int(k)] for k in back)


def account_of(run: Run) -> Account:
    """Build the account of a run from its ledger."""
    zones, rows = run.zone_names, run.ledger()
    numbers = {name: i for i, name in enumerate(zones)}
    years = sorted({int(str(row["month"])[:4]) for row in rows})
    at = {year: i for i, year in enumerate(range(years[0], years[-1] + 1))}
    shape = (len(zones), len(at))
    stocks: dict[str, Numbers] = {}
    causes: dict[str, Numbers] = {}
    rooted = np.zeros(shape)
    for row in rows:
        stock, amount = str(row["stock"]), float(row["amount"]) / TONNE
        place = numbers[str(row["zone"])], at[int(str(row["month"])[:4])]
        stocks.setdefault(stock, np.zeros(shape))[place] += amount
        if stock in DEEPER["subsoil"] and row["cause"] in ROOTING:
            rooted[place] += amount
        if stock == EMISSIONS:
            causes.setdefault(str(row["cause"]), np.zeros(shape))[place] += amount

    def since(names: Iterable[str]) -> Numbers:
        found = [stocks[name] for name in names if name in stocks]
        total: Numbers = sum(found, start=np.zeros(shape))
        return np.cumsum(total, axis=1)

    pools = {**POOLS, **DEEPER, **NEVER}
    return Account(
        zones,
        tuple(at),
        {name: since(names) for name, names in pools.items()},
        {name: since((stock,)) for name, (stock, _) in FLOWS.items()},
        np.cumsum(rooted, axis=1),
        {cause: np.cumsum(v, axis=1) for cause, v in causes.items()},
    )


def rows_of(account: Account) -> list[dict[str, Any]]:
    """One row per zone and year, t; columns tell C or CO2e."""
    balance, yearly = account.balance, account.yearly
    made = []
    for z, zone in enumerate(account.zones):
        for y, year in enumerate(account.years):
            row: dict[str, Any] = {"parcel": zone, "year": year}
            row |= {f"{k}_t_c": float(v[z, y]) for k, v in account.stocks.items()}
            row |= {f"{k}_t_c": float(v[z, y]) for k, v in account.flows.items()}
            row["emissions_t_co2e"] = float(account.emitted[z, y])
            row["balance_t_co2e"] = float(balance[z, y])
            row["balance_of_year_t_co2e"] = float(yearly[z, y])
            made.append(row)
    return made


def _sum(arrays: Iterable[Numbers], like: Numbers | None = None) -> Numbers:
    found = list(arrays)
    if not found and like is not None:
        return np.zeros_like(like)
    total: Numbers = sum(found[1:], start=found[0].copy())
    return total


def _first_lasting(values: Numbers, years: tuple[int, ...]) -> int | None:
    """First year from which all values are below 0."""
    above = np.flatnonzero(values >= 0.0)
    first = int(above[-1]) + 1 if above.size else 0
    return years[first] if first < len(years) else None
