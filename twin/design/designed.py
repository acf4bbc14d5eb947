"""What an operator returns: the new ground, what changed, and where the earth goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..surface import Raster, Surface
from .mass_haul import MassHaul, mass_haul
from .parameters import Terms


@dataclass(frozen=True)
class Designed:
    """A designed ground and what it takes to make it.

    surface   of kind "designed"; its error is 0 where the design says the height, that
              of the old ground elsewhere
    rise      new less old elevation (rows, columns) float32, m; NaN = hole
    area      m2 of ground that changed
    cut       m3 in place
    fill      m3 as placed
    haul      which cut goes to which fill; surplus and borrow
    report    what else the operator tells, plain numbers and lists; units in its
              docstring
    """

    surface: Surface
    rise: Raster = field(repr=False)
    area: float
    cut: float
    fill: float
    haul: MassHaul = field(repr=False)
    report: Mapping[str, Any] = field(default_factory=dict)


def designed(
    before: Surface,
    elevation: NDArray[np.floating],
    operator: str,
    *,
    terms: Terms | None = None,
    report: Mapping[str, Any] | None = None,
) -> Designed:
    """Turn new heights into a Surface of kind "designed", with its earthwork.

    elevation  (rows, columns), m; holes of ``before`` stay holes
    operator   names the design when ``terms`` do not
    """
    terms = terms or Terms()
    new = np.where(np.isnan(before.elevation), np.float32(np.nan), elevation)
    new = new.astype(np.float32, copy=False)
    rise = new - before.elevation
    changed = (rise != 0.0) & np.isfinite(rise)
    error = before.error
    if error is not None:
        error = np.where(changed, np.float32(0.0), error)
    digest = sha256(np.ascontiguousarray(before.elevation).data).hexdigest()
    surface = Surface(
        id=terms.id or f"{before.id}-{operator}",
        date=terms.date or before.date,
        kind="designed",
        source={f"surface {before.id}": digest},
        grid=before.grid,
        elevation=new,
        error=error,
    )
    for raster in (new, rise, error):
        if raster is not None:
            raster.flags.writeable = False
    haul = mass_haul(before, surface, bulking=terms.bulking)
    area = float(np.count_nonzero(changed)) * before.grid.cell_area
    return Designed(surface, rise, area, haul.cut, haul.fill, haul, report or {})
