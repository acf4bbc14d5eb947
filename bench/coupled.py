"""The first set of processes, coupled: 1000 x 1000 cells, 360 months, store included.

The limit it is held against: 120 s and 6 GiB on two cores for the monthly set with the
soil column, roots and seeds (60 s and 4 GiB before them), and 250 MB/s of cube written
within the run. Reading: one month's map under 20 ms, one cell's series under 100 ms.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from scipy.ndimage import zoom

from scenarios.demo.truth import demo_truth
from scenarios.initial import DEFAULT_GROUND, initial_state
from scenarios.scenario import DEFAULT_LAYERS
from twin.grid import Grid
from twin.kernel import Forcing, Model, Output, simulate
from twin.processes.register import FIRST_SET, PROCESSES
from twin.state import State
from twin.store import Run, RunWriter

SIDE = int(os.environ.get("MINETWIN_BENCH_SIDE", "1000"))
YEARS = int(os.environ.get("MINETWIN_BENCH_YEARS", "30"))
TYPES = ("robinia", "alfalfa", "pioneer")
BEGIN = (2025, 1)


def ground() -> np.ndarray:
    """The demo mine's ground with 3 cm of survey noise (rows * columns), m."""
    truth = demo_truth().ground
    fine = zoom(truth, SIDE / truth.shape[0], order=1)
    noise = np.random.default_rng(7).normal(0, 0.03, fine.shape)
    return np.asarray((fine + noise)[:SIDE, :SIDE].ravel())


def weather() -> dict[str, np.ndarray]:
    """A semi-arid continental year, repeated with seeded scatter."""
    rng = np.random.default_rng(11)
    month = np.arange(YEARS * 12) % 12
    mean = 8 - 16 * np.cos(2 * np.pi * (month - 0.5) / 12)
    rain = np.array([3, 4, 9, 20, 30, 50, 100, 110, 55, 22, 9, 3])[month]
    rain = rain * rng.gamma(8, 1 / 8, month.size)
    return {
        "air_temperature": mean,
        "air_temperature_min": mean - 6.5,
        "air_temperature_max": mean + 6.5,
        "precipitation": rain,
        "rainfall_erosivity": np.where(rain > 20, 3.0 * rain, 0.0),
    }


def prepared() -> tuple[Model, State]:
    """Model and state on the demo mine, two fifths of it planted."""
    grid = Grid("EPSG:32649", "EPSG:5737", 5e5, 4.37e6, 1500 / SIDE, (SIDE, SIDE))
    zones = (np.arange(grid.n) * 5 // grid.n).astype(np.int64)
    blocks = [dict(DEFAULT_GROUND, plants={}) for _ in range(5)]
    blocks[1]["plants"] = {"robinia": {"age": 3.0, "stocking": 0.6}}
    blocks[2]["plants"] = {"alfalfa": {"age": 1.0, "stocking": 0.8}}
    settings = {"latitude": 39.5, "plant_types": TYPES}
    made = []
    for name in FIRST_SET:
        kind = PROCESSES[name]
        own = {k: v for k, v in settings.items() if k in kind.__dataclass_fields__}
        made.append(kind(**own))
    state = initial_state(
        grid, ground(), zones, ground=blocks, start=BEGIN, plant_types=TYPES
    )
    return Model(grid, tuple(made), zones, tuple("abcde")), state


def run() -> dict[str, object]:
    """Time the run, the writing within it and the reading afterwards."""
    model, state = prepared()
    output = Output("year", tuple(n for n in DEFAULT_LAYERS))
    until = (BEGIN[0] + YEARS, 1)
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "run"
        writer = RunWriter.create(
            folder, grid=model.grid, times=output.times(BEGIN, until),
            layers=output.layers, axes=state.axes, zones=model.zones,
            zone_names=model.zone_names, about={},
        )  # fmt: skip
        started, peak = time.perf_counter(), [0]

        def look(done: int, total: int) -> None:
            peak[0] = max(peak[0], process.memory_info().rss)

        out = simulate(
            model, state, Forcing(BEGIN, weather()), until=until, output=output,
            writer=writer, progress=look,
        )  # fmt: skip
        writer.finish(closure=out.closure, files={"ledger.csv": out.ledger.to_csv()})
        seconds = time.perf_counter() - started
        made = Run.open(folder)
        raw = len(made.times) * len(made.layers) * model.grid.n * 4
        return {
            "cells": model.grid.n,
            "months": YEARS * 12,
            "seconds (limit 120)": seconds,
            "peak GiB (limit 6)": peak[0] / 2**30,
            "million cell-months a second": model.grid.n * YEARS * 12 / seconds / 1e6,
            "largest residual": max(out.closure.values()),
            **_writing(made, raw),
            **_reading(made),
        }


def _writing(made: Run, raw: int) -> dict[str, object]:
    """Write the same cube again, alone, and hold it against a plain file."""
    data = [made.map(name, 1) for name in made.layers]
    with tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        writer = RunWriter.create(
            Path(home) / "again", grid=made.grid, times=made.times, layers=made.layers,
            axes={}, zones=made.zones.astype(np.int64), zone_names=made.zone_names,
            about={},
        )  # fmt: skip
        for index in range(len(made.times)):
            cells = {n: a.ravel() for n, a in zip(made.layers, data, strict=True)}
            writer.write(index, cells)
        writer.publish()
        own = raw / (time.perf_counter() - started) / 1e6
        writer.close()
        started = time.perf_counter()
        with (Path(home) / "plain").open("wb") as plain:
            for _ in made.times:
                for array in data:
                    plain.write(array.tobytes())
        peer = raw / (time.perf_counter() - started) / 1e6
    return {
        "cube MB": raw / 1e6,
        "store MB/s, hashed (limit 250)": own,
        "plain file MB/s": peer,
        "store / plain file": own / peer,
    }


def _reading(made: Run) -> dict[str, object]:
    maps, series = [], []
    rng = np.random.default_rng(3)
    for index in range(min(len(made.times), 12)):
        started = time.perf_counter()
        made.map("soil_organic_carbon", index)
        maps.append(time.perf_counter() - started)
        row, column = rng.integers(0, SIDE, 2)
        started = time.perf_counter()
        made.series("soil_organic_carbon", int(row), int(column))
        series.append(time.perf_counter() - started)
    return {
        "map ms (limit 20)": 1e3 * median(maps),
        "series ms (limit 100)": 1e3 * median(series),
    }
