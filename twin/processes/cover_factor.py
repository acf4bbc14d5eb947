"""Cover factor of erosion from plant cover: CSLE's B, or RUSLE's C. Two algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp, vlog
from ..process import Array, Every, Scope, Step, parameter

LN10 = 2.302585092994046


@compiled
def _biological(cover: Array) -> Array:
    factor = np.zeros(cover.size)
    for i in range(cover.size):
        percent = max(100.0 * cover[i], 1e-6)
        raw = 0.6508 - 0.3436 * (vlog(percent) / LN10)
        factor[i] = min(max(raw, 0.0), 1.0)
    return factor


def biological_factor(cover: Array) -> Array:
    """Biological factor B = 0.6508 - 0.3436 log10(c), within [0, 1].

    cover  c, share of the ground (the formula takes percent), 1, (n,)
    →      1, (n,): 1 where bare, 0 from 78.3 %

    Fitted on plots in the Three Gorges area; also used as C in loess country.
    Cai Chongfa et al. 2000, unverified.
    """
    made: Array = _biological(np.ascontiguousarray(cover, dtype=np.float64))
    return made


@compiled
def _greenness(cover: Array, bare: float, full: float) -> Array:
    factor = np.zeros(cover.size)
    for i in range(cover.size):
        ndvi = bare + (full - bare) * cover[i]
        factor[i] = min(vexp(-2.0 * ndvi / (1.0 - ndvi)), 1.0)
    return factor


def greenness_factor(cover: Array, *, bare: float, full: float) -> Array:
    """Cover factor C = exp(-2 NDVI / (1 - NDVI)), NDVI linear in cover.

    cover       share of the ground, 1, (n,)
    bare, full  NDVI of bare ground and of full cover, 1, below 1
    →           1, (n,)

    Fitted on maps of Europe, coarse over single fields. Van der Knijff et al. 2000;
    Gutman & Ignatov 1998 for NDVI of cover; unverified.
    """
    made: Array = _greenness(np.ascontiguousarray(cover, dtype=np.float64), bare, full)
    return made


@dataclass(frozen=True)
class CoverFactorCsle:
    """Biological factor B of CSLE from plant cover (Cai Chongfa).

    Equation: B = 1 where cover is 0; 0.6508 - 0.3436 log10(cover, %) below 78.3 %; 0
    above.

    Validity: plant cover of a month; fitted in central China, unverified elsewhere.
    """

    name: ClassVar[str] = "cover_factor_csle"
    reads: ClassVar[tuple[str, ...]] = ("vegetation_cover",)
    writes: ClassVar[tuple[str, ...]] = ("cover_factor",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = "Liu et al. 2002; Cai Chongfa et al. 2000 (unverified)"

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the cover factor."""
        return {"cover_factor": biological_factor(see["vegetation_cover"])}


@dataclass(frozen=True)
class CoverFactorRusle:
    """Cover factor C of RUSLE from plant cover through NDVI (Van der Knijff).

    Equation: C = exp(-2 NDVI / (1 - NDVI)), NDVI linear in cover.

    Validity: a scale for regions; not calibrated on mines.
    """

    ndvi_bare: float = parameter(
        0.05,
        unit="1",
        label="NDVI of bare ground",
        source="Gutman & Ignatov 1998",
        low=0.0,
        high=0.3,
    )
    ndvi_full: float = parameter(
        0.86,
        unit="1",
        label="NDVI of full cover",
        source="Gutman & Ignatov 1998",
        low=0.5,
        high=0.95,
    )

    name: ClassVar[str] = "cover_factor_rusle"
    reads: ClassVar[tuple[str, ...]] = ("vegetation_cover",)
    writes: ClassVar[tuple[str, ...]] = ("cover_factor",)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "month"
    source: ClassVar[str] = (
        "Renard et al. 1997; Van der Knijff et al. 2000 (unverified)"
    )

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the cover factor."""
        factor = greenness_factor(
            see["vegetation_cover"], bare=self.ndvi_bare, full=self.ndvi_full
        )
        return {"cover_factor": factor}
