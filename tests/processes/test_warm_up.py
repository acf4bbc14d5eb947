"""Kernels are compiled before a run, with the same kinds of arrays as in one."""

from __future__ import annotations

from twin.processes.register import FIRST_SET, PROCESSES
from twin.processes.vegetation_kernel import grow_month
from twin.processes.warm_up import warm_up


def test_warm_up_compiles_every_cell_process_and_reports():
    processes = [PROCESSES[name]() for name in FIRST_SET]
    seen: list[tuple[int, int]] = []

    first = warm_up(processes, lambda done, of: seen.append((done, of)))
    again = warm_up(processes)

    cell = [p for p in processes if p.scope == "cell"]
    assert seen == [(i + 1, len(cell)) for i in range(len(cell))]
    assert again <= max(first, 0.2)
    assert grow_month.signatures
