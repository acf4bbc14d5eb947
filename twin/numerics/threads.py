"""Threads for loops that release the lock: how many, and a few jobs side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def workers() -> int:
    """Threads to use: MINETWIN_THREADS, or all cores."""
    return int(os.environ.get("MINETWIN_THREADS", "0")) or os.cpu_count() or 1


def side_by_side(
    function: Callable[..., T], jobs: Sequence[tuple[Any, ...]]
) -> list[T]:
    """Call ``function`` with each tuple of arguments; results in the jobs' order."""
    if len(jobs) < 2 or workers() < 2:
        return [function(*job) for job in jobs]
    with ThreadPoolExecutor(min(workers(), len(jobs))) as pool:
        return list(pool.map(lambda job: function(*job), jobs))


def halves(n: int) -> tuple[slice, ...]:
    """Parts of ``n`` cells for ``side_by_side``; alike on every machine."""
    middle = n // 2
    return (slice(0, middle), slice(middle, n))
