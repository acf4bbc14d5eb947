"""Read one shard of Zarr v3 directly: its index, then only the tiles asked for.

zarr-python opens the same files; this is several times faster for a single map or cell
because it skips the store machinery. Format: Zarr v3 sharding codec, index at the end,
pairs of little-endian uint64 (offset, length) and a CRC-32C.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import google_crc32c
import numcodecs.blosc
import numpy as np
from numpy.typing import NDArray

from ..errors import StoreError
from .layout import TILE

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
