"""Clouds that are not LAS: told apart by ending, looked at, counted in the child."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import UnreadableFile

from .e57_points import e57_chunks, look_at_e57
from .guard import decoded
from .header import LasHeader, read_header
from .ply_points import look_at_ply, ply_chunks
from .text_points import look_at_text, text_chunks

LAS = (".las", ".laz")
TEXT = (".xyz", ".csv", ".txt", ".dat", ".asc", ".pts")
ENDINGS = (*LAS, ".ply", ".e57", *TEXT)
Decoder = Callable[[Path, dict[str, Any], int], Iterator[dict[str, Any]]]
DECODERS: dict[str, Decoder] = {
    "ply": ply_chunks,
    "text": text_chunks,
    "e57": e57_chunks,
}


def decoder(kind: str) -> Decoder:
    """Generator of columns for a kind of file; runs in the child."""
    return DECODERS[kind]


def look(path: Path, columns: str | None = None) -> LasHeader:
    """Header of a cloud of any kind; of others than LAS all points are read once.

    columns  of a text without header line, e.g. "x y z" or "number code x y z"

    Raises UnreadableFile, InputError where the columns of a text are not known.
    """
    ending = path.suffix.lower()
    if ending in LAS:
        return read_header(path)
    try:
        if not path.stat().st_size:
            raise UnreadableFile(f"{path}: is empty (byte 0); export it again")
        if ending == ".ply":
            request, notes = look_at_ply(path)
        elif ending == ".e57":
            request, notes = look_at_e57(path)
        elif ending in TEXT:
            request, notes = look_at_text(path, columns)
        else:
            raise UnreadableFile(
                f"{path}: a cloud is one of {' '.join(ENDINGS)}, not '{ending}'; "
                "export it so"
            )
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be opened ({error.strerror}); check the name"
        ) from error
    return _counted(path, request, notes)


def _counted(path: Path, request: dict[str, Any], notes: tuple[str, ...]) -> LasHeader:
    three = (0.0, 0.0, 0.0)
    header = LasHeader(
        path, (0, 0), -1, -1, (1.0, 1.0, 1.0), three, three, three,
        compressed=False, notes=notes, request=json.dumps(request),
    )  # fmt: skip
    n, low, high = 0, np.full(3, np.inf), np.full(3, -np.inf)
    for points in decoded(header):
        for axis, values in enumerate((points.x, points.y, points.z)):
            low[axis] = min(low[axis], values.min())
            high[axis] = max(high[axis], values.max())
            wrong = np.flatnonzero(~np.isfinite(values))
            if wrong.size:
                raise UnreadableFile(
                    f"{path}: point {n + int(wrong[0]) + 1} has the {'xyz'[axis]} "
                    f"{values[wrong[0]]}, no number; take such points out and export "
                    "the cloud again"
                )
        n += points.x.size
    if not n:
        raise UnreadableFile(
            f"{path}: holds no point (it ends after its header); export it again"
        )
    claimed = request.get("points")
    if claimed is not None and claimed != n:
        notes = (*notes, f"the header claims {claimed} points, {n} are usable")
    lowest, highest = ((float(a), float(b), float(c)) for a, b, c in (low, high))
    return replace(header, points=n, low=lowest, high=highest, notes=notes)
