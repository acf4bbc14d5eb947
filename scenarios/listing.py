"""The process register as plain data."""

from __future__ import annotations

import inspect
from typing import Any

from twin.process import parameters

from .model import process_register


def process_rows() -> list[dict[str, Any]]:
    """One row per process: what it is, its declaration and its parameters."""
    return [
        {
            "name": name,
            "what": (inspect.getdoc(kind) or "").split("\n")[0],
            "scope": kind.scope,
            "every": kind.every,
            "reads": list(kind.reads),
            "writes": list(kind.writes),
            "adds": list(kind.adds),
            "source": kind.source,
            "parameters": parameters(kind),
        }
        for name, kind in sorted(process_register().items())
    ]
