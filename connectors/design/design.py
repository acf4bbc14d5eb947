"""What a design file holds, whatever its kind: triangles, lines and references."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, UnreadableFile, unknown_name
from twin.tin import Tin

Points = NDArray[np.float64]
Lines = tuple[Points, ...]

# Metres per unit of length, by the names that files and people use.
METRES = {
    "m": 1.0,
    "meter": 1.0,
    "metre": 1.0,
    "mm": 0.001,
    "millimeter": 0.001,
    "cm": 0.01,
    "centimeter": 0.01,
    "dm": 0.1,
    "km": 1000.0,
    "kilometer": 1000.0,
    "foot": 0.3048,
    "ussurveyfoot": 1200.0 / 3937.0,
    "inch": 0.0254,
    "mile": 1609.344,
}


@dataclass(frozen=True)
class Design:
    """One design as it was drawn, in metres.

    tin         its triangles, or None when it has lines only
    breaklines, boundaries, contours  each line (n, 3): east, north, elevation, m;
                NaN elevation where the file gives none
    crs, vertical  as the file names them, or as stated; None when neither does
    source      the file it was read from, or None
    """

    name: str
    tin: Tin | None = None
    breaklines: Lines = field(default=(), repr=False)
    boundaries: Lines = field(default=(), repr=False)
    contours: Lines = field(default=(), repr=False)
    crs: str | None = None
    vertical: str | None = None
    source: Path | None = None


@dataclass(frozen=True)
class Stated:
    """What the user says of a design file where the file does not say it.

    surface      which surface of several (LandXML)
    layers       which layers (DXF); () = all
    unit         unit of length, a key of METRES; wins only where the file has none
    crs, vertical  references of the coordinates; they win over those of the file
    origin       east, north, elevation to add (mesh files), m
    y_up         True when the second axis of a mesh file points up; None = as its
                 kind has it (glTF: yes, others: no)
    """

    surface: str | None = None
    layers: tuple[str, ...] = ()
    unit: str | None = None
    crs: str | None = None
    vertical: str | None = None
    origin: tuple[float, float, float] | None = None
    y_up: bool | None = None

    @property
    def metres(self) -> float | None:
        """Metres per stated unit, or None when none is stated."""
        if self.unit is None:
            return None
        if self.unit.lower() not in METRES:
            raise unknown_name("unit of length", self.unit, METRES, "design file")
        return METRES[self.unit.lower()]


def gate(path: Path, most_bytes: int) -> bytes:
    """First 4096 bytes of a file of a possible size; UnreadableFile otherwise."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be opened ({error}); check the path and its permissions"
        ) from error
    if not size:
        raise UnreadableFile(f"{path}: the file is empty; export it again")
    if size > most_bytes:
        raise InputError(
            f"{path}: {size >> 20} MiB, more than the {most_bytes >> 20} MiB that are "
            "read; simplify the surface or export it in parts"
        )
    return head


def tin_of(path: Path, vertices: Points, triangles: NDArray[np.int64]) -> Tin:
    """Triangles of a file; UnreadableFile where they are none."""
    try:
        return Tin.of(vertices, triangles)
    except InputError as error:
        raise UnreadableFile(f"{path}: {error}; export the surface again") from error
