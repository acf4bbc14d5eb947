"""What a process is: one mechanism that declares what it reads, writes and adds."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from .grid import Grid

Array = NDArray[np.float64]
Scope = Literal["cell", "grid"]
Every = Literal["month", "year"]


@dataclass(frozen=True, slots=True)
class Step:
    """When a process runs: one month, or the year that ends with it.

    grid is the site's grid for grid-scope processes; a cell process must not need it.
    """

    year: int
    month: int
    days: int
    grid: Grid

    @property
    def label(self) -> str:
        """ISO month."""
        return f"{self.year:04d}-{self.month:02d}"


@runtime_checkable
class Process(Protocol):
    """One mechanism. A frozen dataclass whose fields are its parameters.

    name    register name, snake_case
    reads   stocks, parameters, forcings and derived values it is given
    writes  derived values it computes, each by this process alone
    adds    stocks it changes: it returns the amount added over the step
    scope   "cell": sees blocks of cells, arrays (b,) or (k, b), and must treat every
            cell alike and alone; "grid": sees whole arrays (n,) of active cells
    every   "month", or "year": runs once, with the last month of each year
    source  literature of the equations

    A process that another one may not run beside names it in ``instead_of``.

    ``step`` is pure: it gets exactly what it declared and returns exactly what it
    promised. Forcings arrive as floats when they are the same everywhere. The stocks
    are those at the start of the step.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    writes: ClassVar[tuple[str, ...]]
    adds: ClassVar[tuple[str, ...]]
    scope: ClassVar[Scope]
    every: ClassVar[Every]
    source: ClassVar[str]

    def step(self, see: Mapping[str, Any], when: Step) -> Mapping[str, Array]:
        """Return every name of ``writes`` and ``adds``."""
        ...


def parameter(
    default: Any,
    *,
    unit: str,
    label: str,
    source: str,
    low: float | None = None,
    high: float | None = None,
    verified: bool = False,
) -> Any:
    """Declare a process parameter once; code, docs and interface read it.

    ``verified`` is True only where the source document or code was read.
    """
    notes = {
        "unit": unit,
        "label": label,
        "source": source,
        "low": low,
        "high": high,
        "verified": verified,
    }
    return field(default=default, metadata=notes)


def parameters(process: type[Any]) -> list[dict[str, Any]]:
    """Return the declared parameters of a process class, as a table."""
    return [
        {
            "name": f.name,
            "default": None if f.default is MISSING else f.default,
            **f.metadata,
        }
        for f in fields(process)
    ]


def cite(process: type[Any]) -> str:
    """Return what a report names when it uses a process: equations, source, values.

    Values whose source was not read are marked; so is nothing else.
    """
    about = inspect.cleandoc(process.__doc__ or "")
    lines = [
        f"{process.name}: {about.split(chr(10) * 2)[0]}",
        f"Source: {process.source}",
    ]
    for row in parameters(process):
        value = f"{row['name']} = {row['default']} {row['unit'] or ''}".rstrip()
        mark = "" if row.get("verified") else " (unverified)"
        lines.append(f"{value}: {row['source']}{mark}")
    return "\n".join(lines)
