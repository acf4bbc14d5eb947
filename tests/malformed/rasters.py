"""Malformed rasters: damaged, lying, and disguised TIFFs."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from connectors.raster import write_cog
from twin.grid import Grid

VRT = b"""<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand><SimpleSource>
<SourceFilename>/etc/hostname</SourceFilename></SimpleSource></VRTRasterBand>
</VRTDataset>"""
WIDTH, LENGTH, BITS, COMPRESSION, OFFSETS = 256, 257, 258, 259, 273
COUNTS, SAMPLES, TILE_OFFSETS, TILE_COUNTS = 279, 277, 324, 325


def whole(folder: Path) -> bytes:
    """A sound COG of 300 x 300 cells."""
    path = folder / "sound.tif"
    grid = Grid("EPSG:32649", "EPSG:5737", 5e5, 4.37e6, 1.0, (300, 300))
    ground = np.random.default_rng(3).normal(1200, 5, grid.shape).astype(np.float32)
    write_cog(path, ground, grid, unit="m", name="elevation", description="test")
    data = path.read_bytes()
    path.unlink()
    return data


def with_tag(data: bytes, tag: int, value: int) -> bytes:
    """Overwrite the value of a tag of the first directory (little-endian TIFF)."""
    made = bytearray(data)
    start = struct.unpack_from("<I", made, 4)[0]
    entries = struct.unpack_from("<H", made, start)[0]
    for k in range(entries):
        at = start + 2 + 12 * k
        if struct.unpack_from("<H", made, at)[0] == tag:
            struct.pack_into("<HII", made, at + 2, 4, 1, value)
    return bytes(made)


def write(folder: Path) -> dict[str, Path]:
    """Write every kind; name -> file."""
    sound = whole(folder)
    flipped = bytearray(sound)
    for i in np.random.default_rng(5).integers(8, len(sound), 400):
        flipped[i] ^= 1 << (int(i) % 8)
    start = struct.unpack_from("<I", sound, 4)[0]
    loop = bytearray(sound)
    entries = struct.unpack_from("<H", loop, start)[0]
    struct.pack_into("<I", loop, start + 2 + 12 * entries, start)  # next is itself
    kinds = {
        "VRT named tif": VRT,
        "text": b"ncols 10\nnrows 10\n",
        "empty": b"",
        "magic alone": b"II*\0",
        "directory beyond the end": b"II*\0" + struct.pack("<I", 10**9),
        "cut in half": sound[: len(sound) // 2],
        "cut after the header": sound[:300],
        "bits flipped": bytes(flipped),
        "directory that follows itself": bytes(loop),
        "a billion columns": with_tag(sound, WIDTH, 2**30),
        "a billion rows": with_tag(sound, LENGTH, 2**30),
        "no columns": with_tag(sound, WIDTH, 0),
        "unknown compression": with_tag(sound, COMPRESSION, 60000),
        "thousand bands": with_tag(sound, SAMPLES, 60000),
        "tiles elsewhere": with_tag(sound, TILE_OFFSETS, 2**31),
        "tiles of 4 GiB": with_tag(sound, TILE_COUNTS, 2**32 - 1),
        "PNG named tif": b"\x89PNG\r\n\x1a\n" + bytes(200),
    }
    made = {}
    for i, (name, data) in enumerate(kinds.items()):
        path = folder / f"raster{i}.tif"
        path.write_bytes(data)
        made[f"raster: {name}"] = path
    return made
