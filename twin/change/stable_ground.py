"""Ground that did not change between two surveys: what their errors are read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..surface import Raster, Surface
from ..terrain.derivatives import horn_gradient
from .comparable import check_comparable, on_grid
from .robust_spread import middle, nmad

Mask = NDArray[np.bool_]
FEWEST: Final = 100  # cells; fewer tell no spread
SAMPLE: Final = 400_000  # cells that the clipping looks at
ROUNDS: Final = 30
FINEST: Final = 1e-3  # m; heights of float32 are told no better at 8000 m
SETTLED: Final = 1e-4  # change of the spread, relative, at which clipping ends


@dataclass(frozen=True, slots=True)
class StableRules:
    """What ground must be like to be taken as unchanged when nobody marked it.

    max_slope_deg  steeper ground slides, and a shift in plan shows as height there
    max_canopy     m; higher plants hide the ground
    clip           NMADs of the detrended difference beyond which ground has changed;
                   at 3.5 normal noise loses 0.9 % of its variance, at 3 2.7 %
    seed           of the cells drawn from large rasters
    """

    max_slope_deg: float = 30.0
    max_canopy: float = 0.5
    clip: float = 3.5
    seed: int = 0


@dataclass(frozen=True)
class StableGround:
    """Cells taken as unchanged, and what their difference is.

    mask    (rows, columns) on the grid of the earlier surface
    origin  "given" by a person or "found" by clipping
    share   of the cells that both surfaces have
    bias    median of B - A there, m
    spread  NMAD of B - A there, m
    rounds  of clipping; 0 when given

    Found ground says nothing of a change that is small and everywhere: a sheet of
    settlement is found as bias. Where that may be, give the ground.
    """

    mask: Mask = field(repr=False)
    origin: Literal["given", "found"]
    share: float
    bias: float
    spread: float
    rounds: int


def stable_ground(
    a: Surface,
    b: Surface,
    rules: StableRules | None = None,
    *,
    given: Mask | None = None,
) -> StableGround:
    """Ground of A and B that did not change: as given, or found.

    given  (rows, columns) on A's grid, True where a person knows the ground as stable

    Found: gentle, open and surveyed ground whose difference, less a plane, lies within
    ``rules.clip`` NMADs; repeated until the NMAD settles. Changed ground must be less
    than half. Raises InputError where too little is left, or the mask is of another
    grid.
    """
    check_comparable(a, b)
    b = on_grid(b, a.grid)
    dz = b.elevation - a.elevation
    both = np.isfinite(dz)
    if given is not None:
        if given.shape != a.grid.shape:
            raise InputError(
                f"stable ground: the mask is {given.shape}, surface {a.id} is "
                f"{a.grid.shape}; rasterise it on that grid"
            )
        return _told(dz, given & both, both, "given", 0)
    rules = rules or StableRules()
    candidates = both & _open_ground(a, b, rules)
    mask, rounds = _clipped(dz, candidates, rules)
    return _told(dz, mask, both, "found", rounds)


def check_of_pair(stable: StableGround, a: Surface) -> None:
    """Refuse stable ground that lies on another grid than the earlier surface."""
    if stable.mask.shape != a.grid.shape:
        raise InputError(
            f"stable ground is {stable.mask.shape}, surface {a.id} is {a.grid.shape}; "
            "find it for this pair, earlier surface first"
        )


def _told(
    dz: Raster,
    mask: Mask,
    both: Mask,
    origin: Literal["given", "found"],
    rounds: int,
) -> StableGround:
    cells = np.count_nonzero(mask)
    if cells < FEWEST:
        raise InputError(
            f"stable ground: {cells} of {np.count_nonzero(both)} common cells are "
            f"{origin} as unchanged, {FEWEST} are needed to tell an error; mark roads "
            "or untouched ground in both surveys and give it as a mask"
        )
    values = dz[mask]
    share = float(cells / np.count_nonzero(both))
    mask.flags.writeable = False
    return StableGround(mask, origin, share, middle(values), nmad(values), rounds)


def _open_ground(a: Surface, b: Surface, rules: StableRules) -> Mask:
    """Gentle ground, without plants and with points, as far as the layers tell."""
    east, north = horn_gradient(a.elevation, a.grid.cell)
    limit = np.tan(np.radians(rules.max_slope_deg)) ** 2
    good: Mask = east * east + north * north <= limit
    for surface in (a, b):
        canopy = surface.layers.get("canopy_height")
        if canopy is not None:
            # a cell without canopy height has none that was seen
            good &= ~(canopy > rules.max_canopy)
        density = surface.layers.get("point_density")
        if density is not None:
            good &= ~(density <= 0.0)
    return good


def _clipped(dz: Raster, candidates: Mask, rules: StableRules) -> tuple[Mask, int]:
    """Clip what stands out from a plane, the plane and the spread being of the rest."""
    cells = np.flatnonzero(candidates)
    if cells.size < FEWEST:
        return candidates, 0
    drawn = cells
    if cells.size > SAMPLE:
        rng = np.random.default_rng(rules.seed)
        drawn = cells[rng.integers(0, cells.size, SAMPLE)]
    rows, columns = dz.shape
    r, c = drawn // columns, drawn % columns
    plane = np.stack([np.ones(r.size), r / rows - 0.5, c / columns - 0.5], axis=1)
    values = dz.ravel()[drawn].astype(np.float64)
    tilt = np.array([np.median(values), 0.0, 0.0])
    spread = max(nmad(values), FINEST)
    rounds = 0
    for rounds in range(1, ROUNDS + 1):
        rest = values - plane @ tilt
        near = np.abs(rest) <= rules.clip * spread
        now = max(nmad(rest[near]), FINEST)
        if rounds > 1 and abs(now - spread) <= SETTLED * now:
            break
        spread = now
        tilt = np.linalg.lstsq(plane[near], values[near], rcond=None)[0]
    trend = (
        tilt[0]
        + tilt[1] * (np.arange(rows)[:, None] / rows - 0.5)
        + tilt[2] * (np.arange(columns)[None, :] / columns - 0.5)
    ).astype(np.float32)
    kept: Mask = candidates & (np.abs(dz - trend) <= rules.clip * spread)
    return kept, rounds
