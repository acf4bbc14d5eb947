"""A hundred members on 200 x 200 cells for 360 months, on all cores."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

from scenarios.ensemble.members import alone
from scenarios.scenario import DEFAULT_LAYERS
from twin.kernel import Forcing, Output, simulate
from twin.numerics.threads import workers

MEMBERS = int(os.environ.get("MINETWIN_BENCH_MEMBERS", "100"))
CELLS = 200  # along a side


class Nowhere:
    """Takes the layers and keeps none."""

    def write(self, index: int, layers: object) -> None:
        """Keep nothing."""

    def checkpoint(self, arrays: object, about: object) -> None:
        """Keep nothing."""


@cache
def start() -> tuple[Any, Any]:
    """Model and state that every member begins with, made once a process."""
    os.environ["MINETWIN_BENCH_SIDE"] = str(CELLS)
    from bench.coupled import prepared

    return prepared()


def member(index: int) -> float:
    """Run one member on the demo mine's ground; its CPU time, s."""
    model, state = start()
    from bench.coupled import BEGIN, YEARS, weather

    drawn = weather()
    drawn["precipitation"] = drawn["precipitation"] * (0.8 + 0.004 * index)
    started = time.process_time()
    simulate(
        model, state, Forcing(BEGIN, drawn), until=(BEGIN[0] + YEARS, 1),
        output=Output("year", DEFAULT_LAYERS), writer=Nowhere(),
    )  # fmt: skip
    return time.process_time() - started


def run() -> dict[str, object]:
    """Time all members, worker processes and their start included."""
    member(0)  # compile, or read the cache, before the clock starts
    started = time.perf_counter()
    pool = ProcessPoolExecutor(workers(), get_context("spawn"), initializer=alone)
    with pool:
        spent = list(pool.map(member, range(MEMBERS)))
    seconds = time.perf_counter() - started
    return {
        "members": MEMBERS,
        "seconds (limit 120 for 100)": seconds,
        "CPU seconds a member": sum(spent) / MEMBERS,
        "million cell-months a second": MEMBERS * CELLS**2 * 360 / seconds / 1e6,
    }
