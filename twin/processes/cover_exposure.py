"""Erosivity that falls on unprotected ground, gathered month by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..process import Array, Every, Scope, Step


@dataclass(frozen=True)
class CoverExposure:
    """Sum of rain erosivity times cover factor, month by month; emptied each year.

    Rain that falls while the ground is bare counts more: weighting R by the cover of
    its own month is what RUSLE and CSLE ask for. Sediment delivery takes the sum at the
    end of the year.

    Equation: E = sum over the months of R_m C_m.

    Validity: one calendar year; rain erosivity in MJ mm ha-1 h-1.
    """

    name: ClassVar[str] = "cover_exposure"
    reads: ClassVar[tuple[str, ...]] = ("rainfall_erosivity", "cover_factor")
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ("erosive_exposure",)
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Renard et al. 1997, AH-703; Liu et al. 2002"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the exposure added by the month."""
        return {"erosive_exposure": see["rainfall_erosivity"] * see["cover_factor"]}
