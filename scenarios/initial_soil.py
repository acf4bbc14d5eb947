"""The soil column at the start: slots, their carbon and what else a site states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.erosion_factors import gravel_correction
from twin.process import Array
from twin.processes.growth_limits import DEPTH as LIMIT_DEPTH
from twin.processes.growth_limits import METAL_OF, NITROGEN
from twin.processes.growth_limits import PH as LIMIT_PH
from twin.processes.rothc_initial import initial_pools
from twin.soil.constituents import (
    BASE,
    DENSITY,
    METALS,
    OPTIONAL,
    SOIL_MASS,
    Way,
    account,
    available,
    below,
    metal,
)
from twin.soil.nitrogen import organic_nitrogen
from twin.soil.slots import LAYERS, SUBSOIL_DEPTH, TOPSOIL_DEPTH
from twin.vocabulary.nitrogen import NITROGEN_STOCKS

PER_HECTARE = 0.1  # kg m-2 in 1 t ha-1
GRAM = 1e-3  # kg
ERODIBILITY, GRAVEL = "soil_erodibility", "gravel"
DEEPER = {"subsoil": 0.5, "spoil": 0.25}  # of the topsoil's carbon content; unverified
WAYS: tuple[Way, ...] = ("imported", "exhumed", "removed", "exported")
AVAILABLE = 0.1  # share of a metal, where nothing is stated; unverified
CONTENTS: Mapping[str, tuple[str, float]] = {
    # key of site.yaml -> stock, amount of the stock per kg of soil and unit of the key
    "inorganic_carbon": ("soil_inorganic_carbon", 1e-3),  # g kg-1
    "sulfide_sulfur": ("sulfide_sulfur", 1e-2),  # percent
    "neutralising_potential": ("neutralising_potential", 1e-3),  # kg t-1
    "nitrogen": ("soil_nitrogen", 1e-3),  # mg kg-1, g m-2
    "phosphorus": ("soil_phosphorus", 1e-3),  # mg kg-1, g m-2
}
Blocks = Sequence[Mapping[str, Any]]


def carried_by(ground: Blocks) -> tuple[str, ...]:
    """Optional constituents that any block states, in their fixed order."""
    found = set()
    for block in ground:
        for told in (block, *(block.get(layer) or {} for layer in LAYERS)):
            found |= {CONTENTS[k][0] for k in CONTENTS if told.get(k) is not None}
            for name in told.get("metals") or {}:
                found |= {metal(name), available(name)}
    return tuple(c.name for c in OPTIONAL if c.name in found)


def limits_in(ground: Blocks) -> tuple[str, ...]:
    """What of the soil limits growth: what any block, as the user wrote it, states.

    pH also where sulfide or neutralising potential are stated, which change it.
    """
    told = [t for b in ground for t in (b, *(b.get(layer) or {} for layer in LAYERS))]
    carried = carried_by(ground)
    sour = {"sulfide_sulfur", "neutralising_potential"} & {*carried}
    found = [LIMIT_PH] if sour or _any(told, "soil_ph") else []
    found += [LIMIT_DEPTH] if _any(told, "soil_depth") else []
    return (*found, *(n for n in carried if n in METAL_OF or n == NITROGEN))


def _any(told: Sequence[Mapping[str, Any]], key: str) -> bool:
    return any(block.get(key) is not None for block in told)


def left_out(carried: Collection[str]) -> set[str]:
    """Stocks of the vocabulary that a run without these constituents does not need."""
    gone = {n for c in OPTIONAL if c.name not in carried for n in (c.name, c.below)}
    always = {c.book for c in BASE}
    books = {c.book for c in OPTIONAL if c.name not in carried} - always - {""}
    if NITROGEN not in carried:
        gone |= {*NITROGEN_STOCKS}
    stated = {name for name in METALS if metal(name) in carried}
    gone |= {f"plant_{name}" for name in METALS if name not in stated}
    gone |= {f"{name}_leached_total" for name in METALS if name not in stated}
    gone |= set() if stated else {"drainage_seen_by_metals"}
    return gone | {account(book, way) for book in books for way in WAYS}


def soil_column(ground: Blocks, zones: NDArray[np.int64]) -> dict[str, Array]:
    """Stocks and properties of all slots, from blocks that are complete.

    ground  one block per zone (``scenarios.initial.blocks``)
    zones   (n,) index into ``ground``
    →       name -> (n,) of the topsoil, (2, n) of subsoil and spoil
    """
    tables = [_slots(block) for block in ground]
    names = sorted(set().union(*tables))
    made: dict[str, Array] = {}
    for name in names:
        table = np.array([t.get(name, np.zeros(3)) for t in tables])[zones].T
        made[name] = np.ascontiguousarray(table[0])
        made[below(name)] = np.ascontiguousarray(table[1:])
    return made


def _slots(block: Mapping[str, Any]) -> dict[str, Array]:
    """Values of one block in the three slots, name of the topsoil's stock -> (3,)."""
    told = [block, *(block.get(layer) or {} for layer in LAYERS)]
    depth = float(block["soil_depth"])
    edges = np.minimum([TOPSOIL_DEPTH, SUBSOIL_DEPTH, max(depth, SUBSOIL_DEPTH)], depth)
    thickness = np.diff(edges, prepend=0.0)

    def stated(key: str) -> Array:
        own = float(block[key])
        return np.array([_or(t.get(key), own) for t in told])

    density, clay = stated("bulk_density"), stated("clay_content")
    mass = thickness * density
    made = {SOIL_MASS: mass, DENSITY: density, "clay_content": clay}
    for key in ("soil_ph", "soil_share", ERODIBILITY):
        if key in block:
            made[key] = stated(key)
    if ERODIBILITY in made and _any(told, GRAVEL):
        own = float(block.get(GRAVEL) or 0.0)
        armour = np.array([_or(t.get(GRAVEL), own) for t in told])
        made[ERODIBILITY] = made[ERODIBILITY] * gravel_correction(armour)
    made |= _carbon(block, told, (thickness, mass), clay)
    for key, (name, per) in CONTENTS.items():
        own = float(block.get(key) or 0.0)
        made[name] = mass * per * [_or(t.get(key), own) for t in told]
    made[NITROGEN] += organic_nitrogen(made)  # what is stated is free of it
    return made | _metals(told, mass)


