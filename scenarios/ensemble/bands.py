"""Bands of an ensemble: what share of its members lies below which value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import unknown_name

from .members import SITE, Member

Numbers = NDArray[np.float64]
PERCENT = (5.0, 25.0, 50.0, 75.0, 95.0)
HEAD = ("parcel", "date", "layer", "unit", "mean", "p05", "p25", "p50", "p75", "p95")


@dataclass(frozen=True)
class Bands:
    """All members of an ensemble.

    values  (members, dates, layers, zones), means in the units for people
    draws   varied quantity -> (members,)
    """

    dates: tuple[str, ...]
    layers: tuple[str, ...]
    zones: tuple[str, ...]
    values: Numbers
    draws: Mapping[str, Numbers]

    @classmethod
    def of(cls, members: Sequence[Member], draws: Mapping[str, Numbers]) -> Bands:
        """Gather members, which must have kept the same."""
        first = members[0]
        values = np.stack([member.values for member in members])
        return cls(first.dates, first.layers, first.zones, values, draws)

    def series(self, layer: str, zone: str = SITE) -> Numbers:
        """Return a layer's mean over a zone, (members, dates)."""
        if layer not in self.layers:
            raise unknown_name("layer", layer, self.layers, "ensemble")
        if zone not in self.zones:
            raise unknown_name("parcel", zone, self.zones, "ensemble")
        return self.values[:, :, self.layers.index(layer), self.zones.index(zone)]

    def band(self, layer: str, zone: str = SITE, *, share: float = 0.9) -> Numbers:
        """Lower and upper end of the middle ``share`` of the members, (2, dates)."""
        tail = 50.0 * (1.0 - share)
        ends: Numbers = np.percentile(
            self.series(layer, zone), (tail, 100.0 - tail), axis=0
        )
        return ends

    def rows(self) -> list[dict[str, Any]]:
        """One row per parcel, layer and date."""
        from twin.vocabulary import VOCABULARY

        ends = np.percentile(self.values, PERCENT, axis=0)
        mean = self.values.mean(axis=0)
        made = []
        for z, zone in enumerate(self.zones):
            for k, layer in enumerate(self.layers):
                unit = VOCABULARY[layer].unit_shown
                for d, date in enumerate(self.dates):
                    told = (mean[d, k, z], *ends[:, d, k, z])
                    numbers = (float(v) if np.isfinite(v) else None for v in told)
                    made.append(
                        dict(
                            zip(HEAD, (zone, date, layer, unit, *numbers), strict=True)
                        )
                    )
        return made

    def member_rows(self) -> list[dict[str, Any]]:
        """One row per member, parcel and date, a column per layer."""
        return [
            {"member": i, "parcel": zone, "date": date}
            | {
                layer: float(self.values[i, d, k, z])
                for k, layer in enumerate(self.layers)
            }
            for i in range(self.values.shape[0])
            for z, zone in enumerate(self.zones)
            for d, date in enumerate(self.dates)
        ]
