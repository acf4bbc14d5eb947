"""Look at files before they are used; say what is wrong, where and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from twin.errors import InputError, MinetwinError, MissingCRS, UnreadableFile
from twin.site_file import load_yaml

from .audit import Audit

Level = Literal["finding", "unreadable"]
Look = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a file.

    level  "finding": it can be read, but not used as it is; "unreadable": damaged
    what   the whole message: what, where, why and how to mend it
    """

    path: Path
    level: Level
    what: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "path": str(self.path)}


def look_at_cloud(path: Path) -> None:
    """Header, records and CRS, then every point through the guarded decoder."""
    from .pointcloud.copc_read import is_copc, open_copc
    from .pointcloud.guard import decoded
    from .pointcloud.other_formats import look
    from .pointcloud.reference_system import reference

    header = look(path)
    if path.suffix.lower() == ".laz" and is_copc(path):
        open_copc(path)
    for _ in decoded(header):
        pass
    reference(header, None, None)


def look_at_raster(path: Path) -> None:
    """Magic, CRS, cells."""
    from .raster import import_raster

    import_raster(path)


def look_at_polygons(path: Path) -> None:
    """CRS, validity, ids; in the file's own CRS."""
    from .vector import read_parcels

    read_parcels(path, "EPSG:4326", None, Audit())


def look_at_design(path: Path) -> None:
    """Triangles, unit, CRS and health of a drawing or a mesh."""
    from .design.design import Stated
    from .design.export import read_design
    from .design.health import examine
    from .design.mesh_read import ENDINGS
    from .design.mesh_report import open_mesh, troubles

    crs = read_design(path, Stated(), Audit()).crs
    ill = ""
    if path.suffix.lower() in ENDINGS:
        ill = troubles(examine(open_mesh(path, Stated(), Audit()).mesh))
    if ill:
        ill = f"{ill}; see minetwin mesh {path.name}, which mends with --repair --to"
    if crs is None:
        raise MissingCRS(
            f"{path}: names no CRS and none is guessed; state crs: for it in site.yaml"
            + (f"; also {ill}" if ill else "")
        )
    if ill:
        raise InputError(f"{path}: {ill}")


def look_at_site(path: Path) -> None:
    """Keys, units, time zone, CRS of a site.yaml."""
    from twin.site_config import SiteConfig

    load_yaml(path, SiteConfig)


def look_at_table(path: Path) -> None:
    """Text that some encoding reads; what its columns mean is for site.yaml to say."""
    from .text import read_text

    read_text(path)


LOOKS: Mapping[str, Look] = {
    ".las": look_at_cloud,
    ".laz": look_at_cloud,
    ".ply": look_at_cloud,
    ".e57": look_at_cloud,
    ".xyz": look_at_cloud,
    ".pts": look_at_cloud,
    ".dat": look_at_cloud,
    ".xml": look_at_design,
    ".dxf": look_at_design,
    ".glb": look_at_design,
    ".obj": look_at_design,
    ".stl": look_at_design,
    ".tif": look_at_raster,
    ".tiff": look_at_raster,
    ".geojson": look_at_polygons,
    ".gpkg": look_at_polygons,
    ".csv": look_at_table,
}


def check(
    paths: Sequence[Path], extra: Mapping[str, Look] | None = None
) -> list[Finding]:
    """Look at files, and at every file of a known kind in folders.

    extra  further looks by ending or by whole file name (scenarios: ".yaml")
    """
    looks = {"site.yaml": look_at_site, **LOOKS, **(extra or {})}
    found = []
    for path in paths:
        if not path.exists():
            what = f"{path}: there is no such file or folder; check the name"
            found.append(Finding(path, "unreadable", what))
            continue
        for file in _files(path, looks):
            found += _one(file, looks)
    return found


def _files(path: Path, looks: Mapping[str, Look]) -> list[Path]:
    if path.is_file():
        return [path]
    skipped = {"surfaces", "layers", "runs", "readings"}
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and not skipped & set(file.relative_to(path).parts[:-1])
        and (file.name in looks or file.suffix.lower() in looks)
    )


def _one(path: Path, looks: Mapping[str, Look]) -> list[Finding]:
    look = looks.get(path.name) or looks.get(path.suffix.lower())
    if look is None:
        known = ", ".join(sorted(looks))
        what = f"{path}: no connector reads '{path.suffix}'; known: {known}"
        return [Finding(path, "unreadable", what)]
    try:
        look(path)
    except UnreadableFile as error:
        return [Finding(path, "unreadable", str(error))]
    except MinetwinError as error:
        return [Finding(path, "finding", str(error))]
    return []
