"""Which processes a scenario runs, with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from twin.errors import BadScenario
from twin.process import Process, parameters
from twin.vocabulary import VOCABULARY

from .checked import nearest

GROUP = "minetwin.processes"


@cache
def process_register() -> Mapping[str, type[Any]]:
    """Every process by name: those shipped and those of the entry-point group."""
    from twin.processes.register import PROCESSES

    found: dict[str, type[Any]] = dict(PROCESSES)
    for point in entry_points(group=GROUP):
        found[point.name] = point.load()
    return MappingProxyType(found)


def _declared(full: str) -> tuple[type[Any], dict[str, Any]]:
    """Find "process.parameter"; ValueError with the nearest name."""
    name, _, key = full.partition(".")
    register = process_register()
    if name not in register:
        raise ValueError(nearest("process", name, register))
    rows = {row["name"]: row for row in parameters(register[name])}
    if key not in rows:
        raise ValueError(f"{name}: {nearest('parameter', key, rows)}")
    return register[name], rows[key]


def check_parameter(full: str, value: float) -> None:
    """Refuse an unknown "process.parameter" or a value outside its declared range."""
    _, row = _declared(full)
    low, high = row.get("low"), row.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(
            f"{full} = {value:g} {row.get('unit', '')} lies outside {low} to {high}; "
            f"its default is {row['default']}"
        )


def first_set(forcings: Iterable[str]) -> list[str]:
    """Names of the default processes for the forcings at hand.

    Of several processes that write the same value the one is taken that uses most of
    the forcings at hand (FAO-56 before Hargreaves where humidity, wind and radiation
    are given), then the one registered first. A process that lacks a forcing is left
    out.
    """
    known = set(forcings)
    chosen: dict[str, str] = {}
    for name, kind in process_register().items():
        needs = [v for v in kind.reads if VOCABULARY[v].kind == "forcing"]
        if not set(needs) <= known:
            continue
        rivals = {other for w in kind.writes if (other := chosen.get(w))}
        if any(_used(other) >= len(needs) for other in rivals):
            continue
        chosen = {w: n for w, n in chosen.items() if n not in rivals}
        chosen |= dict.fromkeys(kind.writes or (f"adds of {name}",), name)
    return [name for name in process_register() if name in set(chosen.values())]


def _used(name: str) -> int:
    reads = process_register()[name].reads
    return sum(VOCABULARY[v].kind == "forcing" for v in reads)


def processes(
    names: Sequence[str], overrides: Mapping[str, float], settings: Mapping[str, Any]
) -> tuple[Process, ...]:
    """Make the processes, with the scenario's parameters.

    settings  values that come from the site (latitude) or the run (plant types), given
              to every process that has a parameter of that name
    """
    made = []
    for name in names:
        kind = process_register()[name]
        own = {f.name for f in fields(kind)}
        chosen = {key: value for key, value in settings.items() if key in own}
        for full, value in overrides.items():
            process, _, key = full.partition(".")
            if process == name:
                chosen[key] = value
        made.append(kind(**chosen))
    unused = [full for full in overrides if full.partition(".")[0] not in names]
    if unused:
        raise BadScenario(
            f"parameters: {', '.join(unused)} belong to no process of this run; "
            f"it runs {', '.join(names)}"
        )
    return tuple(made)
