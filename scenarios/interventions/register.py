"""The register of measures: those shipped here and those of the entry-point group."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from .compost import Compost
from .do_nothing import DoNothing
from .fire import Fire
from .lime import Lime
from .measure import Measure
from .mine_panel import MinePanel
from .plant import Plant
from .regrade import Regrade
from .strip import Strip
from .topsoil import Topsoil

GROUP = "minetwin.interventions"


@cache
def measures() -> Mapping[str, type[Measure]]:
    """Every measure by its name in scenario files."""
    found: dict[str, type[Measure]] = {
        "regrade": Regrade,
        "strip": Strip,
        "topsoil": Topsoil,
        "compost": Compost,
        "lime": Lime,
        "plant": Plant,
        "do_nothing": DoNothing,
        "fire": Fire,
        "mine_panel": MinePanel,
    }
    for point in entry_points(group=GROUP):
        found[point.name] = point.load()
    return MappingProxyType(found)


def catalogue() -> list[dict[str, Any]]:
    """Return the register as plain data: labels, targets, doses, cost, evidence."""
    return [
        {
            "name": name,
            "label": kind.record.label,
            "label_zh": kind.record.label_zh,
            "targets": list(kind.record.targets),
            "doses": kind.doses(),
            "cost": list(kind.record.cost),
            "cost_per": kind.record.cost_per,
            "emissions": kind.record.emissions,
            "needs": list(kind.record.needs),
            "source": kind.record.source,
            "verified": kind.record.verified,
        }
        for name, kind in measures().items()
    ]
