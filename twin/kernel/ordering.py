"""The order in which processes run: derived values before their readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from ..errors import DeclarationError
from ..process import Process


def writers(processes: Sequence[Process]) -> dict[str, Process]:
    """Which process computes each derived value; two writers are refused."""
    found: dict[str, Process] = {}
    for process in processes:
        for name in process.writes:
            if name in found:
                raise DeclarationError(
                    f"'{name}' is written by both '{found[name].name}' and "
                    f"'{process.name}'; a run takes one of them"
                )
            found[name] = process
    return found


def _apart(by_name: Mapping[str, Process]) -> None:
    """Refuse processes that stand for the same mechanism."""
    for name, process in by_name.items():
        for other in getattr(process, "instead_of", ()):
            if other in by_name:
                raise DeclarationError(
                    f"'{name}' stands instead of '{other}', not beside it: both move "
                    "the same matter; leave one out of processes:"
                )


def ordered(processes: Sequence[Process]) -> tuple[Process, ...]:
    """Sort processes so that each derived value is written before it is read.

    Ties are broken by name, so the listing never matters. A cycle is refused with the
    names on it.
    """
    by_name = {process.name: process for process in processes}
    if len(by_name) < len(processes):
        twice = sorted(
            {p.name for p in processes if [q.name for q in processes].count(p.name) > 1}
        )
        raise DeclarationError(f"listed twice: {', '.join(twice)}; list each once")
    _apart(by_name)
    writes = writers(processes)
    graph = {
        name: {writes[read].name for read in process.reads if read in writes}
        for name, process in by_name.items()
    }
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        raise DeclarationError(
            f"processes wait for each other: {' -> '.join(error.args[1])}; "
            "let one of them read a stock instead of a derived value"
        ) from None
    order: list[Process] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += [by_name[name] for name in ready]
        sorter.done(*ready)
    return tuple(order)
