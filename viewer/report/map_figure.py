"""A difference as a map that can be filed: scale, north, CRS, datum, unit, source."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.grid import Grid

from .picture import diverging, png, table_of, thinned
from .scales import round_down, round_up, ticks, written
from .svg import drawing, element, text
from .words import Language, word

WIDTH, MARGIN, FOOT = 720.0, 14.0, 96.0
BEYOND = 98.0  # percent of |values| that the colours span; the ends take the rest


@dataclass(frozen=True)
class Outline:
    """A parcel on the map: its id, its name, its polygon in the grid's CRS."""

    id: str
    name: str
    shape: Any


def difference_map(
    values: NDArray[np.floating],
    ground: NDArray[np.floating],
    grid: Grid,
    outlines: Sequence[Outline],
    *,
    title: str,
    source: str,
    language: Language,
    hatched: bool = False,
) -> str:
    """Draw values (rows, columns), m, over relief, as SVG; zero is the middle colour.

    ground   heights for the relief; where only they are known the map is grey
    hatched  whether cells without a value are known ground that is hatched
    """
    shown, step = thinned(values)
    relief, _ = thinned(ground)
    cell = grid.cell * step
    most = span_of(values)
    height = WIDTH * shown.shape[0] / shown.shape[1]
    images = [
        _image(_grey(relief, cell), height),
        _hatching(height) if hatched else "",
        _image(diverging(shown, most, relief, cell), height),
    ]
    scale = WIDTH / (grid.cell * grid.shape[1])  # px per m
    parts = [
        *images,
        _outlines(outlines, grid, scale),
        _north(language),
        _scale_bar(scale, height),
        _colour_bar(most, height),
        text(f"{grid.crs} · {word(language, 'heights_in', datum=grid.vertical)} · "
             f"{source}", MARGIN, height + FOOT - 8.0, font_size=11, fill="#5b6b68"),
    ]  # fmt: skip
    return drawing(WIDTH, height + FOOT, *parts, label=title)


def span_of(values: NDArray[np.floating]) -> float:
    """A round end for the colours of a difference, beyond nearly all of it."""
    known = np.abs(values[np.isfinite(values)])
    if not known.size:
        return 1.0
    typical = max(float(np.percentile(known, BEYOND)), 1e-3)
    step = round_up(typical / 5.0)
    return step * float(np.ceil(typical / step))


def _image(pixels: NDArray[np.uint8], height: float) -> str:
    data = base64.b64encode(png(pixels)).decode()
    return element(
        "image", href=f"data:image/png;base64,{data}", x=0, y=0, width=WIDTH,
        height=height, preserveAspectRatio="none", image_rendering="pixelated",
    )  # fmt: skip


def _grey(relief: NDArray[np.float64], cell: float) -> NDArray[np.uint8]:
    flat = np.where(np.isfinite(relief), 0.0, np.nan)
    made = diverging(flat, 1.0, relief, cell)
    light = made[..., :3].astype(np.float64).mean(axis=2)
    made[..., :3] = light[..., None]
    return made


def _hatching(height: float) -> str:
    stripes = element(
        "pattern",
        element("path", d="M0,6L6,0", stroke="#1d2b2a", stroke_width=0.9),
        id="unsure", width=6, height=6, patternUnits="userSpaceOnUse",
    )  # fmt: skip
    sheet = element(
        "rect", x=0, y=0, width=WIDTH, height=height, fill="url(#unsure)", opacity=0.45
    )
    return element("defs", stripes) + sheet


def _outlines(outlines: Sequence[Outline], grid: Grid, scale: float) -> str:
    lines, names = [], []
    for outline in outlines:
        for ring in _rings(outline.shape):
            xy = [((x - grid.west) * scale, (grid.north - y) * scale) for x, y in ring]
            d = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in xy) + "Z"
            lines.append(element("path", d=d, fill="none"))
        at = outline.shape.representative_point()
        x, y = (at.x - grid.west) * scale, (grid.north - at.y) * scale
        names.append(
            text(outline.name, x, y, text_anchor="middle", font_size=11,
                 font_weight=600, stroke="#ffffff", stroke_width=3.0,
                 paint_order="stroke", stroke_linejoin="round")
        )  # fmt: skip
    drawn = "".join(lines)
    return (
        element("g", drawn, stroke="#ffffff", stroke_width=2.2, opacity=0.9)
        + element("g", drawn, stroke="#1d2b2a", stroke_width=0.9)
        + "".join(names)
    )


def _rings(shape: Any) -> list[Any]:
    found = []
    for part in shapely.get_parts(shape):
        found += [part.exterior.coords, *(hole.coords for hole in part.interiors)]
    return [[point[:2] for point in ring] for ring in found]


def _north(language: Language) -> str:
    x, y = WIDTH - 30.0, 22.0
    return element(
        "g",
        element("circle", cx=x, cy=y + 12, r=20, fill="#ffffff", opacity=0.85)
        + element("path", d=f"M{x},{y - 3}L{x + 6},{y + 15}L{x},{y + 11}"
                  f"L{x - 6},{y + 15}Z", fill="#1d2b2a")
        + text(word(language, "north"), x, y + 27, text_anchor="middle",
               font_size=11, font_weight=700),
    )  # fmt: skip


def _scale_bar(scale: float, height: float) -> str:
    metres = round_down(0.25 * WIDTH / scale)
    length = metres * scale
    x, y = MARGIN, height + 22.0
    label = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    half = length / 2
    return "".join(
        [
            element("rect", x=x, y=y, width=half, height=6, fill="#1d2b2a",
                    data_metres=f"{metres:g}", data_pixels=f"{length:.3f}"),
            element("rect", x=x + half, y=y, width=half, height=6, fill="#ffffff",
                    stroke="#1d2b2a", stroke_width=1),
            text("0", x, y + 20, text_anchor="start"),
            text(label, x + length, y + 20, text_anchor="end"),
        ]
    )  # fmt: skip


def _colour_bar(most: float, height: float) -> str:
    width, x0, y = 0.48 * WIDTH, 0.48 * WIDTH, height + 22.0
    colours = table_of("vik")
    one = width / len(colours)
    bars = [
        element("rect", x=x0 + i * one, y=y, width=one + 0.4, height=12,
                fill="#" + bytes(c).hex())
        for i, c in enumerate(colours)
    ]  # fmt: skip
    marks = ticks(-most, most, 7)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    labels = []
    for value in marks:
        x = x0 + width * (value + most) / (2 * most)
        labels.append(element("path", d=f"M{x:.2f},{y + 12}v4", stroke="#1d2b2a"))
        labels.append(
            text(written(value, step, sign=True), x, y + 28, text_anchor="middle")
        )
    labels.append(text("m", x0 + width, y - 5, text_anchor="end"))
    return "".join(bars + labels)
