"""What runs together: a grid, its zones and the processes in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DeclarationError
from ..grid import Grid
from ..process import Process
from ..vocabulary import VOCABULARY, lookup
from .ordering import ordered, writers


@dataclass(frozen=True)
class Model:
    """Processes on a grid; ``print(model)`` shows what runs in which order.

    zones       (n,) index into ``zone_names`` of each active cell, for the ledger
    zone_names  e.g. parcel ids, the first one for cells outside all of them
    """

    grid: Grid
    processes: tuple[Process, ...]
    zones: NDArray[np.int64] = field(repr=False)
    zone_names: tuple[str, ...] = ("site",)

    def __post_init__(self) -> None:
        """Refuse what cannot run: unknown names, two writers, circles."""
        for process in self.processes:
            for name in (*process.reads, *process.writes, *process.adds):
                lookup(name, f"process '{process.name}'")
            for name in process.adds:
                if VOCABULARY[name].kind != "stock":
                    raise DeclarationError(
                        f"process '{process.name}' adds to '{name}', which is a "
                        f"{VOCABULARY[name].kind}; only stocks are added to"
                    )
        if self.zones.shape != (self.grid.n,):
            raise DeclarationError(
                f"zones have shape {self.zones.shape}; the grid has {self.grid.n} cells"
            )
        _ = self.order

    @cached_property
    def order(self) -> tuple[Process, ...]:
        """The processes as they run, whatever the listing."""
        return ordered(self.processes)

    @cached_property
    def stocks(self) -> tuple[str, ...]:
        """Stocks and parameters that the processes read or add to."""
        names = {n for p in self.processes for n in (*p.reads, *p.adds)}
        return tuple(
            sorted(n for n in names if VOCABULARY[n].kind in ("stock", "parameter"))
        )

    @cached_property
    def forcings(self) -> tuple[str, ...]:
        """Forcings that have to be given."""
        names = {n for p in self.processes for n in p.reads}
        return tuple(sorted(n for n in names if VOCABULARY[n].kind == "forcing"))

    @cached_property
    def unfilled(self) -> tuple[str, ...]:
        """Derived values that are read but that no process writes."""
        written = writers(self.processes)
        names = {n for p in self.processes for n in p.reads}
        return tuple(
            sorted(
                n for n in names if VOCABULARY[n].kind == "derived" and n not in written
            )
        )

    def __repr__(self) -> str:
        """Tree of the processes in their order."""
        rows, columns = self.grid.shape
        lines = [
            f"Model on {rows} x {columns} cells of {self.grid.cell:g} m, "
            f"{self.grid.n} active, {len(self.zone_names)} zones, {self.grid.crs}"
        ]
        for i, process in enumerate(self.order):
            last = i == len(self.order) - 1
            stem, bar = ("└── ", "    ") if last else ("├── ", "│   ")
            lines.append(
                f"{stem}{process.name}  (each {process.every}, {process.scope})"
            )
            for word in ("reads", "writes", "adds"):
                names = getattr(process, word)
                if names:
                    told = ", ".join(f"{n} [{VOCABULARY[n].unit}]" for n in names)
                    lines.append(f"{bar}{word:6s} {told}")
        lines.append(f"forcings: {', '.join(self.forcings) or 'none'}")
        if self.unfilled:
            lines.append(f"unfilled: {', '.join(self.unfilled)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same as a table for notebooks."""
        rows = "".join(
            f"<tr><td>{p.name}</td><td>{p.every}, {p.scope}</td>"
            + "".join(f"<td>{', '.join(getattr(p, w))}</td>" for w in _WORDS)
            + "</tr>"
            for p in self.order
        )
        head = "".join(f"<th>{w}</th>" for w in ("process", "runs", *_WORDS))
        return f"<table><tr>{head}</tr>{rows}</table>"


_WORDS = ("reads", "writes", "adds")


def pool_shape(name: str, sizes: dict[str, int], n: int) -> tuple[Any, ...]:
    """Shape of the array of a Var over n cells."""
    return (*(sizes[axis] for axis in VOCABULARY[name].axes), n)
