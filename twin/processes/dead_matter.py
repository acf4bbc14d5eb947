"""Dead organic matter of a forest in nine pools, as CBM-CFS3 keeps it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from math import expm1, log1p
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..process import Array

TABLES = Path(__file__).with_name("dead-matter-table")
REFERENCE = 10.0  # degC, of the rates of decay
FASTEST = 1.0  # of a pool in a year
MIXING = 0.006  # year-1, forest floor into mineral soil; libcbm 2.10.2
CARBON = 0.5  # of dry matter in the root equations; libcbm 2.10.2
ROOT_SOFT, ROOT_HARD, ROOT_HARD_POWER = 0.222, 1.576, 0.615  # Li et al. 2003
FINE_LEAST, FINE_MORE, FINE_SLOPE = 0.072, 0.354, -0.06021195  # Li et al. 2003
MONTHS = 12.0  # in a year
TONNES_HA = 10.0  # in 1 kg m-2


class Living(NamedTuple):
    """Carbon of the parts of a stand, kg m-2, (n,) each."""

    stem: Array
    other: Array
    foliage: Array
    coarse_root: Array
    fine_root: Array


@dataclass(frozen=True)
class Pools:
    """What pools.csv says of the pools, in its order, (9,) each; to: index, -1 air."""

    names: tuple[str, ...]
    rate: Array
    q10: Array
    to_air: Array
    to: tuple[int, ...]

    def index(self, name: str) -> int:
        """Row of a pool."""
        return self.names.index(name)


@cache
def pools() -> Pools:
    """Read pools.csv."""
    rows = _rows("pools.csv")
    names = tuple(row["pool"] for row in rows)
    rate, q10, air = (
        np.array([float(row[key]) for row in rows]) for key in ("rate", "q10", "to_air")
    )
    to = tuple(names.index(r["to"]) if r["to"] != "air" else -1 for r in rows)
    return Pools(names, rate, q10, air, to)


@cache
def turnover(wood: str) -> dict[str, float]:
    """Read turnover.csv for softwood or hardwood."""
    return {row["name"]: float(row[wood]) for row in _rows("turnover.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def roots(above: Array, wood: str) -> tuple[Array, Array]:
    """Coarse and fine roots of a stand by its carbon above ground, kg m-2.

    Softwood: roots = 0.222 x shoots; hardwood: 1.576 x shoots^0.615, in t/ha of dry
    matter; fine share 0.072 + 0.354 exp(-0.0602 x roots). Li et al. 2003, as in
    libcbm 2.10.2.
    """
    dry = above * TONNES_HA / CARBON
    total = ROOT_SOFT * dry if wood == "softwood" else ROOT_HARD * dry**ROOT_HARD_POWER
    fine = FINE_LEAST + FINE_MORE * np.exp(FINE_SLOPE * total)
    carbon = total * CARBON / TONNES_HA
    return carbon * (1.0 - fine), carbon * fine


def litterfall(stand: Living, wood: str) -> Array:
    """What a stand drops in a year, by pool, kg m-2, (9, n); growth makes it good."""
    rate, all_ = turnover(wood), pools()
    made = np.zeros((len(all_.names), stand.stem.size))
    branch, coarse, fine = (
        rate["branch"] * stand.other,
        rate["coarse_root"] * stand.coarse_root,
        rate["fine_root"] * stand.fine_root,
    )
    fallen = {
        "stem_snag": rate["stem"] * stand.stem,
        "branch_snag": rate["branch_to_snag"] * branch,
        "above_fast": (1.0 - rate["branch_to_snag"]) * branch
        + rate["coarse_above"] * coarse,
        "below_fast": (1.0 - rate["coarse_above"]) * coarse,
        "above_very_fast": rate["foliage"] * stand.foliage + rate["fine_above"] * fine,
        "below_very_fast": (1.0 - rate["fine_above"]) * fine,
    }
    for name, amount in fallen.items():
        made[all_.index(name)] += amount
    return made


def snags_fall(dead: Array, wood: str, *, years: float = 1.0) -> Array:
    """Pools (9, n) after the fall of snags in a year, or a part of one."""
    rate, all_ = turnover(wood), pools()
    made = dead.copy()
    for snag, ground in (("stem_snag", "medium"), ("branch_snag", "above_fast")):
        share = part_of_year(rate[f"{snag}_falls"], years)
        fallen = share * dead[all_.index(snag)]
        made[all_.index(snag)] -= fallen
        made[all_.index(ground)] += fallen
    return made


def decay_shares(temperature: Array | float) -> Array:
    """Share of each pool that decays in a year, (9, ...), k Q10^((T - 10) / 10).

    temperature  mean of the year, degC; number or (n,)
    """
    all_ = pools()
    warm = (np.asarray(temperature, dtype=np.float64) - REFERENCE) / 10.0
    made = [
        k * np.exp(warm * np.log(q)) for k, q in zip(all_.rate, all_.q10, strict=True)
    ]
    shares: Array = np.minimum(np.stack(made), FASTEST)
    return shares


def month_shares(temperature: Array | float) -> Array:
    """Share of each pool that decays in a month, (9, ...); twelve at 10 degC a year's.

    temperature  mean of the month, degC; number or (n,)
    """
    all_ = pools()
    warm = (np.asarray(temperature, dtype=np.float64) - REFERENCE) / 10.0
    made = [
        -np.expm1(np.log1p(-k) / MONTHS * np.exp(warm * np.log(q)))
        for k, q in zip(all_.rate, all_.q10, strict=True)
    ]
    return np.stack(made)


def part_of_year(share: float, years: float) -> float:
    """Share in a part of a year, of which the whole year has ``share``."""
    return share if years == 1.0 else -expm1(log1p(-share) * years)


def decay(dead: Array, shares: Array, *, years: float = 1.0) -> tuple[Array, Array]:
    """Pools (9, n) after the decay of a year or a part of one, and the CO2 (n,).

    shares  of ``decay_shares`` for a year, of ``month_shares`` for a month

    Litter, wood and snags decay first and feed the slow pools, which decay then; last,
    a part of the slow forest floor is mixed into the soil. Kurz et al. 2009.
    """
    all_ = pools()
    made, air = dead.copy(), np.zeros(dead.shape[1])
    for i, (to, gone_to_air) in enumerate(zip(all_.to, all_.to_air, strict=True)):
        lost = shares[i] * made[i]
        made[i] -= lost
        if to >= 0:
            kept = (1.0 - gone_to_air) * lost
            made[to] += kept
            lost = lost - kept
        air += lost
    above, below = all_.index("above_slow"), all_.index("below_slow")
    mixed = part_of_year(MIXING, years) * made[above]
    made[above] -= mixed
    made[below] += mixed
    return made, air


def year(
    dead: Array, stand: Living, temperature: Array | float, wood: str
) -> tuple[Array, Array, Array]:
    """A year of dead matter: pools (9, n) after it, litterfall (9, n), CO2 (n,).

    dead         pools in the order of ``pools().names``, kg m-2, (9, n)
    stand        living carbon in the middle of the year
    temperature  mean of the year, degC
    wood         softwood or hardwood

    Snags fall, the stand sheds, all decays. Matter and CO2 are conserved: what is
    left and what is respired is what there was and what fell. Forest stands with a
    closed canopy; not for peat. Kurz et al. 2009, Ecological Modelling 220:480.
    """
    fallen = litterfall(stand, wood)
    left, air = decay(snags_fall(dead, wood) + fallen, decay_shares(temperature))
    return left, fallen, air
