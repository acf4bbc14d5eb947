"""What rides with soil that a landform process moves: amounts for every slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..process import Array
from ..soil.column import VOLUME, Column, Load
from ..soil.constituents import SOIL_MASS, below
from ..soil.riding import accounts

# Several processes may cut one column in the same year, each from the stocks at the
# year's start. These bounds hold their sum within what is there.
THIN = 0.05  # m; a slot below this is exhausted by one process only
SHARE_OF_COLUMN = 0.5  # most of a column that water takes in a year
SHARE_OF_SLOT = 0.7  # most of the lowest slot that is not thin
SHARE_OF_CREEP = 0.3  # of both, for creep

PassOn = Callable[[Array], tuple[Array, Array]]


def lowest(column: Column) -> Array:
    """Thickness of the lowest slot of each column that holds anything, m, (n,)."""
    top, sub, spoil = column.thickness
    made: Array = np.where(spoil > 0.0, spoil, np.where(sub > 0.0, sub, top))
    return made


def without_thin_slots(see: Mapping[str, Any]) -> Column:
    """Columns whose thin lowest slot below the topsoil is left where it is."""
    column = Column(see)
    _, sub, spoil = column.thickness
    mass = np.array(see[below(SOIL_MASS)])
    mass[1, spoil < THIN] = 0.0
    mass[0, (sub < THIN) & (spoil < THIN)] = 0.0
    return Column({**see, below(SOIL_MASS): mass})


def most_crept(column: Column) -> Array:
    """Thickness (n,), m, that creep may take of each column in a year."""
    whole = np.maximum(column.depth - THIN, 0.0)
    made: Array = SHARE_OF_CREEP * np.minimum(whole, lowest(column))
    return made


def most_washed(column: Column) -> Array:
    """Thickness (n,), m, that streams may take of each column in a year."""
    low, whole = lowest(column), SHARE_OF_COLUMN * column.depth
    held = np.minimum(whole, SHARE_OF_SLOT * low)
    made: Array = np.where(low < THIN, whole, held)
    return made


def moved_soil(
    column: Column, cut: Array, load: Load, pass_on: PassOn
) -> dict[str, Array]:
    """Amounts to add to height, soil, what rides with it, and the accounts.

    column   as it was
    cut      thickness (n,) taken off the top, m;  load  what that is, of ``cut``
    pass_on  says where one constituent of it goes: amounts (..., n) cut off, per area,
             to (laid down, carried off the site), (..., n) each

    What is laid down lies on top, as dense as the topsoil of its new place.
    """
    laid: Load = {}
    gone: Load = {}
    for name, amount in load.items():
        if name != VOLUME:
            laid[name], gone[name] = pass_on(amount)
    laid[VOLUME] = laid[SOIL_MASS] / column.density[0]
    return {
        **column.moved(cut, laid),
        **accounts(gone, "exported"),
        "elevation": laid[VOLUME] - load[VOLUME],
    }
