"""The ground as a quadtree of height tiles whose edges are shared, bit for bit.

Level L takes every 2**L-th cell, so neighbouring tiles and levels hold the same codes
where they meet; one scale serves the whole surface. A tile has 257 x 257 samples at
cell centres, the last row and column being the first of the next tile.
"""

from __future__ import annotations

import math
import zlib
from datetime import UTC, datetime, time

import numpy as np

from twin.errors import UnknownName
from twin.surface import Surface

from .encode import FASTEST, Scale, quantise
from .layers import wire_index
from .protocol import CODEC_DEFLATE, CODEC_SHUFFLE, KIND_HEIGHT, Header, pack, shuffle

SAMPLES = 257


def levels_of(shape: tuple[int, int]) -> int:
    """How many levels until one tile holds the whole ground."""
    longest = max(max(shape) - 1, 1)
    return 1 + max(0, math.ceil(math.log2(longest / (SAMPLES - 1))))


def height_scale(surface: Surface) -> Scale:
    """One scale for all tiles of a surface."""
    finite = surface.elevation[np.isfinite(surface.elevation)]
    if not finite.size:
        return Scale.over(math.nan, math.nan)
    return Scale.over(float(finite.min()), float(finite.max()))


def height_tile(surface: Surface, number: int, level: int, ty: int, tx: int) -> bytes:
    """One frame of heights in m; UnknownName outside the quadtree."""
    rows, columns = surface.elevation.shape
    known = 0 <= level < levels_of((rows, columns))
    step = 2**level if known else 1
    top, left = ty * (SAMPLES - 1) * step, tx * (SAMPLES - 1) * step
    if not (known and 0 <= top < rows and 0 <= left < columns):
        raise UnknownName(
            f"terrain of {surface.id}: no tile {level}/{ty}/{tx}; "
            f"a {rows} x {columns} grid has {levels_of((rows, columns))} levels"
        )
    cut = surface.elevation[
        top : top + (SAMPLES - 1) * step + 1 : step,
        left : left + (SAMPLES - 1) * step + 1 : step,
    ]
    heights = np.full((SAMPLES, SAMPLES), np.nan, np.float32)
    heights[: cut.shape[0], : cut.shape[1]] = cut
    scale = height_scale(surface)
    codes = quantise(heights, scale)
    header = Header(
        layer=wire_index("elevation", 0), run=number, step=0, level=level,
        time=datetime.combine(surface.date, time(), UTC).timestamp(),
        tile_x=tx, tile_y=ty, width=SAMPLES, height=SAMPLES,
        codec=CODEC_SHUFFLE | CODEC_DEFLATE, keyframe=True, kind=KIND_HEIGHT,
        offset=0, scale=scale.scale, base=scale.base, base_step=0,
    )  # fmt: skip
    return pack(header, zlib.compress(shuffle(codes), FASTEST))
