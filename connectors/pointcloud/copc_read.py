"""Read COPC: the hierarchy by our own eyes, the points in the guarded child.

A box and a level ask for some nodes only; what is shown is counted beside all there is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from twin.errors import UnreadableFile

from .copc_layout import ENTRY, HEADER, INFO, INFO_AT, Info
from .guard import CHUNK, Points, decoded
from .header import LasHeader, read_header

Box = tuple[float, float, float, float, float, float]  # low x, y, z, high x, y, z
MOST_NODES = 4_000_000  # entries in all pages; 128 MB
NODE_POINTS = 4_000_000  # points; writers make nodes of some 10 000
DEEPEST = 30


@dataclass(frozen=True)
class Octree:
    """A COPC file that was found plausible.

    nodes   entries of the hierarchy with points, by level
    sides   side of the root node, m; that of level k is side / 2**k
    notes   what is odd about the file but does no harm
    """

    header: LasHeader
    info: Info
    nodes: NDArray[Any] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def deepest(self) -> int:
        """Deepest level that has points."""
        return int(self.nodes["level"].max())

    def spacing(self, level: int) -> float:
        """Distance between points at a level, m."""
        return self.info.spacing / 2.0**level

    def chosen(self, box: Box | None = None, level: int | None = None) -> NDArray[Any]:
        """Nodes that touch a box, down to and including a level."""
        use = np.ones(self.nodes.size, dtype=bool)
        if level is not None:
            use &= self.nodes["level"] <= level
        if box is not None:
            low, high = node_bounds(self.info, self.nodes)
            use &= (low <= np.array(box[3:])).all(axis=1)
            use &= (high >= np.array(box[:3])).all(axis=1)
        return self.nodes[use]

    def level_for(self, most: int, box: Box | None = None) -> int:
        """Deepest level at which the nodes touching a box hold at most ``most``."""
        mine = self.chosen(box)
        counts = np.bincount(mine["level"], mine["count"], minlength=1)
        fits = np.flatnonzero(np.cumsum(counts) <= most)
        return int(fits[-1]) if fits.size else 0


@dataclass(frozen=True)
class Shown:
    """Points of a box at a level, copied.

    shown  points given; of: points of the nodes at this level that touch the box;
    total  points of the file
    """

    xyz: NDArray[np.float64] = field(repr=False)  # (n, 3)
    kind: NDArray[np.uint8] = field(repr=False)
    shown: int
    of: int
    total: int


def is_copc(path: Path) -> bool:
    """Tell COPC from other LAZ by the place the specification gives its mark."""
    with path.open("rb") as file:
        head = file.read(INFO_AT + 8)
    return head[:4] == b"LASF" and head[377:381] == b"copc"


def open_copc(path: Path) -> Octree:
    """Read header, info record and the whole hierarchy; else UnreadableFile."""
    header = read_header(path)
    if not is_copc(path):
        raise _bad(path, "has no COPC info as its first record", HEADER)
    with path.open("rb") as file:
        file.seek(INFO_AT)
        data = file.read(INFO)
        if len(data) < INFO:
            raise _bad(path, "ends within its COPC info", INFO_AT)
        info = _checked_info(path, Info.parse(data))
        nodes = _walk(path, file, info, header)
    total = int(nodes["count"].sum(dtype=np.int64))
    notes = () if total == header.points else (
        f"the hierarchy holds {total} points, the header claims {header.points}",
    )  # fmt: skip
    return Octree(header, info, nodes, notes)


def copc_points(
    octree: Octree,
    box: Box | None = None,
    level: int | None = None,
    *,
    form: int | None = None,
) -> Generator[Points, None, None]:
    """Yield the points within a box down to a level, decoded by the guarded child.

    form  point format of the records wanted beside the columns
    """
    mine = octree.chosen(box, level)
    if not mine.size:
        return
    request = {"kind": "copc", "box": box, "level": level, "form": form}
    asked = replace(octree.header, request=json.dumps(request), points=-1)
    room = min(CHUNK, max(int(mine["count"].sum(dtype=np.int64)), 1))
    yield from decoded(asked, room)


def show(octree: Octree, box: Box | None = None, level: int | None = None) -> Shown:
    """Copy the points within a box down to a level, with honest counts."""
    xyz, kind = [np.zeros((0, 3))], [np.zeros(0, dtype=np.uint8)]
    for points in copc_points(octree, box, level):
        xyz.append(np.stack([points.x, points.y, points.z], axis=1))
        kind.append(points.kind.copy())
    found = np.concatenate(xyz)
    mine = octree.chosen(box, level)
    of = int(mine["count"].sum(dtype=np.int64))
    total = int(octree.nodes["count"].sum(dtype=np.int64))
    return Shown(found, np.concatenate(kind), len(found), of, total)


def node_bounds(
    info: Info, nodes: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Low and high corners (n, 3) of nodes."""
    side = 2 * info.halfsize / 2.0 ** nodes["level"].astype(np.float64)
    cell = np.stack([nodes[axis] for axis in "xyz"], axis=1)
    low = np.array(info.center) - info.halfsize + cell * side[:, None]
    return low, low + side[:, None]


