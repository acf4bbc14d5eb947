"""Sulfide oxidises, carbonate neutralises, and what is left moves the soil's pH."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..contaminants.acid_base import CALCITE_PER_PERCENT
from ..process import Array, Every, Scope, Step, parameter
from ..soil.column import Column
from ..soil.constituents import DENSITY, SOIL_MASS, below, stocks_of

SULFIDE, CARBONATE, PH = "sulfide_sulfur", "neutralising_potential", "soil_ph"
CALCITE_PER_SULFUR = CALCITE_PER_PERCENT / 10.0  # kg of CaCO3 by kg of pyrite sulfur
CHANGE = "soil_ph_change"
TONNE = 1000.0  # kg
TINY = 1e-300


@dataclass(frozen=True)
class SoilAcidity:
    """A year of acid from pyrite, neutralised by carbonate as far as there is any.

    Where no sulfide is left and carbonate is, it dissolves until the soil has the pH
    ``neutral``, as lime does that was spread for the acid to come.

    Equation: dS = S (1 - exp(-k exp(-z / reach))); acid = 3.125 dS as CaCO3; d pH =
    (carbonate dissolved - acid) / (buffer x mass), not below ``least_ph``.

    Validity: years; pyrite in contact with air, the slower the deeper. Acid beyond the
    least pH is lost from sight: lime demand after that is too small. Jarosite, iron and
    the carbon of carbonate are not followed.
    """

    rate: float = parameter(
        0.1,
        unit="year-1",
        label="oxidation of pyrite at the surface",
        source="0.05 to 0.3: science.md section 6",
        low=0.0,
        high=5.0,
    )
    reach: float = parameter(
        0.5,
        unit="m",
        label="depth over which oxygen falls to 1/e",
        source="order of magnitude",
        low=0.01,
        high=20.0,
    )
    buffer: float = parameter(
        1.25,
        unit="kg t-1",
        label="CaCO3 that changes the pH of a tonne of soil by one",
        source="5 t/ha for 0.3 m, as the measure lime; order of magnitude",
        low=0.05,
        high=50.0,
    )
    least_ph: float = parameter(
        2.5,
        unit="1",
        label="pH that acid spoil does not fall below",
        source="order of magnitude",
        low=1.0,
        high=5.0,
    )
    neutral: float = parameter(
        6.5,
        unit="1",
        label="pH up to which carbonate dissolves",
        source="order of magnitude",
        low=5.0,
        high=8.3,
    )

    name: ClassVar[str] = "soil_acidity"
    reads: ClassVar[tuple[str, ...]] = stocks_of((SULFIDE, CARBONATE, PH))
    writes: ClassVar[tuple[str, ...]] = (CHANGE, below(CHANGE))
    adds: ClassVar[tuple[str, ...]] = tuple(
        n for name in (SULFIDE, CARBONATE, PH) for n in (name, below(name))
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Sobek et al. 1978 (account); first-order oxidation"

    def oxidised(self, sulfur: Array, depth: Array) -> Array:
        """Sulfur that a year takes at a depth, m."""
        made: Array = sulfur * -np.expm1(-self.rate * np.exp(-depth / self.reach))
        return made

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the year's oxidation, neutralisation and change of pH."""
        soil = Column({n: see[n] for n in (*_both(SOIL_MASS), *_both(DENSITY))})
        thickness = soil.thickness
        middle = np.cumsum(thickness, axis=0) - 0.5 * thickness
        sulfur, carbonate, ph = (
            np.concatenate([see[n][None], see[below(n)]])
            for n in (SULFIDE, CARBONATE, PH)
        )
        lost = self.oxidised(sulfur, middle)
        acid = CALCITE_PER_SULFUR * lost
        used = np.minimum(carbonate, acid)
        per_ph = np.maximum(self.buffer * soil.mass / TONNE, TINY)
        rest = carbonate - used
        wanted = per_ph * np.maximum(self.neutral - ph, 0.0)
        dissolved = np.where(acid > used, 0.0, np.minimum(rest, wanted))
        room = np.minimum(self.least_ph - ph, 0.0)
        change = np.maximum((dissolved - (acid - used)) / per_ph, room)
        change = np.where(soil.mass > 0.0, change, 0.0)
        dissolved = np.where(soil.mass > 0.0, dissolved, 0.0)
        return {
            **_split(SULFIDE, -lost),
            **_split(CARBONATE, -np.minimum(used + dissolved, carbonate)),
            **_split(PH, change),
            **_split(CHANGE, change),
        }


def _both(name: str) -> tuple[str, str]:
    return name, below(name)


def _split(name: str, slots: Array) -> dict[str, Array]:
    return {name: slots[0].copy(), below(name): slots[1:].copy()}
