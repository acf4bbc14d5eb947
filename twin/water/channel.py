"""Does a drain carry its flow: Manning's equation for trapezoidal channels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

Array = NDArray[np.float64]
GRAVITY = 9.81  # m s-2
HALVINGS = 60  # of the bracket: 1e-18 of its width


@dataclass(frozen=True, slots=True)
class Channel:
    """A straight trapezoidal drain; a triangle has width 0, a rectangle side 0.

    width      of the bottom, m
    side       horizontal run per metre of rise of each bank, m/m
    gradient   of the bed, m/m
    roughness  Manning's n, s m-1/3: concrete 0.013, earth 0.022, grass 0.035, riprap
               0.035 (orders of magnitude, Chow 1959, unverified)
    """

    width: float
    side: float
    gradient: float
    roughness: float

    def __post_init__(self) -> None:
        """Refuse a channel that has no shape or no fall."""
        if self.width < 0.0 or self.side < 0.0 or self.width + self.side == 0.0:
            raise InputError(
                f"channel: width {self.width:g} m and side {self.side:g} m/m; both at "
                "least 0 and not both 0 are expected"
            )
        if not (self.gradient > 0.0 and self.roughness > 0.0):
            raise InputError(
                f"channel: gradient {self.gradient:g} m/m and roughness "
                f"{self.roughness:g} s m-1/3; both must be above 0"
            )


@dataclass(frozen=True, slots=True)
class Check:
    """A drain at its design flow, (n,) each.

    depth       of uniform flow, m
    velocity    mean, m s-1
    froude      Froude number; above 1 the flow is supercritical and wants lining
    shear       mean on the bed, Pa
    holds       depth and freeboard fit into the drain
    scours      velocity above what the bed stands
    """

    depth: Array
    velocity: Array
    froude: Array
    shear: Array
    holds: NDArray[np.bool_]
    scours: NDArray[np.bool_]


def uniform_flow(depth: Array, channel: Channel) -> Array:
    """Flow of a depth, Q = A R^(2/3) S^(1/2) / n.

    depth  m
    →      m3 s-1.  Steady uniform flow on less than about 10 %; Chow 1959
    """
    area, wetted = _section(depth, channel)
    radius = area / np.maximum(wetted, 1e-300)
    made: Array = area * radius ** (2 / 3) * np.sqrt(channel.gradient)
    return made / channel.roughness


def normal_depth(flow: Array, channel: Channel) -> Array:
    """Depth at which a flow is uniform, m; by halving, Q grows with depth.

    flow  m3 s-1, >= 0
    """
    flow = np.asarray(flow, dtype=np.float64)
    low, high = np.zeros(flow.shape), np.ones(flow.shape)
    while np.any(uniform_flow(high, channel) < flow):
        high = np.where(uniform_flow(high, channel) < flow, 2.0 * high, high)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        under = uniform_flow(middle, channel) < flow
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return np.where(flow > 0.0, high, 0.0)


def check_channel(
    flow: Array, channel: Channel, *, deep: float, freeboard: float, fastest: float
) -> Check:
    """Depth, speed and stability of a drain at its design flow.

    flow       m3 s-1, (n,)
    deep       depth of the drain, m
    freeboard  that is kept free, m
    fastest    velocity that the bed stands, m s-1: silt 0.6, clay 1.2, riprap 3 (orders
               of magnitude, unverified)
    """
    flow = np.asarray(flow, dtype=np.float64)
    depth = normal_depth(flow, channel)
    area, wetted = _section(depth, channel)
    top = channel.width + 2.0 * channel.side * depth
    wet = area > 0.0
    speed = np.where(wet, flow / np.where(wet, area, 1.0), 0.0)
    mean_depth = np.where(wet, area / np.where(wet, top, 1.0), 1.0)
    radius = np.where(wet, area / np.where(wet, wetted, 1.0), 0.0)
    return Check(
        depth,
        speed,
        speed / np.sqrt(GRAVITY * mean_depth),
        1000.0 * GRAVITY * radius * channel.gradient,
        depth + freeboard <= deep,
        speed > fastest,
    )


def _section(depth: Array, channel: Channel) -> tuple[Array, Array]:
    """Area and wetted perimeter, m2 and m."""
    area = (channel.width + channel.side * depth) * depth
    wetted = channel.width + 2.0 * depth * np.hypot(1.0, channel.side)
    return area, wetted
