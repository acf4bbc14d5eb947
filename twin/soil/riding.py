"""What a process that moves soil declares and books for all that rides with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..errors import unknown_name
from ..process import Array
from .column import Load
from .constituents import CONSTITUENTS, SOIL_MASS, Way, account, below, exported


def ride_along(process: Any, carried: Collection[str]) -> None:
    """Add the stocks and accounts of ``carried`` to what a process reads and adds."""
    for name in carried:
        if name not in CONSTITUENTS:
            raise unknown_name("constituent", name, CONSTITUENTS, process.name)
    riding = tuple(n for name in carried for n in (name, below(name)))
    kind = type(process)
    leaving = tuple(n for n in exported(carried) if n not in kind.adds)
    # the declaration of one run's process; the class keeps that of the base
    object.__setattr__(process, "reads", (*kind.reads, *riding))
    object.__setattr__(process, "adds", (*kind.adds, *riding, *leaving))


def accounts(load: Load, way: Way) -> dict[str, Array]:
    """Amounts of the accounts that a load crosses on its way."""
    made = {account("soil", way): load[SOIL_MASS]}
    for name, amount in load.items():
        book = CONSTITUENTS[name].book if name in CONSTITUENTS else ""
        if book:
            to = account(book, way)
            made[to] = made[to] + amount if to in made else amount
    return made
