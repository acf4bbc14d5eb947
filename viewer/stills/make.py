"""Stills and films of the grounds of a site, to a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenarios.grounds import ground_of
from twin.errors import InputError
from twin.site import Site
from twin.surface import Surface

from ..report.map_figure import span_of
from .caption import Caption
from .scene import Pixels, View, still

FRAMES, MILLISECONDS = 48, 80
STILLS, FILMS = (".png", ".jpg"), (".gif", ".png", ".webp")


def write_still(
    site: Site, ground: str, path: Path, view: View, against: str | None = None
) -> Path:
    """Draw a ground, with what changed since ``against`` draped over it."""
    _ending(path, STILLS)
    shown = ground_of(site, ground)
    other = None if against is None else ground_of(site, against)
    _save(path, [_drawn(site, shown, other, view)])
    return path


def write_film(
    site: Site, ground: str, path: Path, view: View, into: str | None = None
) -> Path:
    """Go once around a ground; or from it ``into`` another, and back."""
    _ending(path, FILMS)
    first = ground_of(site, ground)
    if into is None:
        turns = np.linspace(0.0, 360.0, FRAMES, endpoint=False)
        views = [replace(view, azimuth=view.azimuth + turn) for turn in turns]
        _save(path, [_drawn(site, first, None, each) for each in views])
        return path
    second = ground_of(site, into)
    if first.grid.differences(second.grid):
        raise InputError(f"'{ground}' and '{into}' lie on different cells")
    there = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, FRAMES // 2))
    frames = [
        _drawn(site, _between(first, second, float(share)), first, view)
        for share in there
    ]
    _save(path, [*frames, *frames[::-1]])
    return path


def _between(first: Surface, second: Surface, share: float) -> Surface:
    """Part of the way, shown as such and never as a ground of its own."""
    mixed = first.elevation + np.float32(share) * (second.elevation - first.elevation)
    label = f"{first.id} → {second.id}"
    return replace(second, id=label, elevation=mixed, error=None, layers={}, tin=None)


def _drawn(site: Site, shown: Surface, other: Surface | None, view: View) -> Pixels:
    values: NDArray[np.float32] | None = None
    most = 1.0
    title = f"{site.config.name}: {shown.id}"
    source = ", ".join(name for name in shown.source if name != "settings")
    lines = [
        f"{shown.grid.crs}, heights in {shown.grid.vertical}, cells of "
        f"{shown.grid.cell:g} m",
        f"{shown.kind} {shown.date}; made from {source}",
    ]
    if other is not None:
        values = shown.elevation - other.elevation
        most = span_of(values)
        title = f"{title} minus {other.id}"
    if view.exaggeration != 1.0:
        lines.append(f"heights drawn {view.exaggeration:g} times as high")
    if site.config.synthetic:
        lines.append("synthetic site: nothing here is real")
    caption = Caption(title, lines)
    return still(shown.elevation, shown.grid, view, caption, values=values, most=most)


def _ending(path: Path, known: tuple[str, ...]) -> None:
    if path.suffix.lower() not in known:
        raise InputError(f"{path}: written as {', '.join(known)}, not '{path.suffix}'")


def _save(path: Path, frames: list[Pixels]) -> None:
    from PIL import Image

    pictures = [Image.fromarray(frame) for frame in frames]
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(pictures) == 1:
        pictures[0].save(path)
        return
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=MILLISECONDS, loop=0
    )
