"""Columns of soil that are cut and filled, with everything that they carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics.threads import side_by_side
from ..process import Array
from ..vocabulary import VOCABULARY
from .carry import carry, cut_off, mix
from .constituents import DENSITY, SOIL_MASS, Constituent, below, present
from .slots import Moves, moves

Load = dict[str, Array]
VOLUME = "volume"  # of a load, m3 m-2
AT_ONCE = 8192  # cells


@dataclass(frozen=True)
class Column:
    """The columns of some cells, read from stocks and parameters.

    see  name -> (n,) or (k, n) of the topsoil, (2, n) or (2, k, n) of the slots below

    A load is what is cut off or brought: kg m-2 of soil (``soil_mass``), m of it
    (``volume``), amounts per area, and of properties mass times value.
    """

    see: Mapping[str, Array]

    @cached_property
    def constituents(self) -> tuple[Constituent, ...]:
        """What these columns carry besides mass."""
        return present(self.see)

    @cached_property
    def mass(self) -> Array:
        """Mass of the slots, kg m-2, (3, n)."""
        return self._slots(SOIL_MASS)

    @cached_property
    def density(self) -> Array:
        """Bulk density of the slots, kg m-3, (3, n)."""
        return self._slots(DENSITY)

    @cached_property
    def thickness(self) -> Array:
        """Thickness of the slots, m, (3, n)."""
        made: Array = self.mass / self.density
        return made

    @cached_property
    def depth(self) -> Array:
        """Thickness of the whole columns, m, (n,)."""
        h = self.thickness
        made: Array = h[0] + h[1] + h[2]
        return made

    def _slots(self, name: str) -> Array:
        return np.concatenate([self.see[name][None], self.see[below(name)]])

    def top_rows(self, constituent: Constituent) -> list[Array]:
        """What the topsoil holds of a constituent, (n,) each; properties times mass."""
        held = self.see[constituent.name].view()
        if constituent.rule == "property":
            held = held * self.mass[0]
        rows = [held] if held.ndim == 1 else list(held)
        for row in rows:  # all of one kind, which compiled code wants of a tuple
            row.flags.writeable = False
        return rows

    def cut(self, thickness: Array) -> Load:
        """What a cut of ``thickness`` (n,), m, takes; the columns stay as they are."""
        shares = moves(self.thickness, thickness, np.zeros_like(thickness))
        load = {
            SOIL_MASS: _taken(self.see[SOIL_MASS], self.see[below(SOIL_MASS)], shares),
            VOLUME: np.minimum(thickness, self.depth),
        }
        for c in self.constituents:
            top, under = self.see[c.name], self.see[c.below]
            if c.rule == "property":
                top = top * self.mass[0]
                under = under * self.mass[1:]
            load[c.name] = _taken(top, under, shares)
        return load

    def moved(self, cut: Array, load: Load) -> dict[str, Array]:
        """Amounts added to every slot by cutting, then laying ``load`` on top.

        cut  m, (n,); the fill is as thick as the load's volume
        """
        names = (SOIL_MASS, DENSITY, *(c.name for c in self.constituents))
        added = {
            name: np.zeros(self.see[name].shape)
            for name in (*names, *(below(n) for n in names))
        }
        side_by_side(
            self._move,
            [
                (slice(a, a + AT_ONCE), cut, load, added)
                for a in range(0, cut.size, AT_ONCE)
            ],
        )
        return added

    def _move(
        self, part: slice, cut: Array, load: Load, added: dict[str, Array]
    ) -> None:
        """Fill ``added`` for some cells, few enough to stay in cache meanwhile."""
        own = Column({name: array[..., part] for name, array in self.see.items()})
        brought = {name: array[..., part] for name, array in load.items()}
        shares = moves(own.thickness, cut[part], brought[VOLUME])

        def put(name: str, change: Array) -> None:
            added[name][..., part] = change[0]
            added[below(name)][..., part] = change[1:]

        put(SOIL_MASS, own._carried(SOIL_MASS, shares, brought))
        # volumes add, so specific volume mixes by mass
        room = 1.0 / own.density
        looser = own._mixed(room, shares, brought, VOLUME)
        denser = 1.0 / (room + looser) - own.density
        put(DENSITY, np.where(looser == 0.0, 0.0, denser))
        for c in self.constituents:
            if c.rule == "property":
                put(c.name, own._mixed(own._slots(c.name), shares, brought, c.name))
            else:
                put(c.name, own._carried(c.name, shares, brought))

    def _mixed(self, values: Array, shares: Moves, load: Load, name: str) -> Array:
        change = np.zeros_like(values)
        var = VOCABULARY.get(name)
        bounds = (0.0, np.inf) if var is None else (var.low, var.high)
        moved = (shares.flows, shares.out, shares.into)
        mix(values, self.mass, moved, load[SOIL_MASS], load[name], bounds, change)
        return change

    def _carried(self, name: str, shares: Moves, load: Load) -> Array:
        return _carried(self.see[name], self.see[below(name)], shares, load[name])


def _taken(top: Array, under: Array, shares: Moves) -> Array:
    if top.ndim > 1:
        rows = [_taken(t, under[:, k], shares) for k, t in enumerate(top)]
        return np.stack(rows)
    gone = np.zeros_like(top)
    cut_off(top, np.ascontiguousarray(under), shares.out, gone)
    return gone


def _carried(top: Array, under: Array, shares: Moves, load: Array) -> Array:
    """Change of an amount per area in the slots, (3, n) or (3, k, n)."""
    if top.ndim > 1:
        rows = [_carried(t, under[:, k], shares, load[k]) for k, t in enumerate(top)]
        return np.stack(rows, axis=1)
    added = np.zeros((3, top.size))
    given = np.ascontiguousarray(under)
    carry(top, given, shares.flows, shares.out, shares.into, load, added)
    return added
