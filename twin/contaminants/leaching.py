"""Leaching through layers: advection, dispersion, linear sorption and decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..numerics.compiled import compiled
from ..process import Array

DECLARED_ORDER = 2  # in layer thickness, in the mean, of a smooth front
COURANT = 0.4  # of the steps, over advection, dispersion and decay together


@dataclass(frozen=True)
class Layers:
    """Layers of some columns from the top down, and the water that drains them.

    thickness    m, (k,)
    water        volumetric water content theta, 1, (k,)
    factor       retardation R, 1, (k, n)
    dispersivity  D = dispersivity x v, m
    drainage     q of each column, m year-1, (n,)
    decay        lambda of what is dissolved and sorbed, year-1
    """

    thickness: Array
    water: Array
    factor: Array
    dispersivity: float
    drainage: Array
    decay: float = 0.0

    def __post_init__(self) -> None:
        """Refuse layers that hold nothing, and water that runs upwards."""
        k, n = self.factor.shape
        if self.thickness.shape != (k,) or self.water.shape != (k,):
            raise InputError(
                f"leaching: {k} layers of retardation, {self.thickness.size} of "
                f"thickness, {self.water.size} of water content; give one for each"
            )
        if self.drainage.shape != (n,):
            raise InputError(
                f"leaching: {n} columns of retardation, {self.drainage.size} of "
                "drainage; give one for each"
            )
        least = {
            "thickness": self.thickness.min(initial=np.inf) > 0.0,
            "water": self.water.min(initial=np.inf) > 0.0,
            "factor": self.factor.min(initial=np.inf) >= 1.0,
            "dispersivity": self.dispersivity >= 0.0,
            "drainage": self.drainage.min(initial=np.inf) >= 0.0,
            "decay": self.decay >= 0.0,
        }
        wrong = [name for name, good in least.items() if not good]
        if wrong:
            raise InputError(
                f"leaching: {', '.join(wrong)}: below what there can be; thickness and "
                "water lie above 0, factor is at least 1, the rest is not negative"
            )


@dataclass(frozen=True)
class Leached:
    """What the columns hold after some time, and what crossed their ends.

    held     dissolved and sorbed, g m-2, (k, n)
    entered, left, decayed   since the start, g m-2, (n,)

    held - held before = entered - left - decayed, to rounding.
    """

    held: Array
    entered: Array
    left: Array
    decayed: Array


def leach(
    layers: Layers, held: Array, years: float, *, inflow: Array, fixed: bool = False
) -> Leached:
    """Carry a solute down the columns for some years.

    held    dissolved and sorbed at the start, g m-2, (k, n)
    inflow  concentration of the water that enters at the top, g m-3, (n,)
    fixed   True: the top itself has that concentration, so that it also disperses in
            (Ogata & Banks 1961); False: only what the water brings enters

    theta R dc/dt = d(theta D dc/dz)/dz - q dc/dz - lambda theta R c

    Finite volumes: what leaves a layer is the number that enters the next. Fluxes of
    advection are limited after van Leer (1979), steps are Heun's, so that no layer
    overshoots or falls below 0; second order in thickness and time where the front is
    smooth. Decay is exact, half before a step and half after. At the bottom water
    leaves with the last layer's concentration.

    Validity: steady drainage downwards, sorption linear and at equilibrium. A front is
    resolved by about five layers. Steps are explicit: thin layers cost their square.
    """
    made = np.array(held, dtype=np.float64)
    sums = np.zeros((3, made.shape[1]))
    _leach(
        (layers.thickness, layers.water, np.ascontiguousarray(layers.factor)),
        (layers.drainage, np.asarray(inflow, dtype=np.float64)),
        (layers.dispersivity, layers.decay, years, 1.0 if fixed else 0.0),
        made,
        sums,
    )
    return Leached(made, sums[0], sums[1], sums[2])


@compiled
def _rise(back: float, ahead: float, widths: tuple[float, float, float]) -> float:
    """Change of the concentration from a layer's middle to its lower edge.

    back, ahead  differences to the layers above and below; widths are half of theirs
    and of its own. Van Leer's mean of both gradients, 0 at an extreme, and never beyond
    either neighbour where thin layers follow on thick ones.
    """
    if back * ahead <= 0.0:
        return 0.0
    above, own, under = widths
    before, after = back / (above + own), ahead / (own + under)
    made = own * 2.0 * before * after / (before + after)
    most = min(abs(back), abs(ahead))
    return min(max(made, -most), most)


@compiled
def _fluxes(
    half: Array, flow: tuple[float, float, float, float], c: Array, flux: Array
) -> None:  # fmt: skip
    """Set ``flux`` (k + 1,), g m-2 year-1 downwards, by concentrations c (k,).

    half  of the thickness, m, (k,)
    flow  drainage, dispersivity, concentration of the inflow, 1 where the top has it
    """
    q, reach, top, fixed = flow
    k = c.size
    # theta D = dispersivity x q, the same in every layer
    spread = reach * q
    flux[0] = q * top + fixed * spread * (top - c[0]) / half[0]
    for i in range(k - 1):
        ahead = c[i + 1] - c[i]
        back, above = (
            (c[i] - c[i - 1], half[i - 1]) if i else (fixed * (c[0] - top), 0.0)
        )
        edge = c[i] + _rise(back, ahead, (above, half[i], half[i + 1]))
        flux[i + 1] = q * edge - spread * ahead / (half[i] + half[i + 1])
    flux[k] = q * c[k - 1]


@compiled
def _leach(
    soil: tuple[Array, Array, Array], flow: tuple[Array, Array],
    numbers: tuple[float, float, float, float], held: Array, sums: Array,
) -> None:  # fmt: skip
    """Change ``held`` (k, n) and add to ``sums``: entered, left, decayed, (3, n)."""
    thick, water, factor = soil
    drainage, inflow = flow
    reach, decay, years, fixed = numbers
    k, n = held.shape
    half = 0.5 * thick
    room, c, first = np.zeros(k), np.zeros(k), np.zeros(k)
    flux, before = np.zeros(k + 1), np.zeros(k + 1)
    for j in range(n):
        q = drainage[j]
        fastest = 0.0
        for i in range(k):
            room[i] = thick[i] * water[i] * factor[i, j]  # m of water
            fastest = max(fastest, q * (1.0 + 4.0 * reach / thick[i]) / room[i])
        steps = max(int(np.ceil(years * max(fastest, decay) / COURANT)), 1)
        dt = years / steps
        part = -np.expm1(-0.5 * decay * dt)
        given = (q, reach, inflow[j], fixed)
        for _ in range(steps):
            for i in range(k):
                gone = part * held[i, j]
                first[i] = held[i, j] - gone
                sums[2, j] += gone
                c[i] = first[i] / room[i]
            _fluxes(half, given, c, before)
            for i in range(k):
                c[i] = (first[i] + dt * (before[i] - before[i + 1])) / room[i]
            _fluxes(half, given, c, flux)
            for i in range(k + 1):
                flux[i] = 0.5 * dt * (flux[i] + before[i])
            for i in range(k):
                now = first[i] + (flux[i] - flux[i + 1])
                gone = part * now
                held[i, j] = now - gone
                sums[2, j] += gone
            sums[0, j] += flux[0]
            sums[1, j] += flux[k]
