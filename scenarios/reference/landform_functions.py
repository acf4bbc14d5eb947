"""Functions of landform evolution and stability that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.landform.creep import Faces, creep
from twin.landform.stability import factor_of_safety
from twin.landform.stream_power import Network, Spacing, StreamLaw, stream_step
from twin.terrain import depressions, derivatives, routing
from twin.terrain.catchments import Catchments
from twin.terrain.cells import INTERIOR, OUTLET, Flags, cell_flags
from twin.terrain.infinite_directions import dinf_accumulate

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def _strip(z: Numbers) -> tuple[Numbers, Flags]:
    """Heights (n,) as a raster of one row whose two ends are outlets."""
    flags = np.full(z.size, INTERIOR, dtype=np.uint8)
    flags[[0, -1]] = OUTLET
    return z[None].copy(), flags


def _crept(z: Numbers, flags: Flags, faces: Faces) -> Numbers:
    """Heights after creep; outlets keep theirs."""
    change, _ = faces.rise(flags)
    return z + np.where(flags.reshape(z.shape) == INTERIOR, change, 0.0)


def hillslope_steady(x_m: Numbers, *, uplift: float, diffusivity: float) -> Result:
    """Steady hillslope between two channels, run up from flat ground.

    First on every fifth point, then on all.
    """
    z = np.zeros(x_m[::5].size)
    for x, steps in ((x_m[::5], 2500), (x_m, 10_000)):
        z = np.interp(x, np.linspace(x[0], x[-1], z.size), z)
        cell = float(x[1] - x[0])
        years = 0.2 * cell * cell / diffusivity
        strip, flags = _strip(z)
        for _ in range(steps):
            strip = _crept(strip, flags, creep(strip, flags, cell, diffusivity, years))
            strip[0, 1:-1] += uplift * years
        z = strip[0]
    return {"z_analytic_m": z}


def scarp(
    x_m: Numbers, *, half_height: float, diffusivity: float, years: float, finer: int
) -> Result:
    """Step of the ground after some years of creep, on ``finer`` times as many cells.

    The step is sharp: at x = 0 the ground has its mean height.
    """
    x = np.linspace(x_m[0], x_m[-1], finer * (x_m.size - 1) + 1)
    strip, flags = _strip(half_height * np.sign(np.round(x, 9)))
    faces = creep(strip, flags, float(x[1] - x[0]), diffusivity, years)
    return {"z_m": _crept(strip, flags, faces)[0, ::finer]}


def heap(
    x_m: Numbers, *, height: float, spread: float, diffusivity: float, years: float
) -> Result:
    """Gaussian heap after some years of creep, along the row through its top."""
    cell = float(x_m[1] - x_m[0])
    z = height * np.exp(-(x_m[None] ** 2 + x_m[:, None] ** 2) / (2.0 * spread**2))
    flags = cell_flags(z)
    after = _crept(z, flags, creep(z, flags, cell, diffusivity, years))
    return {"z_m": after[x_m.size // 2]}


def _streams(z: Numbers, cell: float) -> tuple[Network, NDArray[np.int64]]:
    receivers = routing.d8_receivers(depressions.fill_depressions(z), cell)
    order = routing.flow_order(receivers)
    place = np.arange(z.size, dtype=np.int64)
    spacing = Spacing(z.shape[1], cell)
    return Network.of(receivers.ravel(), order, place, spacing), receivers.ravel()


def _rock(
    z: Numbers, erodibility: float | Numbers, uplift: float
) -> dict[str, Numbers]:
    """Bare rock everywhere; sediment that is cut has its density."""
    n = z.size
    return {
        "z": z.ravel(), "soil": np.zeros(n), "density": np.ones(n),
        "rock_density": np.ones(n), "k_soil": np.zeros(n),
        "k_rock": np.full(n, erodibility), "uplift": np.full(n, uplift),
    }  # fmt: skip


def _raised(ground: dict[str, Numbers], network: Network, law: StreamLaw,
            years: float) -> Numbers:  # fmt: skip
    """Heights (n,) after uplift and streams; ends keep theirs."""
    rise = stream_step(ground, network, law, years).rise + ground["uplift"]
    rise[network.paths.last] = 0.0
    return ground["z"] + rise


def streams_steady(
    elevation: Numbers, *, cell: float, uplift: float, erodibility: float,
    area_exponent: float, years: float, steps: int,
) -> Result:  # fmt: skip
    """Slope times area^m of streams in balance with uplift, inside the rim."""
    z, law = elevation, StreamLaw(area_exponent)
    for _ in range(int(steps)):
        network, _ = _streams(z, cell)
        ground = _rock(z, erodibility, uplift * years)
        z = _raised(ground, network, law, years).reshape(z.shape)
    network, receivers = _streams(z, cell)
    flat = z.ravel()
    steep = (flat - flat[receivers]) / network.distance
    index = (steep * network.area**area_exponent).reshape(z.shape)
    relief, mean = np.array([flat.max()]), np.array([flat.mean()])
    return {"ksn": index[1:-1, 1:-1], "relief": relief, "mean": mean, "z": z}


def _chain(area: Numbers, step: float, cell_area: float) -> Network:
    """Cells in a row, the outlet first; area (n,) drains through each."""
    order = np.arange(area.size, dtype=np.int64)
    paths = Catchments.of(np.maximum(order - 1, 0), order)
    return Network(paths, np.full(area.size, step), area, cell_area)


def stream_profile(
    x_from_divide_m: Numbers, *, uplift: float, erodibility: float,
    area_factor: float, area_power: float, finer: int,
) -> Result:  # fmt: skip
    """Steady long profile under A = factor x^power, m 0.5, n 1; its foot is at 0."""
    n = finer * (x_from_divide_m.size - 1) + 1
    x = np.linspace(x_from_divide_m[-1], x_from_divide_m[0], n)
    network = _chain(area_factor * x**area_power, float(x[0] - x[1]), 1.0)
    z, years = np.zeros(n), 1e6
    for _ in range(20):
        ground = _rock(z, erodibility, uplift * years)
        z = _raised(ground, network, StreamLaw(), years)
    return {"z_m": z[::finer][::-1]}


def space_steady(
    area_m2: Numbers, *, uplift: float, k_soil: float, k_rock: float,
    deposition: float, years: float, steps: int,
) -> Result:  # fmt: skip
    """Steady slope and thickness of sediment of SPACE, on a row of cells of 1000 m2."""
    cell = 1000.0
    area = cell * np.arange(round(float(area_m2.max()) / cell) + 1, 0.0, -1.0)
    step = float(np.sqrt(cell))
    network = _chain(area, step, cell)
    ground = _rock(np.zeros(area.size), k_rock, uplift * years)
    ground |= {"k_soil": np.full(area.size, k_soil)}
    law = StreamLaw(deposition=deposition, cover=1.0)
    z, soil = ground["z"], ground["soil"]
    for _ in range(int(steps)):
        made = stream_step({**ground, "z": z, "soil": soil}, network, law, years)
        rise = made.rise + ground["uplift"]
        rise[0] = 0.0
        z, soil = z + rise, soil + made.laid - made.soil
    at = np.searchsorted(-area, -area_m2)
    return {"slope": (z[at] - z[at - 1]) / step, "sed_thickness_over_Hstar": soil[at]}


def infinite_slope(
    cohesion: Numbers, root_cohesion: Numbers, weight: Numbers, depth: Numbers,
    slope: Numbers, friction: Numbers, wetness: Numbers,
) -> Result:  # fmt: skip
    """Factor of safety of an infinite slope with roots and seepage."""
    made = factor_of_safety(
        slope, depth, cohesion + root_cohesion,
        weight=weight, friction=friction, wetness=wetness,
    )  # fmt: skip
    return {"factor_of_safety": made}


def accumulate_dinf(elevation: Numbers, *, cell: float) -> Result:
    """Cells that drain through each cell, D infinity; the rim weighs nothing."""
    receivers = routing.d8_receivers(elevation, cell)
    weights = np.zeros(elevation.shape)
    weights[1:-1, 1:-1] = 1.0
    total = dinf_accumulate(elevation, receivers, cell, weights=weights)
    return {"accumulation": total}


def wetness_inside(elevation: Numbers, *, cell: float) -> Result:
    """Topographic wetness index of D8 catchments, without the rim."""
    receivers = routing.d8_receivers(elevation, cell)
    weights = np.zeros(elevation.shape)
    weights[1:-1, 1:-1] = 1.0
    cells = routing.accumulate(receivers, routing.flow_order(receivers), weights)
    steep = np.tan(np.radians(derivatives.slope(elevation, cell)))
    inside = (slice(1, -1), slice(1, -1))
    index = derivatives.topographic_wetness(cells[inside] * cell, steep[inside])
    return {"index": index}


def aspect_inside(elevation: Numbers, *, cell: float) -> Result:
    """Aspect, degrees clockwise from north, without the rim."""
    return {"aspect": derivatives.aspect(elevation, cell)[1:-1, 1:-1]}
