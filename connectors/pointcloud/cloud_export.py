"""The cloud of a surface out of the site: whole, or the part that is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from twin.errors import InputError
from twin.site import Site

from .copc_layout import Layout
from .copc_read import Octree, copc_points, open_copc
from .copc_write import FORMATS, write_copc
from .reference_system import file_crs
from .site_cloud import Flat, cloud_file, column_of, level_of


@dataclass(frozen=True, slots=True)
class Part:
    """Which points of a cloud are wanted; all by default.

    box         west, south, east, north, m in the site's CRS
    resolution  m, of the first level that is dense enough
    """

    box: Flat | None = None
    resolution: float | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.box is None and self.resolution is None

    def refuse_for(self, path: Path) -> None:
        """Refuse a part of what is no cloud; InputError."""
        if not self.whole:
            raise InputError(
                f"{path}: a box and a resolution are for clouds; write to .copc.laz, "
                "or leave them out"
            )


WHOLE = Part()


def parsed_box(text: str | None) -> Flat | None:
    """Read "W,S,E,N" as four numbers; InputError for anything else."""
    if text is None:
        return None
    try:
        west, south, east, north = map(float, text.replace(";", ",").split(","))
    except ValueError as error:
        raise InputError(
            f"box '{text}': give west, south, east and north in metres, parted by "
            "commas, such as 500100,4400200,500300,4400350"
        ) from error
    return west, south, east, north


def export_cloud(site: Site, surface_id: str, path: Path, part: Part = WHOLE) -> int:
    """Write the cloud of a surface, or a part of it, as COPC; return its points.

    Raises UnknownName for another surface; InputError where it has no cloud, and
    where no point lies in the box.
    """
    source = cloud_file(site, surface_id)
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it first")
    if path.exists() and path.samefile(source):
        raise InputError(f"{path}: is the cloud itself; name another file")
    octree = open_copc(source)
    if part.whole:
        draft = path.with_name(f".{path.name}.tmp")
        shutil.copyfile(source, draft)
        draft.replace(path)
        return octree.header.points
    layout = _layout(octree)
    records = _records(octree, part, layout.point_format.id)
    first = next(records, None)
    if first is None:
        low, high = octree.header.low, octree.header.high
        raise InputError(
            f"{path}: no point of {surface_id} lies in the box {part.box}; its cloud "
            f"spans {low[0]:.1f},{low[1]:.1f},{high[0]:.1f},{high[1]:.1f}"
        )
    return write_copc(path, chain([first], records), layout).points


def _layout(octree: Octree) -> Layout:
    """Format, steps and CRS of a file that was found plausible."""
    import laspy

    header = octree.header
    form = header.point_format
    if form not in FORMATS:
        raise InputError(
            f"{header.path}: holds point format {form} and is no cloud that a build "
            "made; run minetwin build again"
        )
    crs = file_crs(header)
    text = "" if crs is None else crs.to_wkt("WKT1_GDAL")
    return Layout(laspy.PointFormat(form), header.scales, header.offsets, text)


def _records(
    octree: Octree, part: Part, form: int
) -> Generator[NDArray[Any], None, None]:
    box = None if part.box is None else column_of(octree, part.box)
    level = level_of(octree, part.resolution)
    for points in copc_points(octree, box, level, form=form):
        yield points.record
