"""Run what a case names: a function over columns, or a process row by row."""

from __future__ import annotations

import inspect
from calendar import monthrange
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadScenario
from twin.grid import Grid
from twin.process import Process, Step
from twin.vocabulary import VOCABULARY

from ..checked import nearest
from ..model import process_register
from .case import Case
from .functions import FUNCTIONS

Numbers = NDArray[np.float64]
ONE_CELL = Grid("EPSG:32649", "unknown", 0.0, 1.0, 1.0, (1, 1))
ANY_YEAR = 2001  # not a leap year


def run_function(
    case: Case, inputs: Mapping[str, Numbers], where: str
) -> Mapping[str, Numbers]:
    """Call the function with the columns and parameters of the case."""
    name = str(case.function)
    if name not in FUNCTIONS:
        raise BadScenario(f"{where}: {nearest('function', name, FUNCTIONS)}")
    function = FUNCTIONS[name]
    given = {**inputs, **case.parameters}
    wanted = inspect.signature(function).parameters
    for key in given:
        if key not in wanted:
            raise BadScenario(f"{where}: {name}: {nearest('input', key, wanted)}")
    missing = [
        key
        for key, p in wanted.items()
        if key not in given and p.default is inspect.Parameter.empty
    ]
    if missing:
        raise BadScenario(
            f"{where}: {name} also needs {', '.join(missing)}; "
            "add columns of these names to the inputs, or parameters"
        )
    made: Mapping[str, Numbers] = function(**given)
    return made


def run_process(
    case: Case, inputs: Mapping[str, Numbers], where: str
) -> Mapping[str, Numbers]:
    """Run a process on one cell, row by row; with ``start`` the stocks are carried on.

    Columns ``month`` (1 to 12) and ``year`` date a row; otherwise it is January of a
    common year. Values of a plant type are named "stocking.grass".
    """
    process = _process(case, where)
    stocks = dict(case.start or {})
    rows: list[dict[str, float]] = []
    for i in range(len(next(iter(inputs.values()), ()))):
        row = {name: float(column[i]) for name, column in inputs.items()}
        when = _date(row)
        see = {
            name: _value(process, name, {**stocks, **row}, where)
            for name in process.reads
        }
        given = process.step(see, when)
        made = {k: v for n in process.writes for k, v in _named(process, n, given)}
        added = {k: v for n in process.adds for k, v in _named(process, n, given)}
        if case.start is None:
            rows.append({**made, **added})
            continue
        for name, amount in added.items():
            stocks[name] = stocks.get(name, 0.0) + amount
        rows.append({**made, **stocks})
    return {name: np.array([row[name] for row in rows]) for name in (rows or [{}])[0]}


def _process(case: Case, where: str) -> Process:
    name, register = str(case.process), process_register()
    if name not in register:
        raise BadScenario(f"{where}: {nearest('process', name, register)}")
    kind = register[name]
    if kind.scope != "cell":
        raise BadScenario(
            f"{where}: process '{name}' works on whole maps; "
            "name one of its functions with rasters as inputs instead"
        )
    known = inspect.signature(kind).parameters
    for key in case.parameters:
        if key not in known:
            raise BadScenario(f"{where}: {name}: {nearest('parameter', key, known)}")
    made: Process = kind(
        **{
            k: tuple(v) if isinstance(v, list) else v
            for k, v in case.parameters.items()
        }
    )
    return made


def _date(row: dict[str, float]) -> Step:
    year, month = int(row.get("year", ANY_YEAR)), int(row.get("month", 1))
    return Step(year, month, monthrange(year, month)[1], ONE_CELL)


def _value(
    process: Process, name: str, known: Mapping[str, float], where: str
) -> float | Numbers:
    """One value that the process reads: a number for forcings, one cell for others."""
    var = VOCABULARY[name]
    labels = getattr(process, "plant_types", ()) if var.axes else ("",)
    keys = [f"{name}.{label}" if label else name for label in labels]
    missing = [key for key in keys if key not in known]
    if missing:
        raise BadScenario(
            f"{where}: process '{process.name}' also needs {', '.join(missing)}; "
            "add columns of these names to the inputs, or stocks to start"
        )
    if var.kind == "forcing":
        return known[name]
    cells = np.array([[known[key]] for key in keys])
    return cells if var.axes else cells[0]


def _named(
    process: Process, name: str, given: Mapping[str, Numbers]
) -> list[tuple[str, float]]:
    values = np.atleast_1d(given[name])
    if not VOCABULARY[name].axes:
        return [(name, float(values[0]))]
    labels = getattr(process, "plant_types", ())
    return [
        (f"{name}.{label}", float(row[0]))
        for label, row in zip(labels, values, strict=True)
    ]
