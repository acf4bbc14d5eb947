"""Two clouds to be compared, named as surveys of a site or as files, in one CRS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.pointcloud.copc_read import copc_points, open_copc
from connectors.pointcloud.open_cloud import open_cloud
from connectors.pointcloud.reference_system import same_datum
from connectors.pointcloud.site_cloud import cloud_file
from connectors.pointcloud.survey import Cloud, bounds, points_of
from twin.errors import InputError, MissingCRS, UnreadableFile
from twin.grid import UNKNOWN_VERTICAL

from .grounds import timeline

if TYPE_CHECKING:
    from connectors.pointcloud.guard import Points
    from twin.site import Site


@dataclass(frozen=True)
class Stated:
    """What a user says of files that do not say it: CRS and vertical datum."""

    crs: str | None = None
    vertical: str | None = None


@dataclass(frozen=True)
class CloudSource:
    """One cloud: where it is, and how it is read.

    count     points that its header claims
    extent    west, south, east, north, m
    lowest    height, m
    crs       in which its points are given, of the site or of the earlier cloud
    vertical  datum of its heights
    read      yields the points, chunk by chunk, heights in metres
    """

    name: str
    file: Path
    count: int
    extent: tuple[float, float, float, float]
    lowest: float
    crs: str
    vertical: str
    assumed: tuple[str, ...] = ()
    read: Callable[[], Iterator[Points]] = field(repr=False, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        """Name, points, datum, and what was assumed."""
        return {
            "name": self.name,
            "points": self.count,
            "vertical": self.vertical,
            "assumed": list(self.assumed),
        }


def two_clouds(
    a: str | Path, b: str | Path, site: Site | None, stated: Stated
) -> tuple[CloudSource, CloudSource]:
    """Open both, B's points in the CRS of A or of the site.

    Raises MissingCRS where a vertical datum is unknown, InputError where the two
    differ or a ground has no cloud, UnknownName for a wrong id.
    """
    crs = None if site is None else site.config.crs
    one = _opened(a, site, stated, crs)
    other = _opened(b, site, stated, one.crs)
    for source in (one, other):
        if source.vertical in ("", UNKNOWN_VERTICAL):
            raise MissingCRS(
                f"{source.name}: its vertical datum is unknown, so a difference of "
                "heights means nothing; state it: --vertical EPSG:5737 (or the one it "
                "was surveyed in), of a survey in site.yaml"
            )
    if not same_datum(one.vertical, other.vertical):
        raise InputError(
            f"{one.name} and {other.name}: heights are in {one.vertical} and "
            f"{other.vertical}; transform one of them first"
        )
    return one, other


def _opened(
    name: str | Path, site: Site | None, stated: Stated, crs: str | None
) -> CloudSource:
    """A survey of the site by its id; else a file."""
    known = [] if site is None else [ground.id for ground in timeline(site)]
    path = Path(name)
    if site is not None and (str(name) in known or not path.suffix):
        return _of_site(str(name), site)
    if path.is_file():
        return _of_file(path, stated, crs)
    raise UnreadableFile(
        f"{path}: there is no such file; check the path, or name the site whose "
        "survey it is with --site"
    )


def _of_site(name: str, site: Site) -> CloudSource:
    octree = open_copc(cloud_file(site, name))
    header = octree.header
    extent = (*header.low[:2], *header.high[:2])
    return CloudSource(
        name,
        header.path,
        header.points,
        extent,
        header.low[2],
        site.config.crs,
        site.config.vertical,
        read=lambda: copc_points(octree),
    )


def _of_file(path: Path, stated: Stated, crs: str | None) -> CloudSource:
    cloud = open_cloud(path, stated.crs, stated.vertical)
    crs = crs or _code(cloud)
    return CloudSource(
        str(path),
        path,
        cloud.header.points,
        bounds(cloud, crs),
        cloud.header.low[2] * cloud.reference.to_metres,
        crs,
        cloud.reference.vertical,
        tuple(text.replace(" in site.yaml", "") for text in cloud.reference.assumed),
        read=lambda: points_of(cloud, crs),
    )


def _code(cloud: Cloud) -> str:
    own = cloud.reference.horizontal
    code = own.to_authority(min_confidence=60)
    return ":".join(code) if code else str(own.to_wkt())
