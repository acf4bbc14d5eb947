"""A landform step on a million cells; routing on sixteen million; beside memory.

A step is what landlab (0.32 s) and fastscapelib (0.43 s) were timed on elsewhere: fill,
D8, order, area, implicit stream power, explicit diffusion. One copy of the heights in
the same run says how fast memory is at the time.
"""

from __future__ import annotations

import numpy as np

from bench.terrain import CELL, best, hills
from twin.landform.creep import creep
from twin.landform.stream_power import Network, Spacing, StreamLaw, stream_step
from twin.terrain.cells import INTERIOR, cell_flags
from twin.terrain.depressions import fill_depressions
from twin.terrain.routing import accumulate, d8_receivers, flow_order

SMALL, LARGE = 1000, 4000


def network(z: np.ndarray) -> Network:
    """Route the flow of a raster."""
    receivers = d8_receivers(fill_depressions(z), CELL)
    place = np.arange(z.size, dtype=np.int64)
    spacing = Spacing(z.shape[1], CELL)
    return Network.of(receivers.ravel(), flow_order(receivers), place, spacing)


def ground(z: np.ndarray, soil: float) -> dict[str, np.ndarray]:
    """Loose soil of one depth on rock of one strength."""
    same = {
        "soil": soil, "density": 1400.0, "rock_density": 2600.0, "k_soil": 1e-4,
        "k_rock": 1e-5, "uplift": 1e-4,
    }  # fmt: skip
    return {"z": z.ravel(), **{k: np.full(z.size, v) for k, v in same.items()}}


def landform_step(z: np.ndarray, given: dict[str, np.ndarray], law: StreamLaw) -> None:
    """Route, cut and lay down, creep; change z."""
    streams = network(z)
    z += stream_step({**given, "z": z.ravel()}, streams, law, 1.0).rise.reshape(z.shape)
    flags = cell_flags(z)
    rise, _ = creep(z, flags, CELL, 0.01, 1.0).rise(flags)
    inner = flags.reshape(z.shape) == INTERIOR
    z[inner] += rise[inner]


def routed(z: np.ndarray) -> None:
    """Fill, D8, order and accumulation."""
    receivers = d8_receivers(fill_depressions(z), CELL)
    accumulate(receivers, flow_order(receivers))


def run() -> dict[str, float]:
    """Return times in s and ratios."""
    z = hills(SMALL)
    bare, mantled = ground(z, 0.0), ground(z, 0.5)
    cut = StreamLaw()
    space = StreamLaw(deposition=1.0, cover=0.1)
    step = best(lambda: landform_step(z.copy(), bare, cut))
    both = best(lambda: landform_step(z.copy(), mantled, space))
    streams, flags = network(z), cell_flags(z)
    parts = {
        "route": best(lambda: network(z)),
        "stream power": best(lambda: stream_step(bare, streams, cut, 1.0)),
        "stream power with deposition": best(
            lambda: stream_step(mantled, streams, space, 1.0)
        ),
        "diffusion": best(lambda: creep(z, flags, CELL, 0.01, 1.0).rise(flags)),
    }
    memory = best(lambda: z.copy(), times=9)
    large = hills(LARGE)
    wide = best(lambda: routed(large), times=2)
    return {
        "landform step, 1000 x 1000, s (budget 0.3)": step,
        "the same with deposition, s": both,
        **{f"{name}, 1000 x 1000, s": value for name, value in parts.items()},
        "landform step / copy of the heights": step / memory,
        "fill + D8 + order + accumulation, 4000 x 4000, s (budget 3)": wide,
        "the same / copy of its heights": wide / best(lambda: large.copy()),
    }
