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
from twin.vocabulary.alternatives import DEAD

from .checked import nearest

GROUP = "minetwin.processes"
USUAL = "default"  # in a scenario's processes: all that would run without the key


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


def parameter_row(full: str) -> dict[str, Any]:
    """Declaration of "process.parameter"; ValueError with the nearest name."""
    return _declared(full)[1]


def check_parameter(full: str, value: float) -> None:
    """Refuse an unknown "process.parameter" or a value outside its declared range."""
    _, row = _declared(full)
    low, high = row.get("low"), row.get("high")
    if (low is not None and value < low) or (high is not None and value > high):
        unit = f" {row['unit']}" if row.get("unit", "1") not in ("", "1") else ""
        raise ValueError(
            f"{full} = {value:g}{unit} lies outside {low} to {high}; "
            f"its default is {row['default']}"
        )


def first_set(forcings: Iterable[str]) -> list[str]:
    """Names of the default processes for the forcings at hand.

    The shipped first set; where another process writes the same values from more of
    the forcings at hand, that one is taken (FAO-56 instead of Hargreaves where
    humidity, wind and radiation are given; Oudin where only mean temperature is).
    Those of BY_NAME_ONLY are never taken.
    """
    from twin.processes.register import FIRST_SET

    known = set(forcings)
    return [_richest(name, known) for name in FIRST_SET]


def named_set(names: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Processes of a scenario, with ``default`` spelled out as the usual ones.

    Of these, those are left out that another named one stands instead of: it says so,
    or writes one of the same values.
    """
    others = [name for name in names if name != USUAL]
    if USUAL not in names:
        return others
    register = process_register()
    gone = {x for n in others for x in getattr(register[n], "instead_of", ())}
    written = {value for name in others for value in register[name].writes}
    gone |= {name for name in usual if written & {*register[name].writes}}
    return [*(n for n in usual if n not in gone and n not in others), *others]


def soil_set(limits: Sequence[str], carried: Sequence[str]) -> list[str]:
    """Processes that join the first set for what the site states of its soil."""
    sour = {"sulfide_sulfur", "neutralising_potential"} <= {*carried}
    moved = ["soil_acidity"] if sour else []
    metals = any(name.endswith("_available_share") for name in carried)
    moved += ["metal_cycle"] if metals else []
    fed = ["nitrogen_cycle"] if "soil_nitrogen" in limits else []
    return [*(["growth_limits", *fed] if limits else []), *moved]


def asked_set(layers: Iterable[str], names: Iterable[str]) -> list[str]:
    """Processes that alone can write a layer which the scenario asks for."""
    register, chosen = process_register(), [*names]
    made: list[str] = []
    for layer in layers:
        if VOCABULARY[layer].kind != "derived":
            continue
        known = [n for n, kind in register.items() if layer in kind.writes]
        if len(known) == 1 and known[0] not in (*chosen, *made):
            made += known
    return made


def dead_pools(names: Iterable[str]) -> tuple[str, ...]:
    """Pools of dead matter that these processes keep beyond litter and dead wood."""
    kept = {name for process in names for name in process_register()[process].adds}
    return tuple(name for name in DEAD if name in kept)


def growing(names: Iterable[str]) -> str:
    """Name of the process by which plants grow; ``vegetation`` where there is none."""
    from twin.processes.vegetation import Vegetation

    register = process_register()
    own = (name for name in names if issubclass(register[name], Vegetation))
    return next(own, Vegetation.name)


def _richest(name: str, known: set[str]) -> str:
    """Among the processes with the same writes, the one using most known forcings."""
    from twin.processes.register import BY_NAME_ONLY

    register = process_register()
    kind = register[name]
    rivals = [
        other
        for other, rival in register.items()
        if kind.writes
        and set(rival.writes) == set(kind.writes)
        and rival.adds == kind.adds
        and other not in BY_NAME_ONLY
    ]
    rivals = [r for r in [name, *rivals] if _forcings(r) <= known]
    return max(rivals, key=lambda r: len(_forcings(r)), default=name)


def _forcings(name: str) -> set[str]:
    reads = process_register()[name].reads
    return {v for v in reads if VOCABULARY[v].kind == "forcing"}


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
