"""Compile the kernels of processes before a run, so that nobody waits unseen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..grid import Grid
from ..process import Process, Step
from ..soil.slots import LAYERS
from ..vocabulary import VOCABULARY

ONE_CELL = Grid("EPSG:32649", "unknown", 0.0, 1.0, 1.0, (1, 1))
SUMMER = Step(2001, 7, 31, ONE_CELL)


def _value(process: Process, name: str) -> Any:
    """Anything of the kind that the kernel hands over: a number, or read-only cells."""
    var = VOCABULARY[name]
    if var.kind == "forcing":
        return 15.0
    sizes = {
        "pft": len(getattr(process, "plant_types", ("any",))),
        "soil_layer": len(LAYERS),
    }
    cells = np.ones((*var.lead(sizes), 1))
    cells.flags.writeable = False
    return cells


def warm_up(
    processes: Sequence[Process], report: Callable[[int, int], None] | None = None
) -> float:
    """Step every cell process once on one cell; return the seconds that took.

    processes  those of the run; others than cell processes are left alone
    report     called with (done, all) after each

    The first time on a machine this compiles and takes seconds; later the code comes
    from Numba's cache on disk in a fraction of one.
    """
    began = time.perf_counter()
    cells = [process for process in processes if process.scope == "cell"]
    for done, process in enumerate(cells, start=1):
        with np.errstate(all="ignore"):
            process.step(
                {name: _value(process, name) for name in process.reads}, SUMMER
            )
        if report is not None:
            report(done, len(cells))
    return time.perf_counter() - began
