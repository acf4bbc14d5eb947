"""Lines in a frame: sections through two grounds, and the variogram of the error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .scales import ticks, written
from .svg import drawing, element, path, text

WIDTH, HEIGHT = 720.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 34.0, 44.0
ROOM, KEY = 220.0, 26.0  # left for the axis' name beside the key; a row of its own
INK, QUIET = "#1d2b2a", "#dde3e0"
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A named line (dots where it has no stroke); NaN breaks it."""

    name: str
    x: Values
    y: Values
    colour: str
    dots: bool = False
    dash: str | None = None


def lines_figure(
    lines: Sequence[Line],
    *,
    across: str,
    up: str,
    label: str,
    floor: float | None = None,
) -> str:
    """Draw lines with axes, round ticks and a key, as SVG.

    floor  lowest value of the upright axis, where it should be drawn
    """
    x_all = np.concatenate([line.x for line in lines])
    y_all = np.concatenate([line.y[np.isfinite(line.y)] for line in lines])
    low, high = float(y_all.min()), float(y_all.max())
    room = 0.06 * max(high - low, 1e-6)
    low, high = low - room if floor is None else min(floor, low), high + room
    x0, x1 = float(x_all.min()), float(x_all.max())
    crowded = sum(_width(line) for line in lines) > WIDTH - ROOM
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: Values, y: Values) -> tuple[Values, Values]:
        return (
            LEFT + wide * (x - x0) / max(x1 - x0, 1e-12),
            TOP + tall * (high - y) / max(high - low, 1e-12),
        )

    parts = [_grid((x0, x1), (low, high), across, up)]
    parts += [_drawn(line, *place(line.x, line.y)) for line in lines]
    if not crowded:
        return drawing(WIDTH, HEIGHT, *parts, _key(lines), label=label)
    # many names: the key gets a row of its own under the frame
    key = element("g", _key(lines), transform=f"translate(0,{HEIGHT})")
    return drawing(WIDTH, HEIGHT + KEY, *parts, key, label=label)


def _drawn(line: Line, x: Values, y: Values) -> str:
    if line.dots:
        good = np.isfinite(y)
        return "".join(
            element("circle", cx=float(a), cy=float(b), r=3.2, fill=line.colour)
            for a, b in zip(x[good], y[good], strict=True)
        )
    pieces = []
    breaks = np.flatnonzero(~np.isfinite(y))
    for stretch in np.split(np.arange(y.size), breaks):
        part = stretch[np.isfinite(y[stretch])]
        if part.size > 1:
            pieces.append(
                path(zip(x[part], y[part], strict=True), stroke=line.colour,
                     stroke_width=1.8, stroke_dasharray=line.dash)
            )  # fmt: skip
    return "".join(pieces)


def _grid(
    xs: tuple[float, float], ys: tuple[float, float], across: str, up: str
) -> str:
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    base = TOP + tall
    parts = []
    marks = ticks(*ys, 6)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for value in marks:
        y = TOP + tall * (ys[1] - value) / (ys[1] - ys[0])
        parts.append(element("path", d=f"M{LEFT},{y:.2f}h{wide}", stroke=QUIET))
        parts.append(text(written(value, step), LEFT - 8, y + 4, text_anchor="end"))
    marks = ticks(*xs, 8)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for value in marks:
        x = LEFT + wide * (value - xs[0]) / max(xs[1] - xs[0], 1e-12)
        parts.append(element("path", d=f"M{x:.2f},{base}v5", stroke=INK))
        parts.append(text(written(value, step), x, base + 18, text_anchor="middle"))
    parts.append(element("path", d=f"M{LEFT},{base}h{wide}", stroke=INK))
    parts.append(text(across, LEFT + wide / 2, HEIGHT - 8, text_anchor="middle"))
    parts.append(text(up, LEFT - 52, TOP - 18, text_anchor="start"))
    return "".join(parts)


def _width(line: Line) -> float:
    """Room of a name and its stroke in the key."""
    # two thirds of an em a letter, a whole one for a Chinese character
    return 42 + sum(12.0 if ord(c) > 0x2E80 else 6.9 for c in line.name)


def _key(lines: Sequence[Line]) -> str:
    parts, x = [], WIDTH - RIGHT
    for line in reversed(lines):
        parts.append(text(line.name, x, 16, text_anchor="end"))
        x -= _width(line) - 34
        if line.dots:
            parts.append(element("circle", cx=x - 8, cy=12, r=3.2, fill=line.colour))
        else:
            parts.append(
                element("path", d=f"M{x - 18:.1f},12h16", stroke=line.colour,
                        stroke_width=2.4, stroke_dasharray=line.dash)
            )  # fmt: skip
        x -= 34
    return "".join(parts)
