"""Progress with an estimate, on a terminal only; silent everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int], None]
"""Called with how much is done, and of how much."""


@contextmanager
def bar(label: str) -> Iterator[Report]:
    """Give a callback (done, total) that draws a bar on the error stream.

    Nothing is drawn, and rich is not even loaded, when that stream is no terminal.
    """
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as drawn:
        task = drawn.add_task(label, total=None)

        def report(done: int, total: int) -> None:
            drawn.update(task, completed=done, total=total)

        yield report


def _silent(done: int, total: int) -> None:
    """Draw nothing."""
