"""Round numbers for axes, colour bars and scale bars."""

from __future__ import annotations

import math


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers within [low, high], at most ``most``; steps of 1, 2 or 5."""
    span = high - low
    if not (math.isfinite(span) and span > 0.0):
        return [low]
    step = round_up(span / max(most - 1, 1))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [0.0 if k == 0 else k * step for k in range(first, last + 1)]


def round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if m * power >= value * 0.999)


def round_down(value: float) -> float:
    """The 1, 2 or 5 times a power of ten that fits in."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(m * power for m in (1.0, 2.0, 5.0) if m * power <= value * 1.001)


def written(value: float, step: float, *, sign: bool = False) -> str:
    """A number with as many decimals as its step has."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0.0 else 0
    if value == 0.0:  # neither +0 nor -0
        return f"{0.0:.{decimals}f}"
    return f"{value:+,.{decimals}f}" if sign else f"{value:,.{decimals}f}"
