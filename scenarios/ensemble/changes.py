"""What sets one member apart: parameters, ground and climate of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.processes.plant_table import Known
from twin.processes.plant_types import PLANT_TYPES, PlantType

from .spread import SHIFTS

Numbers = NDArray[np.float64]
TEMPERATURES = ("air_temperature", "air_temperature_min", "air_temperature_max")


@dataclass(frozen=True)
class Changes:
    """Differences of a member from the scenario as it is written.

    ground   key of site.yaml -> factor
    climate  forcing -> factor, or degC for the temperature
    values   "type.parameter" of a plant -> value
    """

    parameters: Mapping[str, float] = field(default_factory=dict)
    ground: Mapping[str, float] = field(default_factory=dict)
    climate: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, drawn: Mapping[str, float]) -> Changes:
        """Sort what was drawn by what it changes."""
        parts: dict[str, dict[str, float]] = {"ground": {}, "climate": {}, "plants": {}}
        rest: dict[str, float] = {}
        for key, value in drawn.items():
            first, _, name = key.partition(".")
            parts.get(first, rest)[name if first in parts else key] = value
        return cls(rest, parts["ground"], parts["climate"], parts["plants"])

    def plants(self, names: Sequence[str]) -> tuple[str | PlantType, ...]:
        """Types of a run: those with a value of their own as types, others by name."""
        own: dict[str, dict[str, Known]] = {}
        for full, value in self.values.items():
            name, _, key = full.partition(".")
            known: Known = getattr(PLANT_TYPES[name], key)
            own.setdefault(name, {})[key] = replace(known, value=value)
        return tuple(
            replace(PLANT_TYPES[name], **own[name])  # type: ignore[arg-type]
            if name in own
            else name
            for name in names
        )

    def block(self, block: Mapping[str, Any]) -> dict[str, Any]:
        """A ground block with its factors applied."""
        own = {key: float(block[key]) * by for key, by in self.ground.items()}
        return {**block, **own}

    def weather(self, given: Mapping[str, Numbers]) -> dict[str, Numbers]:
        """Forcings with factors and shifts applied; all temperatures shift alike."""
        made = dict(given)
        for name, by in self.climate.items():
            if name in SHIFTS:
                for each in TEMPERATURES:
                    if each in made:
                        made[each] = made[each] + by
            elif name in made:
                made[name] = made[name] * by
        return made
