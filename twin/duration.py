"""Lengths of time as people write them ("2h", "30 min", "1d"), in seconds inside."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|min|h|d)\s*")


def seconds(given: Any) -> float:
    """Turn "2h" into 7200.0; a number without unit is refused, for none is guessed."""
    found = _WRITTEN.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(
            f"'{given}' is not a length of time; write a number with s, min, h or d, "
            "such as 30min or 2h"
        )
    return float(found.group(1)) * SECONDS[found.group(2)]


def written(length: float) -> str:
    """Inverse of ``seconds``, in the largest unit that gives a whole number."""
    for unit in ("d", "h", "min"):
        if length and length % SECONDS[unit] == 0.0:
            return f"{length / SECONDS[unit]:g}{unit}"
    return f"{length!r}s".replace(".0s", "s")


Duration = Annotated[
    float,
    BeforeValidator(lambda given: seconds(given)),
    PlainSerializer(lambda length: written(length), return_type=str),
    Field(gt=0.0),
]
