"""Two clouds to be compared, named as surveys of a site or as files, in one CRS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.pointcloud.open_cloud import open_cloud
from connectors.pointcloud.reference_system import same_datum
from connectors.pointcloud.survey import Cloud, bounds, points_of
from connectors.survey_files import open_survey
from twin.errors import InputError, MissingCRS, UnreadableFile, unknown_name
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
    """The files of one cloud.

    crs       in which its points are given, of the site or of the earlier cloud
    vertical  datum of its heights
    """

    name: str
    clouds: tuple[Cloud, ...] = field(repr=False)
    crs: str
    vertical: str

    @property
    def count(self) -> int:
        """Count the points that the headers claim."""
        return sum(cloud.header.points for cloud in self.clouds)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north, m."""
        edges = list(zip(*(bounds(c, self.crs) for c in self.clouds), strict=True))
        return min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3])

    def points(self) -> Iterator[Points]:
        """Yield the points, chunk by chunk, heights in metres."""
        for cloud in self.clouds:
            yield from points_of(cloud, self.crs)

    def to_dict(self) -> dict[str, Any]:
        """Name, files, points, and what was assumed of them."""
        return {
            "name": self.name,
            "files": [str(cloud.header.path) for cloud in self.clouds],
            "points": self.count,
            "vertical": self.vertical,
            "assumed": [text for c in self.clouds for text in c.reference.assumed],
        }


def two_clouds(
    a: str | Path, b: str | Path, site: Site | None, stated: Stated
) -> tuple[CloudSource, CloudSource]:
    """Open both, B's points in the CRS of A or of the site.

    Raises MissingCRS where a vertical datum is unknown, InputError where the two
    differ or a ground was not made from a cloud, UnknownName for a wrong id.
    """
    found = [_files(name, site, stated) for name in (a, b)]
    first = found[0][0].reference.horizontal
    code = first.to_authority(min_confidence=60)
    crs = site.config.crs if site is not None else None
    crs = crs or (":".join(code) if code else first.to_wkt())
    made = []
    for name, clouds in zip((a, b), found, strict=True):
        datum = _datum(str(name), clouds, stated)
        made.append(CloudSource(str(name), clouds, crs, datum))
    one, other = made
    if not same_datum(one.vertical, other.vertical):
        raise InputError(
            f"{one.name} and {other.name}: heights are in {one.vertical} and "
            f"{other.vertical}; transform one of them first"
        )
    return one, other


def _files(name: str | Path, site: Site | None, stated: Stated) -> tuple[Cloud, ...]:
    if site is not None:
        for survey in site.config.surveys:
            if survey.surface_id == str(name):
                return _of_survey(str(name), open_survey(site, survey).clouds)
    path = Path(name)
    if path.is_file():
        return (open_cloud(path, stated.crs, stated.vertical),)
    if site is None or path.suffix:
        raise UnreadableFile(
            f"{path}: there is no such file; check the path, or name the site whose "
            "survey it is with --site"
        )
    known = [ground.id for ground in timeline(site)]
    if str(name) in known:
        raise _no_cloud(str(name))
    raise unknown_name("ground", str(name), known, f"site {site.folder}")


def _of_survey(name: str, clouds: tuple[Cloud, ...]) -> tuple[Cloud, ...]:
    if not clouds:
        raise _no_cloud(name)
    return clouds


def _no_cloud(name: str) -> InputError:
    return InputError(
        f"{name}: was not made from a cloud, and M3C2 compares points; compare it as a "
        "raster: minetwin change A B"
    )


def _datum(name: str, clouds: tuple[Cloud, ...], stated: Stated) -> str:
    datums = {cloud.reference.vertical for cloud in clouds}
    if stated.vertical is not None and datums == {UNKNOWN_VERTICAL}:
        return stated.vertical
    if len(datums) > 1 or UNKNOWN_VERTICAL in datums:
        raise MissingCRS(
            f"{name}: its vertical datum is {' or '.join(sorted(datums))}, so a "
            "difference of heights means nothing; state it: --vertical EPSG:5737 (or "
            "the one it was surveyed in), of a survey in site.yaml"
        )
    return str(datums.pop())
