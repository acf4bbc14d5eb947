"""A raster as a picture: hillshade, colours about zero, PNG bytes."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from twin.terrain.derivatives import hillshade

from .colours import COLOUR_MAPS

Raster = NDArray[np.floating]
Pixels = NDArray[np.uint8]
MOST_PIXELS = 1200  # along a side; larger rasters are thinned


def thinned(raster: Raster, most: int = MOST_PIXELS) -> tuple[NDArray[np.float64], int]:
    """Every n-th cell, so that neither side is longer than ``most``; and n."""
    step = max(1, -(-max(raster.shape) // most))
    return np.asarray(raster[::step, ::step], dtype=np.float64), step


def table_of(name: str) -> Pixels:
    """Colours of a map (entries, 3)."""
    raw = bytes.fromhex(COLOUR_MAPS[name])
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)


def diverging(values: Raster, most: float, ground: Raster, cell: float) -> Pixels:
    """Colours of values from -most to most on a shaded ground, RGBA.

    Zero is the middle colour; holes of the values are clear, and bare relief shows
    where only the ground is known.
    """
    colours = table_of("vik")
    share = np.clip(0.5 + 0.5 * values / most, 0.0, 1.0)
    known = np.isfinite(values)
    index = np.rint(np.where(known, share, 0.5) * (len(colours) - 1)).astype(np.intp)
    light = 0.55 + 0.45 * np.nan_to_num(hillshade(ground, cell), nan=1.0)
    made = np.zeros((*values.shape, 4), dtype=np.uint8)
    made[..., :3] = np.clip(colours[index] * light[..., None], 0, 255)
    made[..., 3] = np.where(known, 255, 0)
    return made


def png(pixels: Pixels) -> bytes:
    """RGBA (rows, columns, 4) as a PNG file."""
    rows, columns, _ = pixels.shape
    lines = np.zeros((rows, 1 + 4 * columns), dtype=np.uint8)  # filter 0 before each
    lines[:, 1:] = pixels.reshape(rows, -1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, 6, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 9)
    parts = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
