"""Tilt and strain of ground that sank unevenly: what cracks soil and drains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..process import Array, Every, Scope, Step, parameter


@dataclass(frozen=True)
class GroundStrain:
    """Greatest tilt and tensile strain from the subsidence so far.

    Tilt is the gradient of W; strain is b r times the greatest curvature, the larger
    principal value of W's second derivatives, where it stretches. Central differences:
    good where cells are small beside the influence radius. Beside holes of the ground
    both are 0.

    Equation: i = |grad W|, strain = b r x greatest curvature.

    Validity: flat seams, smooth basins; not at outcrops, faults or steep ground.
    """

    movement_radius: float = parameter(
        45.0,
        unit="m",
        label="horizontal movement over tilt, b r",
        source="b 0.3 x r 150 m; of the panels' seam (science.md section 7)",
        low=0.0,
        high=1000.0,
    )

    name: ClassVar[str] = "ground_strain"
    reads: ClassVar[tuple[str, ...]] = ("subsidence_total",)
    writes: ClassVar[tuple[str, ...]] = ("ground_tilt", "tensile_strain")
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "grid"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = "Liu & Liao 1965 (probability integral)"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write tilt and strain, (n,)."""
        grid = when.grid
        w = grid.expand(see["subsidence_total"])  # no number where there is no cell
        if min(w.shape) < 3:
            flat = np.zeros(see["subsidence_total"].shape)
            return {"ground_tilt": flat, "tensile_strain": flat}
        down, right = np.gradient(w, grid.cell)
        yy, yx = np.gradient(down, grid.cell)
        _, xx = np.gradient(right, grid.cell)
        # W is positive downwards: ground stretches where the trough is convex
        middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), yx)
        stretched = np.maximum(middle + half, 0.0)
        return {
            "ground_tilt": np.nan_to_num(grid.compress(np.hypot(right, down))),
            "tensile_strain": np.nan_to_num(
                grid.compress(self.movement_radius * stretched)
            ),
        }
