"""Streams that cut, carry and lay down: one step of stream power with deposition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..numerics.threads import side_by_side
from ..terrain.catchments import Catchments, Cells, Places
from ..terrain.cells import at

Array = NDArray[np.float64]
MOST_ROUNDS = 60
NEWTON = 30  # steps at most
NEAR = 1e-3  # of the shielding thickness: from here on one step a round is enough
SETTLED = 1e-7  # m; rounds end when no deposit changes by more


@dataclass(frozen=True)
class StreamLaw:
    """Numbers of stream power.

    area_exponent   m of A^m;  slope_exponent  n of S^n
    deposition      V / r of SPACE, G of Davy & Lague: 0 carries everything away
    cover           H*, thickness of soil that shields what lies below, m
    """

    area_exponent: float = 0.5
    slope_exponent: float = 1.0
    deposition: float = 0.0
    cover: float = 1.0


@dataclass(frozen=True)
class Network:
    """Flow over (n,) cells as streams need it.

    paths     receivers, ends and parts;  distance  to the receiver, m, (n,)
    area      that drains through each cell, its own included, m2, (n,)
    """

    paths: Catchments
    distance: Array
    area: Array
    cell_area: float

    @classmethod
    def of(cls, receivers: Cells, order: Cells, place: Cells, grid: Spacing) -> Network:
        """Follow the flow.

        receivers, order  of (n,) cells;  place  flat index of each in the raster
        """
        paths = Catchments.of(receivers, order)
        distance, area = np.empty(receivers.size), np.empty(receivers.size)
        side_by_side(
            _measure,
            [
                (receivers, part, place, grid.columns, grid.cell, distance, area)
                for part in paths.parts
            ],
        )
        return cls(paths, distance, area, grid.cell * grid.cell)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Columns of a raster, and its cell, m."""

    columns: int
    cell: float


@dataclass(frozen=True)
class Cut:
    """What a step cut and laid down, height of each cell, m, (n,).

    soil, rock  cut;  laid  down;  share  of what passes that is laid down
    arrived     at each end of the flow, kg m-2 of one cell, (t,)
    """

    soil: Array
    rock: Array
    laid: Array
    share: Array
    arrived: Array

    @property
    def rise(self) -> Array:
        """Change of height, m, without uplift and without what settles at ends."""
        made: Array = self.laid - self.soil - self.rock
        return made


def stream_step(
    ground: Mapping[str, Array], network: Network, law: StreamLaw, years: float
) -> Cut:
    """One implicit step of SPACE: streams cut soil and rock, and lay down.

    ground  z, m; soil, thickness that may be cut, m; density and rock_density, kg m-3;
            k_soil, k_rock, m^(1-2m) year-1; uplift, m, in the step; (n,) each. A cell
            where flow ends keeps its height.
    →       what was cut and laid down

    E_soil = Ks A^m S^n (1 - exp(-H/H*)),  E_rock = Kr A^m S^n exp(-H/H*),
    D = G Q / A with Q the sediment that leaves the cell.

    Slopes are taken at the step's end, from the outlets upwards (Braun & Willett 2013;
    Newton's method where n is not 1); sediment is passed down and the two are repeated
    until they agree. Heights follow from what is cut and laid down, so mass is kept
    whether they agree or not. First order in time and space. Shobe et al. 2017;
    Davy & Lague 2009; Yuan et al. 2019.

    Long-term mean incision of channels; not gullies with vertical heads, not storms.
    """
    n = ground["z"].size
    power = network.area**law.area_exponent * (
        years / network.distance**law.slope_exponent
    )
    per_area = law.deposition * network.cell_area / network.area
    share = per_area / (1.0 + per_area)
    share[network.paths.last] = 0.0
    made = Cut(
        np.zeros(n), np.zeros(n), np.zeros(n), share, np.zeros(network.paths.last.size)
    )
    pulls = (ground["k_soil"] * power, ground["k_rock"] * power)
    bed = (ground["z"], ground["soil"], ground["uplift"])
    weights = (ground["density"], ground["rock_density"])
    results = (made.soil, made.rock, made.laid, made.arrived)
    z, flux = np.empty(n), np.empty(n)
    numbers = (law.slope_exponent, law.cover)
    side_by_side(
        _settle_streams,
        [
            (network.paths.receivers, network.paths.end, part, bed, pulls, weights,
             share, numbers, results, (z, flux))
            for part in network.paths.parts
        ],
    )  # fmt: skip
    return made


def pass_down(network: Network, share: Array, load: Array) -> tuple[Array, Array]:
    """Pass what was cut down the flow; return what is laid down and what arrives.

    share  (n,) of what passes, that is laid down;  load  (..., n) cut, per area
    →      laid (..., n), arrived (..., t)
    """
    ends = network.paths.last.size
    laid, arrived = np.zeros(load.shape), np.zeros((*load.shape[:-1], ends))
    rows = zip(
        load.reshape(-1, load.shape[-1]),
        laid.reshape(-1, load.shape[-1]),
        arrived.reshape(-1, ends),
        strict=True,
    )
    paths = network.paths
    for own, down, at_end in rows:
        side_by_side(
            _pass,
            [
                (paths.receivers, paths.end, part, own, share, (down, at_end))
                for part in paths.parts
            ],
        )
    return laid, arrived


