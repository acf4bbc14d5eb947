"""What the soil lets of growth: pH, metals, depth and nitrogen, by plant type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp, vlog
from ..process import Array, Every, Scope, Step, parameter
from ..soil.column import Column
from ..soil.constituents import DENSITY, SOIL_MASS, available, below, stocks_of
from ..soil.nitrogen import CARBON_BY_NITROGEN
from .nitrogen_demand import DEAD, STANDS, demand, fed_share, free_nitrogen
from .plant_types import DEFAULT_TYPES, METAL_LIMITS, check_types, column
from .vegetation import GROWTH_LIMIT

PH, DEPTH, NITROGEN = "soil_ph", "soil_depth", "soil_nitrogen"
EDGES = ("ph_least", "ph_low", "ph_high", "ph_most")
ANY_PH = (-2e9, -1e9, 1e9, 2e9)
CENTIMETRES = 100.0  # in a metre
SLICE = 1024  # cells
TINY = 1e-300
MILLIGRAMS = 1000.0  # in a gram
FED_BY = (*STANDS, *DEAD, *CARBON_BY_NITROGEN, NITROGEN, "plant_nitrogen")
METAL_OF = {f"soil_{metal}": metal for metal in METAL_LIMITS}


@compiled
def ph_response(ph: float, least: float, low: float, high: float, most: float) -> float:
    """Growth by soil pH, 1: a trapezoid, 0 at least, 1 from low to high, 0 at most.

    FAO EcoCrop gives the four edges by species; between them the response is straight.
    """
    rise, fall = (ph - least) / (low - least), (most - ph) / (most - high)
    return max(min(min(rise, fall), 1.0), 0.0)


@compiled
def metal_response(times: float, span: float) -> float:
    """Growth by a metal's content over what is tolerated, 1; span is ln of the span.

    1 up to the threshold, then straight in the logarithm of the dose, 0 at ``span``
    times it. Doses act by their logarithm (Finney 1971); the span is unverified.
    """
    return max(1.0 - vlog(max(times, 1.0)) / span, 0.0)


@compiled
def _slot(
    type_: tuple[float, Array, float], soil: tuple[Array, Array, Array], span: float,
    so_far: tuple[Array, Array], sums: tuple[Array, Array, Array],
) -> None:  # fmt: skip
    """Add a slot's share of the roots, and that share times its responses.

    type_   ln b of root depth by metre, edges of pH (4,), tolerance of metals
    soil    of the slot: thickness, pH, content over threshold, (n,)
    so_far  depth of what lies above and share of the roots below it, (n,)
    sums    roots, roots x response to pH, roots x response to metals, (n,)
    """
    reach, edges, tolerance = type_
    thickness, ph, metals = soil
    depth, above = so_far
    rooted, by_ph, by_metals = sums
    for i in range(thickness.size):
        depth[i] += thickness[i]
        deeper = vexp(reach * depth[i])
        share = above[i] - deeper
        above[i] = deeper
        rooted[i] += share
        grown = ph_response(ph[i], edges[0], edges[1], edges[2], edges[3])
        by_ph[i] += share * grown
        by_metals[i] += share * metal_response(metals[i] / tolerance, span)


@compiled
def soil_response(
    types: tuple[Array, Array, Array], soil: tuple[Array, Array, Array],
    settings: tuple[float, float], made: Array,
) -> None:  # fmt: skip
    """Set ``made`` (k, n) to the least of the responses to pH, metals and depth.

    types     b of root depth (k,), edges of pH (k, 4), tolerance of metals (k,)
    soil      of the slots: thickness, m, pH, content over threshold, 1, (3, n)
    settings  share of the roots that must fit, 1; span of metals, 1

    pH and metals act by the share of the roots in each slot: 1 - b^d lie above d cm.
    """
    reach, edges, tolerance = types
    thickness, ph, metals = soil
    enough, span = settings[0], np.log(settings[1])
    sums = np.zeros((5, SLICE))
    for k in range(made.shape[0]):
        own = (CENTIMETRES * np.log(reach[k]), edges[k], tolerance[k])
        for start in range(0, made.shape[1], SLICE):
            end = min(start + SLICE, made.shape[1])
            sums[:] = 0.0
            sums[1] = 1.0  # share of the roots that lie deeper than nothing
            depth, above, rooted, by_ph, by_metals = sums[:, : end - start]
            for s in range(3):
                at = (thickness[s, start:end], ph[s, start:end], metals[s, start:end])
                _slot(own, at, span, (depth, above), (rooted, by_ph, by_metals))
            for i in range(end - start):
                roots = max(rooted[i], TINY)
                room = min(rooted[i] / max(enough, TINY), 1.0)
                if enough <= 0.0:
                    room = 1.0
                grown = min(by_ph[i], by_metals[i]) / roots
                least = min(room, grown if rooted[i] > 0.0 else 1.0)
                made[k, start + i] = min(max(least, 0.0), 1.0)


@dataclass(frozen=True)
class GrowthLimits:
    """The most limiting of soil pH, metals, depth and nitrogen, by plant type.

    Liebig's minimum, as EPIC (Williams et al. 1989) and SWAT+ take it; weather acts
    beside it, in ``vegetation``. Only what ``limits`` names acts. The effective age is
    slowed: a limited stand reaches the same biomass, later. ``site_factor`` of
    ``vegetation`` stands for what no limit tells; where limits tell it, raise it.

    Equation: limit = min over factors; pH by a trapezoid with four edges, metals by 1 -
    ln(c / c0) / ln(span), depth by the share of roots 1 - b^d that fits, nitrogen by
    what is free over what the stand asks.

    Validity: yearly means; doses of one metal at a time, the worst counts.
    """

    plant_types: tuple[str, ...] = parameter(
        DEFAULT_TYPES,
        unit="",
        label="plant functional types of the run",
        source="plant-table/types.csv",
    )
    limits: tuple[str, ...] = parameter(
        (PH, DEPTH),
        unit="",
        label="what of the soil limits growth",
        source="what the site states",
    )
    rooted: float = parameter(
        0.95,
        unit="1",
        label="share of the roots that must find room, else depth limits",
        source="rooting depth as that of 95 % of the roots: Schenk & Jackson 2002",
        low=0.5,
        high=0.99,
    )
    metal_span: float = parameter(
        10.0,
        unit="1",
        label="times the threshold of a metal at which nothing grows",
        source="order of magnitude",
        low=1.5,
        high=1000.0,
    )
    dead_pools: tuple[str, ...] = parameter(
        (),
        unit="",
        label="pools of dead matter that an alternative process keeps",
        source="the processes of the run",
    )

    name: ClassVar[str] = "growth_limits"
    reads: ClassVar[tuple[str, ...]] = ("stocking", *stocks_of((PH,)))
    writes: ClassVar[tuple[str, ...]] = (GROWTH_LIMIT,)
    adds: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "cell"
    every: ClassVar[Every] = "year"
    source: ClassVar[str] = (
        "Williams et al. 1989 (EPIC); SWAT+ pl_biomass_gro; FAO EcoCrop; US EPA Eco-SSL"
    )

    def __post_init__(self) -> None:
        """Read metals and nitrogen that limit; the class declares pH and depth."""
        riding = [n for m in self._metals for n in (m, available(METAL_OF[m]))]
        more = tuple(n for name in riding for n in (name, below(name)))
        if NITROGEN in self.limits:
            more = (*more, *(n for n in FED_BY if n not in type(self).reads))
            more = (*more, *self.dead_pools)
        # the declaration of one run's process; the class keeps that of the base
        object.__setattr__(self, "reads", (*type(self).reads, *more))

    @property
    def _metals(self) -> tuple[str, ...]:
        return tuple(name for name in self.limits if name in METAL_OF)

    @cached_property
    def _types(self) -> tuple[Array, Array, Array]:
        """Root reach (k,), edges of pH (k, 4), tolerance of metals (k,)."""
        names = self.plant_types
        edges = np.array([column(names, key) for key in EDGES]).T
        if PH not in self.limits:
            edges[:] = ANY_PH
        return (
            column(names, "root_reach"),
            np.ascontiguousarray(edges),
            column(names, "metal_tolerance"),
        )

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Write the limit of each type."""
        stocking = see["stocking"]
        check_types(self.plant_types, stocking, self.name)
        soil = Column({n: see[n] for n in (*_slots(SOIL_MASS), *_slots(DENSITY))})
        made = np.zeros(stocking.shape)
        enough = self.rooted if DEPTH in self.limits else 0.0
        ph = np.concatenate([see[PH][None], see[below(PH)]])
        slots = (soil.thickness, ph, self._doses(see, soil.mass))
        soil_response(self._types, slots, (enough, self.metal_span), made)
        if NITROGEN in self.limits:
            stands, free = demand(self.plant_types, see), free_nitrogen(see)
            fed = fed_share(self.plant_types, stands, see["plant_nitrogen"], free)
            made = np.minimum(made, fed)
        return {GROWTH_LIMIT: made}

    def _doses(self, see: Mapping[str, Any], mass: Array) -> Array:
        """The worst metal's available content over its threshold, 1, (3, n)."""
        worst = np.zeros_like(mass)
        for name in self._metals:
            share = available(METAL_OF[name])
            total = np.concatenate([see[name][None], see[below(name)]])
            part = np.concatenate([see[share][None], see[below(share)]])
            limit = METAL_LIMITS[METAL_OF[name]].value * mass / MILLIGRAMS  # g m-2
            dose = np.divide(total * part, limit, out=worst * 0.0, where=mass > 0.0)
            worst = np.maximum(worst, dose)
        return worst


def _slots(name: str) -> tuple[str, str]:
    return name, below(name)
