"""The probability-integral method: final movement of the ground over a mined panel.

W  subsidence, m; tilt i = dW/dx; curvature K = d2W/dx2; horizontal movement U = b r i;
horizontal strain e = b r K. Liu & Liao 1965; the method of the Chinese code for mining
under buildings, railways and water bodies. For flat to gently dipping seams, extracted
wide or narrow; not for shallow pillars (depth below 20 times the thickness), steep
seams or faults.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi, radians, sqrt

import numpy as np
from scipy.ndimage import convolve1d
from scipy.special import erf

from ..errors import InputError
from ..process import Array

REACH = 2.0  # main influence radii; beyond them 5e-7 of the influence is left


@dataclass(frozen=True, slots=True)
class Seam:
    """What is mined and how the ground answers.

    thickness        m mined, m
    depth            H of the seam below the ground, m
    subsidence_factor  q, 1
    tan_beta         tan of the main influence angle, 1
    movement_factor  b, horizontal movement over subsidence, 1
    inflection       s, distance from the panel's edge inwards, m
    dip              a, degree
    dip_azimuth      direction of dip, degrees clockwise from north
    propagation      k of the propagation angle 90 - k a, 1
    """

    thickness: float
    depth: float
    subsidence_factor: float = 0.75
    tan_beta: float = 2.0
    movement_factor: float = 0.3
    inflection: float = 0.0
    dip: float = 0.0
    dip_azimuth: float = 0.0
    propagation: float = 0.6

    @property
    def greatest(self) -> float:
        """Subsidence W0 of a wide panel, m q cos a, m."""
        fall = float(np.cos(radians(self.dip)))
        return self.thickness * self.subsidence_factor * fall

    @property
    def radius(self) -> float:
        """Main influence radius r = H / tan b, m."""
        return self.depth / self.tan_beta

    @property
    def shift(self) -> tuple[float, float]:
        """How far the influence lies off the panel, down dip, m east and north."""
        off = self.depth * float(np.tan(radians(self.propagation * self.dip)))
        towards = radians(self.dip_azimuth)
        return off * float(np.sin(towards)), off * float(np.cos(towards))


def extremes(seam: Seam) -> dict[str, float]:
    """Greatest tilt, curvature, movement and strain beside a wide panel's edge.

    i0 = W0 / r, 1; K0 = 1.52 W0 / r2, m-1; U0 = b W0, m; e0 = 1.52 b W0 / r, 1
    """
    w, r = seam.greatest, seam.radius
    most = sqrt(2.0 * pi) * exp(-0.5)  # 1.5203, of x / r exp(-pi x2 / r2)
    return {
        "tilt": w / r,
        "curvature": most * w / r**2,
        "movement": seam.movement_factor * w,
        "strain": most * seam.movement_factor * w / r,
    }


def _side(x: Array, radius: float) -> tuple[Array, Array, Array]:
    """F = (1 + erf(sqrt(pi) x / r)) / 2, and its first two derivatives."""
    whole = 0.5 * (1.0 + erf(sqrt(pi) * x / radius))
    first = np.exp(-pi * (x / radius) ** 2) / radius
    return whole, first, -2.0 * pi * x / radius**2 * first


def over_rectangle(
    x: Array, y: Array, size: tuple[float, float], seam: Seam
) -> dict[str, Array]:
    """Movement over a rectangular panel with a corner at the origin.

    x, y  m along its sides, any shape; size  lengths between inflection points, m
    →     subsidence m; tilt_x, tilt_y 1; curvature_x m-1; movement_x m; strain_x 1
    """
    r, w = seam.radius, seam.greatest
    a, b = _side(x, r), _side(x - size[0], r)
    c, d = _side(y, r), _side(y - size[1], r)
    along = [p - q for p, q in zip(a, b, strict=True)]
    across = [p - q for p, q in zip(c, d, strict=True)]
    tilt, curvature = w * along[1] * across[0], w * along[2] * across[0]
    scale = seam.movement_factor * r
    return {
        "subsidence": w * along[0] * across[0],
        "tilt_x": tilt,
        "curvature_x": curvature,
        "movement_x": scale * tilt,
        "strain_x": scale * curvature,
        "tilt_y": w * along[0] * across[1],
    }


def over_cells(mined: Array, cell: float, seam: Seam) -> Array:
    """Final subsidence, m, (rows, columns), over panels of any shape.

    mined  share of each cell that lies between the inflection points, (rows, columns)
    cell   m

    The influence of each cell is integrated exactly: on whole cells this is the closed
    form. Off the grid nothing is mined.
    """
    if not cell < seam.radius:
        raise InputError(
            f"subsidence: cells of {cell:g} m are no smaller than the influence radius "
            f"{seam.radius:.0f} m (depth / tan beta); build the site on smaller cells"
        )
    east, north = seam.shift
    down = _weights(-north, cell, seam.radius)
    right = _weights(east, cell, seam.radius)
    spread = convolve1d(mined.astype(np.float64), down, axis=0, mode="constant")
    made: Array = convolve1d(spread, right, axis=1, mode="constant")
    return np.asarray(seam.greatest * made)


def _weights(shift: float, cell: float, radius: float) -> Array:
    """Influence of a cell on the cells around it, along one axis; sums to one."""
    reach = int(np.ceil((REACH * radius + abs(shift)) / cell))
    steps = np.arange(-reach, reach + 2, dtype=np.float64)
    edges: Array = (steps - 0.5) * cell - shift
    whole, _, _ = _side(edges, radius)
    parts = np.diff(whole)
    made: Array = parts / parts.sum()
    return made
