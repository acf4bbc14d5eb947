"""The guarded child: decodes one band of a TIFF, row block by row block.

Started as ``python -m connectors.tiff_child FILE EXCHANGE``. Cells go into the exchange
file as float32, NaN where there is no data; a line on standard output after every block
tells the parent that there is progress, the last one what the file says of itself.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from .pointcloud.limits import MEMORY, limit_memory, say

BLOCK = 4_000_000  # cells


def decode(path: Path, exchange: Path) -> dict[str, Any]:
    """Fill the exchange; return CRS, transform, unit, name and vertical datum."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.windows import Window

    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    with rasterio.open(path, driver="GTiff") as file:
        shape = (file.height, file.width)
        out = np.memmap(exchange, dtype=np.float32, mode="r+", shape=shape)
        tall = file.block_shapes[0][0]  # whole blocks, so that none is decoded twice
        rows = max(BLOCK // file.width // tall, 1) * tall
        for top in range(0, file.height, rows):
            high = min(rows, file.height - top)
            window = Window(0, top, file.width, high)
            band = file.read(1, masked=True, window=window).astype(np.float32)
            out[top : top + high] = band.filled(np.nan)
            say(rows=top + high)
        out.flush()
        return about(file, path)


def about(file: Any, path: Path) -> dict[str, Any]:
    """What an open raster says of itself, as plain data."""
    tags, t = file.tags(), file.transform
    return {
        "crs": file.crs.to_string() if file.crs else None,
        "transform": [t.a, t.b, t.c, t.d, t.e, t.f],
        "unit": file.units[0] or tags.get("UNITS", ""),
        "name": file.descriptions[0] or path.stem,
        "vertical": tags.get("VERTICAL"),
    }


def main() -> int:
    """Decode, and say what went wrong in one line."""
    file, exchange = (Path(name) for name in sys.argv[1:3])
    limit_memory(MEMORY + exchange.stat().st_size)
    try:
        found = decode(file, exchange)
    except MemoryError:
        say(error="needs more memory than a file of its size may")
        return 3
    except BaseException as error:  # noqa: BLE001 - native decoders raise anything
        told = str(error.__cause__ or error)
        say(error=f"{type(error).__name__}: {told}")
        return 4
    say(end=True, found=found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
