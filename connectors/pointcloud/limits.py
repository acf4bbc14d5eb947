"""Limits that a decoding child sets itself, and how it talks to its parent."""

from __future__ import annotations

import json
import sys

MEMORY = 4 << 30  # bytes of address space; the parent watches what is really used


def limit_memory(room: int = MEMORY) -> None:
    """Set a hard limit where the system has one."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_data(room: int) -> None:
    """Limit what is really allotted (Linux 4.7 and later), reserved or not."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (room, room))


def say(**told: object) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
