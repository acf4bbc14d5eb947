"""The form of the ground with the slope length and steepness of RUSLE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..process import Array
from ..terrain.length_slope import length_factor_2d, rusle_exponent, rusle_steepness
from .terrain_form import TerrainForm


@dataclass(frozen=True)
class TerrainFormRusle(TerrainForm):
    """As TerrainForm, but LS of RUSLE: McCool's S and m. Steepness to about 50 %.

    Equation: LS = L S; S = 10.8 sin t + 0.03 below 9 %, 16.8 sin t - 0.50 above.

    Validity: steepness to about 50 %, slope lengths to 122 m.
    """

    name: ClassVar[str] = "terrain_form_rusle"
    source: ClassVar[str] = (
        "Horn 1981; Barnes et al. 2014; Freeman 1991; Desmet & Govers 1996; "
        "McCool et al. 1987, 1989; Renard et al. 1997; Allen et al. 2006"
    )

    def length_slope(
        self, slope: Array, aspect: Array, cells: Array, cell: float
    ) -> Array:
        """LS of RUSLE (n,) from slope and aspect in degrees and cells passed."""
        inflow = (cells - 1.0) * cell * cell
        length = length_factor_2d(
            inflow, cell, rusle_exponent(slope), aspect, longest=self.longest_slope
        )
        return length * rusle_steepness(slope)
