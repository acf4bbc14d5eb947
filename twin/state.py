"""What the twin carries from month to month: one array per stock, on one grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .grid import Grid
from .process import Array


@dataclass(frozen=True)
class State:
    """Clock plus one array per stock and per cell parameter, active cells only.

    year, month  the month that comes next
    stocks       name -> float64 array (n,) or (k, n) for a Var with an axis; read-only
    axes         labels of those axes, e.g. {"pft": ("robinia", "grass")}
    """

    grid: Grid
    year: int
    month: int
    stocks: Mapping[str, Array] = field(repr=False)
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
