"""Earth on the move: dug, raised from below, brought, hauled away, laid down.

Every function books what it does on ``Amounts``; what a load carries is told by
``twin.soil.column``.
"""

from __future__ import annotations

import numpy as np

from twin.process import Array
from twin.soil.column import VOLUME, Column, Load
from twin.soil.constituents import SOIL_MASS, Way
from twin.soil.riding import accounts

from .measure import Amounts


def laid(column: Column, cut: Array, load: Load, amounts: Amounts) -> None:
    """Take ``cut`` (n,), m, off the columns and lay ``load`` on them."""
    for name, amount in column.moved(cut, load).items():
        amounts.add(name, amount)
    amounts.add("elevation", load[VOLUME] - cut)


def dug(column: Column, cut: Array, amounts: Amounts) -> Load:
    """What a cut (n,), m, yields; from below the columns it is raised, and booked."""
    load = column.cut(cut)
    raised = _from_below(column, np.maximum(cut - column.depth, 0.0))
    book(raised, "exhumed", amounts)
    return {name: load[name] + raised[name] for name in load}


def _from_below(column: Column, thickness: Array) -> Load:
    """Ground from below the columns, as the spoil slot is; without one, bare rock."""
    mass = column.density[2] * thickness
    held = column.mass[2]
    share = np.divide(mass, held, out=np.zeros_like(mass), where=held > 0.0)
    load: Load = {SOIL_MASS: mass, VOLUME: thickness}
    for c in column.constituents:
        spoil = column.see[c.below][-1]
        load[c.name] = spoil * (mass if c.rule == "property" else share)
    return load


def heaped(load: Load, volume: Array) -> Load:
    """Mix a load and lay it out by ``volume`` (n,), m; all of it is laid."""
    share = volume / volume.sum()
    made = {name: _total(amount) * share for name, amount in load.items()}
    return made | {VOLUME: volume}


def _total(amount: Array) -> Array:
    """Sum over cells, ready to be spread over cells again: () or (k, 1)."""
    found: Array = amount.sum(axis=-1)
    return found if found.ndim == 0 else found[:, None]


def part(load: Load, share: float) -> Load:
    """A share of a load."""
    return {name: amount * share for name, amount in load.items()}


def book(load: Load, way: Way, amounts: Amounts) -> None:
    """Book a load that crosses the boundary of the columns."""
    for name, amount in accounts(load, way).items():
        amounts.add(name, amount)