@compiled
def _measure(
    receivers: Cells, order: Cells, place: Cells, columns: int, cell: float,
    distance: Array, area: Array,
) -> None:  # fmt: skip
    diagonal = cell * np.sqrt(2.0)
    for k in range(order.size):
        i = at(order[k])
        apart = abs(place[i] - place[at(receivers[i])])
        straight = apart == 0 or apart == 1 or apart == columns
        distance[i] = cell if straight else diagonal
        area[i] = cell * cell
    for k in range(order.size - 1, -1, -1):
        i = at(order[k])
        r = at(receivers[i])
        if r != i:
            area[r] += area[i]


@compiled
def _settle_streams(
    receivers: Cells, ends: Places, order: Cells, bed: tuple[Array, Array, Array],
    pulls: tuple[Array, Array], weights: tuple[Array, Array], share: Array,
    numbers: tuple[float, float], results: tuple[Array, Array, Array, Array],
    work: tuple[Array, Array],
) -> None:  # fmt: skip
    """Cut upwards and carry down in turn until deposits no longer change."""
    soil, rock, laid, arrived = results
    for k in range(order.size):
        work[1][at(order[k])] = bed[1][at(order[k])]
    for _ in range(MOST_ROUNDS):
        moved = _cut(receivers, order, bed, pulls, numbers, (soil, rock, laid), work)
        # the heights in work are done with: each cut finds them anew
        changed = _carry(
            (receivers, ends, order), weights, share, (soil, rock, laid, arrived),
            work[0],
        )  # fmt: skip
        if max(moved, changed) < SETTLED:
            break


@compiled
def _cut(
    receivers: Cells, order: Cells, bed: tuple[Array, Array, Array],
    pulls: tuple[Array, Array], law: tuple[float, float],
    change: tuple[Array, Array, Array], work: tuple[Array, Array],
) -> float:  # fmt: skip
    """Set what is cut, outlets first; return the greatest change of soil left, m.

    work  height at the end of the step; soil left at the end of the step
    """
    z0, most, uplift = bed
    soil, rock, laid = change
    z, left = work
    exponent, cover = law
    greatest = 0.0
    for k in range(order.size):
        i = at(order[k])
        r = at(receivers[i])
        if r == i:
            z[i] = z0[i]
            continue
        base = z0[i] + uplift[i] + laid[i]
        fall = base - z[r]
        if fall <= 0.0:
            soil[i] = rock[i] = 0.0
            z[i] = base
            left[i] = most[i] + laid[i]
            continue
        bare = np.exp(-left[i] / cover)
        pull = pulls[0][i] * (1.0 - bare) + pulls[1][i] * bare
        stays = fall / (1.0 + pull) if exponent == 1.0 else _root(fall, pull, exponent)
        strength = stays if exponent == 1.0 else stays**exponent
        held = most[i] + laid[i]
        now = _left(held, pulls[0][i] * strength, cover, (left[i], bare))
        soil[i] = min(held - now, most[i])
        rock[i] = min(pulls[1][i] * strength * bare, fall)
        greatest = max(greatest, abs(now - left[i]))
        left[i] = now
        z[i] = max(base - soil[i] - rock[i], z[r])
    return greatest


@compiled
def _root(fall: float, pull: float, exponent: float) -> float:
    """Drop x that is left: x + pull x^n = fall; Newton from above."""
    x = fall
    for _ in range(NEWTON):
        f = x + pull * x**exponent - fall
        step = f / (1.0 + pull * exponent * x ** (exponent - 1.0))
        x = max(x - step, 1e-3 * x)
        if abs(step) <= 1e-14 * fall:
            break
    return x


@compiled
def _left(held: float, pull: float, cover: float, guess: tuple[float, float]) -> float:
    """Soil h at the end of the step: h + pull (1 - exp(-h/H*)) = held.

    guess  of h, and its exp(-h/H*). Newton's steps end early, as the rounds repeat
           them from where they came to.
    """
    if pull <= 0.0:
        return held
    h, bare = guess
    for _ in range(NEWTON):
        step = (h + pull * (1.0 - bare) - held) / (1.0 + pull * bare / cover)
        h = min(max(h - step, 0.0), held)
        if abs(step) <= NEAR * cover:
            break
        bare = np.exp(-h / cover)
    return h


@compiled
def _carry(
    flow: tuple[Cells, Places, Cells], weights: tuple[Array, Array], share: Array,
    change: tuple[Array, Array, Array, Array], flux: Array,
) -> float:  # fmt: skip
    """Set what is laid down, springs first; return its greatest change, m."""
    receivers, ends, order = flow
    soil, rock, laid, arrived = change
    density, rock_density = weights
    for k in range(order.size):
        flux[at(order[k])] = 0.0
    greatest = 0.0
    for k in range(order.size - 1, -1, -1):
        i = at(order[k])
        r = at(receivers[i])
        q = flux[i] + density[i] * soil[i] + rock_density[i] * rock[i]
        if r == i:
            arrived[at(ends[i])] = q
            continue
        down = share[i] * q
        new = down / density[i]
        greatest = max(greatest, abs(new - laid[i]))
        laid[i] = new
        flux[r] += q - down
    return greatest


@compiled
def _pass(
    receivers: Cells, ends: Places, order: Cells, own: Array, share: Array,
    to: tuple[Array, Array],
) -> None:  # fmt: skip
    """``laid`` holds what comes from above until a cell's turn."""
    laid, arrived = to
    for k in range(order.size - 1, -1, -1):
        i = at(order[k])
        r = at(receivers[i])
        q = laid[i] + own[i]
        laid[i] = share[i] * q
        if r == i:
            arrived[at(ends[i])] += q - laid[i]
        else:
            laid[r] += q - laid[i]
