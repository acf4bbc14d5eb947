"""How far a quantity may lie from its value, as data, and draws from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator
from scipy.special import ndtr, ndtri

from ..checked import Checked, nearest

Numbers = NDArray[np.float64]
NORMAL_90 = 1.6448536269514722  # standard deviations to either side of 90 %
FACTORS = ("precipitation", "rainfall_erosivity", "solar_radiation", "wind_speed")
SHIFTS = ("air_temperature",)


class Spread(Checked):
    """What a quantity may be.

    shape      prior: that of the table of plant types, for plants alone
    low, high  normal, lognormal: 90 % lie between; uniform, triangular: all
    mode       of triangular, the likeliest; default the middle
    """

    shape: Literal["normal", "lognormal", "uniform", "triangular", "prior"] = "uniform"
    low: float = -np.inf
    high: float = np.inf
    mode: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Spread:
        stated = {"low", "high"} & self.model_fields_set
        if self.shape == "prior":
            if stated or self.mode is not None:
                raise ValueError("shape: prior takes its ends from the plant table")
            return self
        if len(stated) < 2:
            raise ValueError("give low: and high:, or for plants shape: prior")
        if not self.low < self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.shape == "lognormal" and self.low <= 0.0:
            raise ValueError("low of a lognormal must lie above 0")
        if self.mode is not None and self.shape != "triangular":
            raise ValueError("mode belongs to shape: triangular")
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError("mode lies outside low to high")
        return self

    def quantile(self, share: Numbers, *, within: tuple[float, float]) -> Numbers:
        """Values below which a share of what lies ``within`` two limits falls.

        share   (n,), in (0, 1)
        within  the distribution is cut off there, not clipped to it
        """
        if self.shape in ("uniform", "triangular"):
            low, high = max(self.low, within[0]), min(self.high, within[1])
            if self.shape == "uniform":
                flat: Numbers = low + share * (high - low)
                return flat
            return self._triangular(share, within)
        log = self.shape == "lognormal"
        low, high = np.log((self.low, self.high)) if log else (self.low, self.high)
        middle, width = 0.5 * (low + high), 0.5 * (high - low) / NORMAL_90
        ends = np.array(within)
        with np.errstate(divide="ignore"):
            ends = np.log(np.maximum(ends, 0.0)) if log else ends
        first, last = ndtr((ends - middle) / width)
        z = middle + width * ndtri(first + share * (last - first))
        made: Numbers = np.exp(z) if log else z
        return made

    def _triangular(self, share: Numbers, within: tuple[float, float]) -> Numbers:
        a, b = self.low, self.high
        c = 0.5 * (a + b) if self.mode is None else self.mode

        def below(x: float) -> float:
            if x <= a or x >= b:
                return float(x >= b)
            if x < c:
                return (x - a) ** 2 / ((b - a) * (c - a))
            return 1.0 - (b - x) ** 2 / ((b - a) * (b - c))

        first, last = below(within[0]), below(within[1])
        p = first + share * (last - first)
        left = a + np.sqrt(p * (b - a) * (c - a))
        right = b - np.sqrt((1.0 - p) * (b - a) * (b - c))
        made: Numbers = np.where(p < below(c), left, right)
        return made


class Ensemble(Checked):
    """Section ``ensemble`` of a scenario: how many members, and what varies.

    Keys of ``vary``::

        vegetation.site_factor         a parameter of a process, its value
        plants.robinia.rate            a value of a plant type; shape: prior, or ends
        plants.robinia                 all values of a type, by their priors
        ground.soil_organic_carbon     what site.yaml states, times
        climate.precipitation          every month, times
        climate.air_temperature        every month, degC added
    """

    members: int = Field(default=100, ge=2, le=10_000)
    vary: dict[str, Spread] = Field(min_length=1)

    @field_validator("vary")
    @classmethod
    def _known(cls, vary: dict[str, Spread]) -> dict[str, Spread]:
        for key, spread in vary.items():
            plant = key.startswith("plants.")
            if spread.shape == "prior" and not plant:
                raise ValueError(
                    f"{key}: only plants have a prior; give low: and high:"
                )
            if plant and key.count(".") < 2 and spread.shape != "prior":
                raise ValueError(f"{key}: all values of a type vary by shape: prior")
            for each in _each(key):
                limits(each)
        return vary

    def draws(self, seed: int) -> dict[str, Numbers]:
        """Values of every varied quantity, (members,) each.

        A Latin hypercube: each quantity meets each of ``members`` equally likely parts
        once. A quantity's draws depend on the seed and its own name alone, so adding
        another changes nothing here. McKay et al. 1979.
        """
        made = {}
        for told, spread in self.vary.items():
            for key in _each(told):
                share = shares(key, self.members, seed)
                if spread.shape == "prior":
                    made[key] = _of_prior(key, share)
                else:
                    made[key] = spread.quantile(share, within=limits(key))
        return made


def _each(key: str) -> tuple[str, ...]:
    """The key, or all values of the plant type that it names."""
    if not key.startswith("plants.") or key.count(".") > 1:
        return (key,)
    from twin.processes.plant_types import PARAMETERS

    return tuple(f"{key}.{name}" for name in PARAMETERS)


def _of_prior(key: str, share: Numbers) -> Numbers:
    """Values of a plant type's prior below which a share of it lies, within range."""
    from twin.processes.plant_types import PLANT_TYPES

    _, name, parameter = key.split(".")
    low, high = limits(key)
    drawn = getattr(PLANT_TYPES[name], parameter).at(ndtri(share))
    made: Numbers = np.clip(drawn, low, high)
    return made


def shares(key: str, members: int, seed: int) -> Numbers:
    """One number in each of ``members`` parts of (0, 1), in seeded order."""
    own = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    rng = np.random.default_rng([seed, own])
    made: Numbers = (rng.permutation(members) + rng.random(members)) / members
    return np.clip(made, 1e-12, 1.0 - 1e-12)


def limits(key: str) -> tuple[float, float]:
    """Smallest and greatest value that a varied quantity may take; ValueError."""
    first, _, rest = key.partition(".")
    if first == "climate":
        if rest not in (*FACTORS, *SHIFTS):
            raise ValueError(nearest("climate", rest, (*FACTORS, *SHIFTS)))
        return (0.0, np.inf) if rest in FACTORS else (-np.inf, np.inf)
    if first == "ground":
        from ..initial import DEFAULT_GROUND

        if rest not in DEFAULT_GROUND:
            raise ValueError(nearest("ground", rest, DEFAULT_GROUND))
        return 0.0, np.inf
    if first == "plants":
        return _plant_limits(rest)
    from ..model import parameter_row

    row = parameter_row(key)
    low, high = row.get("low"), row.get("high")
    return (-np.inf if low is None else low, np.inf if high is None else high)


def _plant_limits(told: str) -> tuple[float, float]:
    from twin.processes.plant_types import PARAMETERS, PLANT_TYPES

    name, _, key = told.partition(".")
    if name not in PLANT_TYPES:
        raise ValueError(nearest("plant type", name, PLANT_TYPES))
    if key not in PARAMETERS:
        raise ValueError(nearest("plant parameter", key, PARAMETERS))
    return PARAMETERS[key].low, PARAMETERS[key].high


def as_table(draws: Mapping[str, Numbers]) -> list[dict[str, Any]]:
    """One row per member: its number and what was drawn for it."""
    count = len(next(iter(draws.values())))
    return [
        {"member": i, **{key: float(v[i]) for key, v in draws.items()}}
        for i in range(count)
    ]