def _checked_info(path: Path, info: Info) -> Info:
    numbers = (*info.center, info.halfsize, info.spacing)
    if not all(math.isfinite(v) for v in numbers):
        raise _bad(path, "has NaN or infinity in its COPC info", INFO_AT)
    if info.halfsize <= 0 or info.spacing <= 0:
        what = f"claims half a side of {info.halfsize} and a spacing of {info.spacing}"
        raise _bad(path, what, INFO_AT + 24)
    return info


def _walk(path: Path, file: BinaryIO, info: Info, header: LasHeader) -> NDArray[Any]:
    """Gather the entries of all pages; a page is read once, whoever names it."""
    size = path.stat().st_size
    pages, read, found = [(info.root_offset, info.root_size)], set(), []
    entries = 0
    while pages:
        at, length = pages.pop()
        if at in read:
            raise _bad(path, "names a page of its hierarchy twice, a loop", at)
        read.add(at)
        entries += length // ENTRY.itemsize
        if length <= 0 or length % ENTRY.itemsize or at + length > size:
            raise _bad(path, f"claims a page of {length} bytes at {at}", INFO_AT + 40)
        if entries > MOST_NODES:
            raise _bad(path, f"has more than {MOST_NODES} nodes", at)
        file.seek(at)
        page = np.frombuffer(file.read(length), ENTRY)
        links = page[page["count"] == -1]
        pages += zip(links["offset"].tolist(), links["size"].tolist(), strict=True)
        found.append(page[page["count"] != -1])
    nodes = np.concatenate(found)
    _check_nodes(path, nodes, size, header)
    nodes = nodes[nodes["count"] > 0]
    if not nodes.size:
        raise _bad(path, "has a hierarchy without points", info.root_offset)
    return nodes[np.argsort(nodes["level"], kind="stable")]


def _check_nodes(path: Path, nodes: NDArray[Any], size: int, header: LasHeader) -> None:
    level = nodes["level"]
    wide = 2.0 ** np.clip(level, 0, DEEPEST)
    cells = np.stack([nodes[axis] for axis in "xyz"], axis=1)
    inside = ((cells >= 0) & (cells < wide[:, None])).all(axis=1)
    full = nodes["count"] > 0
    end = nodes["offset"].astype(np.float64) + nodes["size"]
    away = full & ((nodes["size"] <= 0) | (end > size))
    lies = {
        "a key outside the octree": (level < 0) | (level > DEEPEST) | ~inside,
        "a negative count": nodes["count"] < -1,
        f"more than {NODE_POINTS} points": nodes["count"] > NODE_POINTS,
        "a chunk outside the file": away,
        "more points than the header": nodes["count"] > header.points,
    }
    for what, wrong in lies.items():
        if wrong.any():
            row = nodes[np.flatnonzero(wrong)[0]].tolist()
            raise _bad(path, f"has a node {row[:4]} with {what}", int(row[4]))
    keys = np.unique(np.stack([level, *cells.T], axis=1), axis=0)
    if len(keys) < nodes.size:
        raise _bad(path, "names a node of its hierarchy twice", 0)
    if nodes["count"].sum(dtype=np.int64) > header.points:
        raise _bad(path, "has more points in its hierarchy than in its header", 247)


def _bad(path: Path, what: str, at: int) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the COPC file {what} (byte {at}); it is damaged or false: copy or "
        "export it again, or convert the cloud to COPC anew"
    )


def decode_nodes(path: Path, box: Box | None, level: int | None) -> Any:
    """Yield laspy records of the nodes asked for; runs in the child only."""
    import laspy
    import lazrs

    octree = open_copc(path)
    with path.open("rb") as file:
        header = laspy.LasHeader.read_from(file, read_evlrs=False)
        laszip = header.vlrs.get("LasZipVlr")[0].record_data
        form = header.point_format
        for node in octree.chosen(box, level):
            file.seek(int(node["offset"]))
            count, size = int(node["count"]), int(node["size"])
            raw = np.zeros(count * form.size, dtype=np.uint8)
            lazrs.decompress_points_with_chunk_table(
                file.read(size), laszip, raw, [(count, size)]
            )
            part = laspy.ScaleAwarePointRecord(
                np.frombuffer(raw, form.dtype()), form, header.scales, header.offsets
            )
            yield part if box is None else part[_within(part, box)]


def _within(part: Any, box: Box) -> Any:
    use = np.ones(len(part), dtype=bool)
    for axis, name in enumerate("xyz"):
        value = np.asarray(getattr(part, name))
        use &= (value >= box[axis]) & (value <= box[axis + 3])
    return use
