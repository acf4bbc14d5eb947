"""One shard of Zarr v3, written and read directly: its index, and the tiles asked for.

zarr-python opens the same files and lays out the cube; a raster of 1000 x 1000 takes it
19 ms to store where compression, checksums and the file take 6, so that the figures of
the store (docs/benchmarks.md) are not within its reach. Format: Zarr v3 sharding codec,
index at the end, pairs of little-endian uint64 (offset, length) and a CRC-32C.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import google_crc32c
import numcodecs.blosc
import numpy as np
from numpy.typing import NDArray

from ..errors import StoreError
from .layout import BLOSC, TILE

EMPTY = 2**64 - 1
CHECKSUM = 4  # bytes of CRC-32C behind each tile


@dataclass(frozen=True)
class Shard:
    """One instant of a layer of ``shape`` ([k], rows, columns), in one file."""

    path: Path
    shape: tuple[int, ...]

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of a tile."""
        return min(TILE, self.shape[-2]), min(TILE, self.shape[-1])

    @property
    def counts(self) -> tuple[int, int]:
        """Tiles down and across."""
        high, wide = self.tile
        return -(-self.shape[-2] // high), -(-self.shape[-1] // wide)

    @cached_property
    def index(self) -> NDArray[np.uint64]:
        """Offset and length of each tile, (tiles, 2)."""
        down, across = self.counts
        tiles = int(np.prod(self.shape[:-2], dtype=int)) * down * across
        size = tiles * 16 + 4
        with self.path.open("rb") as file:
            file.seek(-size, 2)
            data = file.read(size - 4)
        return np.frombuffer(data, dtype="<u8").reshape(tiles, 2)

    def encode(self, values: NDArray[np.float32]) -> bytes:
        """Bytes of the whole shard; none where every value is NaN.

        values  of ``shape``; tiles at the rim are filled up with NaN
        """
        (high, wide), (down, across) = self.tile, self.counts
        rows, columns = self.shape[-2:]
        parts, index, end = [], [], 0
        for raster in values.reshape(-1, rows, columns):
            for i, j in product(range(down), range(across)):
                block = raster[i * high : (i + 1) * high, j * wide : (j + 1) * wide]
                if block.shape != (high, wide):
                    cut, block = block, np.full((high, wide), np.nan, np.float32)
                    block[: cut.shape[0], : cut.shape[1]] = cut
                if np.isnan(block).all():
                    index.append((EMPTY, EMPTY))
                    continue
                data = numcodecs.blosc.compress(
                    np.ascontiguousarray(block, dtype="<f4"), *BLOSC
                )
                told = google_crc32c.value(data).to_bytes(CHECKSUM, "little")
                parts += [data, told]
                index.append((end, len(data) + CHECKSUM))
                end += len(data) + CHECKSUM
        if not parts:
            return b""
        tail = np.array(index, dtype="<u8").tobytes()
        check = google_crc32c.value(tail).to_bytes(CHECKSUM, "little")
        return b"".join((*parts, tail, check))

    def _tile(self, file: Any, number: int) -> NDArray[np.float32]:
        offset, length = (int(v) for v in self.index[number])
        if offset == EMPTY:
            return np.full(self.tile, np.nan, dtype=np.float32)
        file.seek(offset)
        data = file.read(length)
        told = int.from_bytes(data[-CHECKSUM:], "little")
        if len(data) != length or google_crc32c.value(data[:-CHECKSUM]) != told:
            raise StoreError(
                f"{self.path}: tile {number} is damaged, its checksum differs; "
                "run it again"
            )
        raw = numcodecs.blosc.decompress(data[:-CHECKSUM])
        return np.frombuffer(raw, dtype="<f4").reshape(self.tile)

    def raster(self, entry: int) -> NDArray[np.float32]:
        """Return the whole raster (rows, columns) of one entry of the leading axis."""
        rows, columns = self.shape[-2:]
        (high, wide), (down, across) = self.tile, self.counts
        found = np.zeros((down * high, across * wide), dtype=np.float32)
        first = entry * down * across
        with self.path.open("rb") as file:
            for i in range(down):
                for j in range(across):
                    block = self._tile(file, first + i * across + j)
                    part = np.s_[i * high : (i + 1) * high, j * wide : (j + 1) * wide]
                    found[part] = block
        return found[:rows, :columns]

    def value(self, entry: int, row: int, column: int) -> float:
        """Value of one cell of one entry."""
        (high, wide), (down, across) = self.tile, self.counts
        number = entry * down * across + (row // high) * across + column // wide
        with self.path.open("rb") as file:
            block = self._tile(file, number)
        return float(block[row % high, column % wide])
