"""The bytes of a COPC file around its points: header, info record, hierarchy.

COPC 1.0 (copc.io): a LAZ 1.4 file of point format 6, 7 or 8 whose first record is the
160-byte info VLR and whose hierarchy of octree nodes is an extended VLR.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER, VLR_HEAD, EVLR_HEAD, INFO = 375, 54, 60, 160
INFO_AT = HEADER + VLR_HEAD  # 429, where the specification puts the info
SIDE = 128  # cells of the occupancy grid along a node; spacing = side / 128
GLOBAL_TIME_AND_WKT = 0x11
ENTRY = np.dtype(
    [("level", "<i4"), ("x", "<i4"), ("y", "<i4"), ("z", "<i4"),
     ("offset", "<u8"), ("size", "<i4"), ("count", "<i4")]
)  # fmt: skip
ONE_PAGE = 4096  # entries; larger hierarchies are split where their subtrees begin
SPLIT = 4  # level at which pages are split


@dataclass(frozen=True, slots=True)
class Layout:
    """What the points of a COPC file are.

    point_format  laspy.PointFormat of 6, 7 or 8, extra dimensions included
    wkt           WKT of the CRS, "" where there is none
    extra         bytes of the extra bytes record, b"" where there is none
    """

    point_format: Any
    scales: tuple[float, float, float]
    offsets: tuple[float, float, float]
    wkt: str = ""
    extra: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Info:
    """The info record: cube (m), spacing at the root, root page, GPS times."""

    center: tuple[float, float, float]
    halfsize: float
    spacing: float
    root_offset: int
    root_size: int
    gps_low: float
    gps_high: float

    def pack(self) -> bytes:
        """Write the 160 bytes, the last 88 of them zero."""
        numbers = (*self.center, self.halfsize, self.spacing)
        packed = struct.pack("<5d2Q2d", *numbers, self.root_offset, self.root_size,
                             self.gps_low, self.gps_high)  # fmt: skip
        return packed.ljust(INFO, b"\0")

    @classmethod
    def parse(cls, data: bytes) -> Info:
        """Inverse of ``pack``."""
        v = struct.unpack_from("<5d2Q2d", data)
        return cls((v[0], v[1], v[2]), v[3], v[4], v[5], v[6], v[7], v[8])


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all points that the header tells.

    low, high  (3,) int64 raw coordinates
    gps        lowest and highest GPS time
    returns    (15,) points of each return number
    """

    points: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    gps: tuple[float, float]
    returns: NDArray[np.int64]


def records(layout: Layout, laszip: bytes, info: Info) -> tuple[bytes, int]:
    """All VLRs, the info first, and how many they are."""
    found = [
        _vlr("copc", 1, "COPC info", info.pack()),
        _vlr("laszip encoded", 22204, "laszip", laszip),
    ]
    if layout.wkt:
        text = layout.wkt.encode() + b"\0"
        found.append(_vlr("LASF_Projection", 2112, "CRS as WKT", text))
    if layout.extra:
        found.append(_vlr("LASF_Spec", 4, "extra dimensions", layout.extra))
    return b"".join(found), len(found)


def _vlr(user: str, number: int, what: str, data: bytes) -> bytes:
    head = struct.pack("<H16sHH32s", 0, user.encode(), number, len(data), what.encode())
    return head + data


def header_bytes(
    layout: Layout, totals: Totals, vlrs: tuple[bytes, int], evlr_at: int
) -> bytes:
    """Pack the public header block of LAS 1.4, 375 bytes."""
    head = bytearray(HEADER)
    form = layout.point_format
    struct.pack_into("<4sHH", head, 0, b"LASF", 0, GLOBAL_TIME_AND_WKT)
    struct.pack_into("<BB32s32s", head, 24, 1, 4, b"minetwin", b"minetwin")
    struct.pack_into("<HII", head, 94, HEADER, HEADER + len(vlrs[0]), vlrs[1])
    struct.pack_into("<BH", head, 104, form.id | 0x80, form.size)
    scales, offsets = np.array(layout.scales), np.array(layout.offsets)
    low, high = totals.low * scales + offsets, totals.high * scales + offsets
    ends = np.stack([high, low], axis=1).ravel()
    struct.pack_into("<12d", head, 131, *scales, *offsets, *ends)
    struct.pack_into("<QIQ", head, 235, evlr_at, 1, totals.points)
    struct.pack_into("<15Q", head, 255, *(int(n) for n in totals.returns))
    return bytes(head)


def hierarchy_bytes(entries: NDArray[Any], at: int) -> tuple[bytes, int]:
    """Pages of the hierarchy that begin at byte ``at``; and the root page's size."""
    if entries.size <= ONE_PAGE:
        return entries.tobytes(), entries.nbytes
    root = entries[entries["level"] < SPLIT]
    deep = entries[entries["level"] >= SPLIT]
    shift = deep["level"] - SPLIT
    heads = np.stack([deep[axis] >> shift for axis in "xyz"], axis=1)
    keys, which = np.unique(heads, axis=0, return_inverse=True)
    links = np.zeros(len(keys), ENTRY)
    links["level"], links["count"] = SPLIT, -1
    links["x"], links["y"], links["z"] = keys.T
    order = np.argsort(which.ravel(), kind="stable")
    links["size"] = np.bincount(which.ravel()) * ENTRY.itemsize
    first = (root.size + links.size) * ENTRY.itemsize
    links["offset"] = at + first + np.cumsum(links["size"]) - links["size"]
    page = np.concatenate([root, links])
    return page.tobytes() + deep[order].tobytes(), page.nbytes


def evlr_head(size: int) -> bytes:
    """Head of the hierarchy's extended record."""
    what = b"COPC hierarchy"
    return struct.pack("<H16sHQ32s", 0, b"copc", 1000, size, what)
