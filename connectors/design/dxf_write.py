"""DXF out: triangles as 3DFACE, lines as 3D polylines, in metres."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twin.errors import InputError

from .design import Design, Lines

FACES, BREAKLINES, BOUNDARIES, CONTOURS = (
    "MINETWIN_TIN", "MINETWIN_BREAKLINES", "MINETWIN_BOUNDARIES", "MINETWIN_CONTOURS",
)  # fmt: skip
METRES = 6  # $INSUNITS
MOST_FACES = 2_000_000


def write_dxf(path: Path, design: Design) -> None:
    """Write a design as DXF R2010, a layer per kind; coordinates in full.

    Raises InputError above MOST_FACES, which CAD programs do not open.
    """
    import ezdxf

    drawing = ezdxf.new("R2010", units=METRES)  # type: ignore[attr-defined]
    drawing.header["$INSUNITS"] = METRES
    drawing.header["$MEASUREMENT"] = 1
    space = drawing.modelspace()
    if design.tin is not None:
        corners = design.tin.vertices[design.tin.triangles]
        if len(corners) > MOST_FACES:
            raise InputError(
                f"{path}: {len(corners)} triangles, DXF is written up to {MOST_FACES}; "
                "simplify: resample to a coarser grid, clip, or export .xml or .tif"
            )
        drawing.layers.add(FACES)
        for a, b, c in corners.tolist():
            space.add_3dface((a, b, c, c), {"layer": FACES})
    kinds: dict[str, Lines] = {
        BREAKLINES: design.breaklines,
        BOUNDARIES: design.boundaries,
        CONTOURS: design.contours,
    }
    for layer, lines in kinds.items():
        if lines:
            drawing.layers.add(layer)
        for line in lines:
            points = np.nan_to_num(line, nan=0.0).tolist()
            space.add_polyline3d(points, dxfattribs={"layer": layer})
    beside = path.with_name(f".{path.name}.tmp")
    drawing.saveas(beside)
    beside.replace(path)
