"""Values of a layer step become frames: quantise, difference, shuffle, deflate.

Measured on 1024 x 1024 cells, two threads (bench/encode.py): the low bytes of a
keyframe are nearly noise, so looking for repeats in them is lost time and run lengths
(17 % larger, nearly twice as fast) serve; in a delta the search pays and costs nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .protocol import (
    CODEC_DEFLATE,
    CODEC_DELTA,
    CODEC_SHUFFLE,
    KIND_LAYER,
    LAST_CODE,
    NO_DATA,
    Codes,
    Header,
    pack,
    shuffle,
)

TILE = 256
FASTEST = 1


@dataclass(frozen=True, slots=True)
class Scale:
    """value = code * scale + base, one for all steps of a layer of a run."""

    scale: float
    base: float

    @property
    def error(self) -> float:
        """Largest difference between a value and what its code says."""
        return self.scale / 2

    @classmethod
    def over(cls, low: float, high: float) -> Scale:
        """Spread the codes over a range; a range of nothing gets one code."""
        if not (np.isfinite(low) and np.isfinite(high)):
            return cls(1.0, 0.0)
        spread = (high - low) / LAST_CODE
        return cls(spread if spread > 0 else 1.0, low)

    def codes(self, values: NDArray[np.floating[Any]]) -> Codes:
        """Nearest codes; NaN becomes NO_DATA."""
        found: NDArray[np.float64] = np.subtract(values, self.base, dtype=np.float64)
        found /= self.scale
        np.rint(found, out=found)
        np.clip(found, 0, LAST_CODE, out=found)
        np.copyto(found, NO_DATA, where=np.isnan(found))
        return found.astype(np.uint16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What the tiles of one layer step share in their headers."""

    run: int
    layer: int
    step: int
    time: float
    level: int
    offset: int


def tiles_of(shape: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Row and column of each tile that covers an array of ``shape``."""
    rows, columns = shape
    for ty in range(-(-rows // TILE)):
        for tx in range(-(-columns // TILE)):
            yield ty, tx


def quantise(
    values: NDArray[np.floating[Any]], scale: Scale, pool: Executor | None = None
) -> Codes:
    """Codes of a whole array, in bands that stay in cache, on the pool's threads."""
    rows, columns = values.shape
    out = np.zeros((rows, columns), np.uint16)
    band = max(1, TILE * TILE // max(columns, 1))

    def fill(start: int) -> None:
        out[start : start + band] = scale.codes(values[start : start + band])

    starts = range(0, rows, band)
    for _ in map(fill, starts) if pool is None else pool.map(fill, starts):
        pass
    return out


def deflate(raw: bytes, strategy: int) -> bytes:
    """Return a zlib stream, made as fast as zlib can."""
    made = zlib.compressobj(FASTEST, strategy=strategy)
    return made.compress(raw) + made.flush()


def encode_tile(header: Header, codes: Codes, base: Codes | None) -> bytes | None:
    """One frame: a keyframe without ``base``, else a delta; None if nothing changed."""
    codec = CODEC_SHUFFLE | CODEC_DEFLATE
    sent = codes
    if base is not None:
        sent = codes - base
        if not sent.any():
            return None
        codec |= CODEC_DELTA
    payload = deflate(
        shuffle(sent), zlib.Z_RLE if base is None else zlib.Z_DEFAULT_STRATEGY
    )
    return pack(replace(header, codec=codec, keyframe=base is None), payload)


def encode_step(
    address: Address,
    scale: Scale,
    codes: Codes,
    base: tuple[int, Codes] | None = None,
    *,
    pool: Executor | None = None,
) -> list[bytes]:
    """Frames of a layer step.

    All tiles as keyframes; with ``base`` (step and codes sent before) the dirty tiles
    as deltas.
    """

    def one(place: tuple[int, int]) -> bytes | None:
        ty, tx = place
        cut = np.s_[ty * TILE : (ty + 1) * TILE, tx * TILE : (tx + 1) * TILE]
        part = codes[cut]
        header = Header(
            layer=address.layer, run=address.run, step=address.step, time=address.time,
            tile_x=tx, tile_y=ty, width=part.shape[1], height=part.shape[0],
            level=address.level, codec=0, keyframe=base is None, kind=KIND_LAYER,
            offset=address.offset, scale=scale.scale, base=scale.base,
            base_step=address.step if base is None else base[0],
        )  # fmt: skip
        return encode_tile(header, part, None if base is None else base[1][cut])

    places = list(tiles_of(codes.shape))
    frames: Iterable[bytes | None] = map(one, places)
    if pool is not None and len(places) > 1:
        frames = pool.map(one, places)
    return [frame for frame in frames if frame is not None]


def coarsen(values: NDArray[np.floating[Any]], level: int) -> NDArray[np.float64]:
    """Mean of the cells with data in blocks of 2**level cells."""
    found = np.asarray(values, np.float64)
    for _ in range(level):
        rows, columns = found.shape
        padded = np.full((rows + rows % 2, columns + columns % 2), np.nan)
        padded[:rows, :columns] = found
        blocks = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2)
        present = ~np.isnan(blocks)
        count = present.sum(axis=(1, 3))
        total = np.where(present, blocks, 0.0).sum(axis=(1, 3))
        found = np.full(count.shape, np.nan)
        np.divide(total, count, out=found, where=count > 0)
    return found
