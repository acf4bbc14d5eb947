"""Ground that still has to sink sinks: Knothe's time function by the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..process import Array, Every, Scope, Step, parameter
from ..subsidence.knothe import knothe


@dataclass(frozen=True)
class Subsidence:
    """Mined panels leave subsidence to come; each month its share comes about.

    dW = W_left (1 - exp(-c / 12)), which adds up to W0 (1 - exp(-c t)) for every panel
    whatever the others do. Soil and what it carries sink with the ground.

    Equation: dW/dt = c (W0 - W).

    Validity: settled panels; no sudden collapse, no faults.
    """

    rate: float = parameter(
        2.0,
        unit="year-1",
        label="time coefficient c of Knothe",
        source="0.5 to 3: science.md section 7",
        low=0.05,
        high=20.0,
    )

    name: ClassVar[str] = "subsidence"
    reads: ClassVar[tuple[str, ...]] = ("subsidence_to_come",)
    writes: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = (
        "subsidence_to_come",
        "subsidence_total",
        "elevation",
    )
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Knothe 1952"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return the month's subsidence."""
        share = knothe(1.0 / 12.0, rate=self.rate)  # type: ignore[arg-type]
        sinks = see["subsidence_to_come"] * share
        return {
            "subsidence_to_come": -sinks,
            "subsidence_total": sinks,
            "elevation": -sinks,
        }