def _or(value: Any, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def _carbon(
    block: Mapping[str, Any],
    told: Sequence[Mapping[str, Any]],
    slots: tuple[Array, Array],
    clay: Array,
) -> dict[str, Array]:
    """RothC pools and geogenic carbon of the slots, kg m-2.

    The topsoil's are t ha-1; below, g kg-1 or a share of the topsoil's content.
    """
    thickness, mass = slots
    made: dict[str, Array] = {}
    for key in ("soil_organic_carbon", "geogenic_carbon"):
        top = PER_HECTARE * float(block[key])
        content = top / mass[0] if mass[0] > 0.0 else 0.0
        amounts = [top]
        for layer, slot, own in zip(LAYERS, mass[1:], told[1:], strict=True):
            share = DEEPER[layer] if key == "soil_organic_carbon" else 1.0
            deeper = own.get(key)
            amounts.append(
                slot * (share * content if deeper is None else GRAM * float(deeper))
            )
        made[key] = np.array(amounts)
    return made | deep_pools(made.pop("soil_organic_carbon"), thickness, clay)


def deep_pools(carbon: Array, thickness: Array, clay: Array) -> dict[str, Array]:
    """RothC pools of layers of any thickness, kg m-2; split as in 0.3 m of the same.

    The fitted split is not linear in the amount and belongs to a topsoil's.
    """
    times = np.where(thickness > 0.0, thickness / TOPSOIL_DEPTH, 1.0)
    split = initial_pools(carbon / times, clay)
    return {name: amount * times for name, amount in split.items()}


def _metals(told: Sequence[Mapping[str, Any]], mass: Array) -> dict[str, Array]:
    """Totals, g m-2, from mg kg-1, and available shares."""
    made: dict[str, Array] = {}
    for name in METALS:
        stated = [(t.get("metals") or {}).get(name) for t in told]
        shares = [(t.get("available") or {}).get(name) for t in told]
        top = _or(stated[0], 0.0)
        made[metal(name)] = GRAM * mass * [_or(v, top) for v in stated]
        own = _or(shares[0], AVAILABLE)
        made[available(name)] = np.array([_or(v, own) for v in shares])
    return made
