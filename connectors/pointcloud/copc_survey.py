"""The clouds of one survey as one COPC: the site's CRS, heights in metres."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.crs import CompoundCRS
from pyproj.exceptions import CRSError

from twin.errors import InputError, UnreadableFile
from twin.grid import UNKNOWN_VERTICAL

from ..audit import Audit, note
from .copc_layout import Layout
from .copc_write import Written, write_copc
from .ground_marks import Classes, own_classes
from .guard import Points, whole
from .point_records import format_of
from .reference_system import to_site
from .survey import Cloud, bounds, points_of

STEP, ROUND = 0.001, 1000.0  # m, of coordinates and offsets where files disagree
MOST = 2**31 - 1  # steps from the offset that a record holds
SPILLS = 2  # copies of all points on disk while the octree is built
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the points go: the site's CRS, and the datum of heights in metres."""

    crs: str
    vertical: str = UNKNOWN_VERTICAL


def write_survey_cloud(
    path: Path,
    clouds: Sequence[Cloud],
    place: Place,
    *,
    classes: Classes = own_classes,
    audit: Audit,
) -> Written:
    """Merge clouds of any kind into one COPC; the guarded child decodes them.

    classes  rule for the class of each point

    Raises UnreadableFile for a damaged cloud, InputError where the disk is too full.
    """
    layout = survey_layout(clouds, place)
    _check_room(path, sum(c.header.points for c in clouds), layout)
    tally = _Tally()
    made = write_copc(path, _records(clouds, layout, place, classes, tally), layout)
    form, step = layout.point_format.id, layout.scales[0]
    told = f"points kept as COPC, point format {form}, steps of {step:g} m"
    audit.read.append(note(told, clouds[0].header.path.name, made.points))
    if tally.lost:
        told = "points without a place in the site's CRS, not kept"
        audit.dropped.append(note(told, clouds[0].header.path.name, tally.lost))
    return made


def survey_layout(clouds: Sequence[Cloud], place: Place) -> Layout:
    """Point format, steps and CRS that hold all clouds.

    Steps and offsets are those of the files where they agree and nothing is
    transformed, so that coordinates stay as they were to the last digit.
    """
    import laspy

    form = max(format_of(c.header.point_format) for c in clouds)
    low, high = _extent(clouds, place.crs)
    scales, offsets = np.full(3, STEP), np.floor(low / ROUND) * ROUND
    own = _own_steps(clouds, place.crs)
    if own is not None and _fits(low, high, own):
        scales, offsets = own
    elif not _fits(low, high, (scales, offsets)):
        raise UnreadableFile(
            f"{clouds[0].header.path}: the header claims bounds {(high - low).max():g} "
            f"m wide (byte 179), too wide for steps of {STEP} m; they are false or a "
            "few points lie far off: take those out and export it again"
        )
    a, b = ((float(v[0]), float(v[1]), float(v[2])) for v in (scales, offsets))
    return Layout(laspy.PointFormat(form), a, b, wkt_of(place))


def wkt_of(place: Place) -> str:
    """WKT 1 of the CRS, compound where heights have a datum known in metres."""
    flat = CRS.from_user_input(place.crs)
    if place.vertical != UNKNOWN_VERTICAL:
        try:
            height = CRS.from_user_input(place.vertical)
            axis = height.axis_info[0]
            if axis.unit_conversion_factor == 1.0 and axis.direction == "up":
                name = f"{flat.name} + {height.name}"
                both = CompoundCRS(name, components=[flat, height])
                return str(both.to_wkt("WKT1_GDAL"))
        except CRSError:  # a height that WKT 1 cannot say: left out
            pass
    return str(flat.to_wkt("WKT1_GDAL"))


def _extent(clouds: Sequence[Cloud], crs: str) -> tuple[Floats, Floats]:
    edges = np.array([bounds(c, crs) for c in clouds])
    heights = np.array(
        [(c.header.low[2], c.header.high[2]) for c in clouds], dtype=np.float64
    )
    heights *= np.array([[c.reference.to_metres] for c in clouds])
    low = np.array([*edges[:, :2].min(axis=0), heights.min()])
    high = np.array([*edges[:, 2:].max(axis=0), heights.max()])
    return low, high


def _own_steps(clouds: Sequence[Cloud], crs: str) -> tuple[Floats, Floats] | None:
    """Scales and offsets of the files, where one set says all points exactly."""
    first = clouds[0].header
    scales, offsets = np.array(first.scales), np.array(first.offsets)
    for cloud in clouds:
        own = cloud.header
        moved = to_site(cloud.reference.horizontal, crs, own.path) is not None
        away = (np.array(own.offsets) - offsets) / scales
        if (
            moved
            or own.point_format < 0
            or cloud.reference.to_metres != 1.0
            or own.scales != first.scales
            or np.abs(away - np.rint(away)).max() > STEP
        ):
            return None
    return scales, offsets


def _fits(low: Floats, high: Floats, steps: tuple[Floats, Floats]) -> bool:
    scales, offsets = steps
    ends = np.abs([(low - offsets) / scales, (high - offsets) / scales])
    return bool((ends < MOST).all())


def _check_room(path: Path, points: int, layout: Layout) -> None:
    """Refuse before hours of work what the disk cannot hold."""
    needed = SPILLS * points * layout.point_format.size
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise InputError(
            f"{path}: sorting {points} points needs {needed / 1e9:.1f} GB beside the "
            f"cloud, the disk has {free / 1e9:.1f} GB; make room, or do not keep the "
            "points: keep_cloud: false beside the file's name in site.yaml"
        )


@dataclass
class _Tally:
    lost: int = 0


def _records(
    clouds: Sequence[Cloud],
    layout: Layout,
    place: Place,
    classes: Classes,
    tally: _Tally,
) -> Iterator[NDArray[Any]]:
    """Records in the site's CRS; each chunk holds until the next is asked for."""
    form = layout.point_format.id
    for cloud in clouds:
        asked = replace(cloud, header=whole(cloud.header, form))
        for points in points_of(asked, place.crs):
            found = points.record
            found["classification"] = classes(points)
            good = _placed(points, layout, cloud.header.path)
            tally.lost += int(good.size - good.sum())
            yield found if good.all() else found[good]


def _placed(points: Points, layout: Layout, where: Path) -> NDArray[np.bool_]:
    """Write raw coordinates into the records; false where there is no place."""
    good = np.ones(points.x.size, dtype=np.bool_)
    for axis, name in enumerate("xyz"):
        steps = getattr(points, name) - layout.offsets[axis]
        np.rint(np.divide(steps, layout.scales[axis], out=steps), out=steps)
        good &= np.isfinite(steps)
        far = good & (np.abs(steps) > MOST)
        if far.any():
            value = getattr(points, name)[far][0]
            raise UnreadableFile(
                f"{where}: a point has the {name} {value:g}, far outside the bounds "
                "that the header claims (byte 179); take it out and export it again"
            )
        np.copyto(points.record[name.upper()], steps, casting="unsafe", where=good)
    return good
