"""Write COPC: an octree of points as one LAZ file, in bounded memory.

Points are spilled to disk once to learn their bounds, sorted into top-level cells, and
each cell is divided alone: the grids of all coarser levels lie within it, so that no
cell needs to know of another.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError

from .copc_layout import (
    ENTRY,
    EVLR_HEAD,
    HEADER,
    SIDE,
    Info,
    Layout,
    Totals,
    evlr_head,
    header_bytes,
    hierarchy_bytes,
    records,
)
from .copc_levels import BITS, DEEPEST, levels, unspread
from .copc_order import gathered, in_order, radix_order
from .copc_spill import Cell, cells_of, codes_of, sort_spill

Key = tuple[int, int, int, int]  # level, x, y, z
Nodes = list[tuple[Key, NDArray[Any]]]
FORMATS = (6, 7, 8)
AHEAD = 2  # cells in memory: one is written, the next is divided


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: points, nodes and deepest level."""

    path: Path
    points: int
    nodes: int
    deepest: int


def layout_of(header: Any, wkt: str = "") -> Layout:
    """Layout of a laspy header; formats 0 to 5 become the 1.4 format that holds them.

    wkt  WKT of the CRS; "" takes the header's own
    """
    import laspy

    form = header.point_format
    made = laspy.LasHeader(
        point_format={0: 6, 1: 6, 2: 7, 3: 7, 4: 6, 5: 7, 9: 6, 10: 8}.get(
            form.id, form.id
        ),
        version="1.4",
    )
    for dim in form.extra_dimensions:
        made.add_extra_dim(
            laspy.ExtraBytesParams(
                dim.name, dim.type_str(), dim.description, dim.offsets, dim.scales
            )
        )
    extra = made.vlrs.get("ExtraBytesVlr")
    data = extra[0].record_data_bytes() if extra else b""
    own = header.parse_crs() if not wkt else None
    text = wkt or (own.to_wkt("WKT1_GDAL") if own is not None else "")
    scales, offsets = map(tuple, (header.scales, header.offsets))
    return Layout(made.point_format, scales, offsets, text, data)


def fitting(chunks: Iterable[Any], layout: Layout) -> Iterator[NDArray[Any]]:
    """Records of laspy chunks, in the layout's point format."""
    import laspy

    for chunk in chunks:
        if chunk.point_format == layout.point_format:
            yield chunk.array
        else:
            yield laspy.PackedPointRecord.from_point_record(
                chunk, layout.point_format
            ).array


def write_copc(path: Path, chunks: Iterable[NDArray[Any]], layout: Layout) -> Written:
    """Write every record of ``chunks`` into exactly one node of a COPC file.

    chunks  structured arrays of ``layout.point_format.dtype()``, raw int32 coordinates

    Raises InputError for another point format, and where there is no point.
    """
    if layout.point_format.id not in FORMATS:
        raise InputError(
            f"{path}: COPC holds point formats 6, 7 and 8, not "
            f"{layout.point_format.id}; convert with layout_of and fitting"
        )
    kind = layout.point_format.dtype()
    with tempfile.TemporaryDirectory(prefix=".copc-", dir=path.parent) as folder:
        spill, in_order = Path(folder) / "spill", Path(folder) / "sorted"
        totals = _spill(path, spill, chunks, kind)
        center, half, frame = _cube(layout, totals)
        cells = cells_of(spill, kind, frame)
        if len(cells) == 1:
            in_order = spill
        else:
            sort_spill(spill, in_order, kind, frame, cells)
            spill.unlink()
        whole = Path(folder) / "whole"
        info = Info(center, half, 2 * half / SIDE, 0, 0, *totals.gps)
        with whole.open("wb+") as out, in_order.open("rb") as points:
            octree = _Octree(out, layout, info, totals)
            nodes = _nodes(points, kind, frame, cells)
            written = octree.write(nodes)
        whole.replace(path)
    return Written(path, totals.points, written.size, int(written["level"].max()))


def _spill(
    path: Path, spill: Path, chunks: Iterable[NDArray[Any]], kind: Any
) -> Totals:
    low, high = np.full(3, 2**31), np.full(3, -(2**31))
    times, returns, n = [np.inf, -np.inf], np.zeros(16, dtype=np.int64), 0
    with spill.open("wb") as file:
        for chunk in chunks:
            if chunk.dtype != kind:
                raise InputError(
                    f"{path}: a chunk has columns {chunk.dtype.names}, the layout "
                    f"{kind.names}; convert it with fitting"
                )
            if not chunk.size:
                continue
            for axis, name in enumerate("XYZ"):
                low[axis] = min(low[axis], int(chunk[name].min()))
                high[axis] = max(high[axis], int(chunk[name].max()))
            times[0] = min(times[0], float(chunk["gps_time"].min()))
            times[1] = max(times[1], float(chunk["gps_time"].max()))
            returns += np.bincount(chunk["bit_fields"] & 15, minlength=16)
            n += chunk.size
            file.write(_bytes(np.ascontiguousarray(chunk)))
    if not n:
        raise InputError(f"{path}: there is no point to write; give at least one")
    return Totals(n, low, high, (times[0], times[1]), returns[1:])


def _cube(
    layout: Layout, totals: Totals
) -> tuple[tuple[float, float, float], float, NDArray[np.float64]]:
    """Centre and half side of the root node, and the frame of its Morton codes."""
    scales, offsets = np.array(layout.scales), np.array(layout.offsets)
    low, high = totals.low * scales + offsets, totals.high * scales + offsets
    half = float((high - low).max()) / 2 + float(scales.max())
    center = (low + high) / 2
    per_metre = (1 << BITS) / (2 * half)
    frame = np.stack([scales * per_metre, (offsets - center + half) * per_metre], 1)
    x, y, z = (float(v) for v in center)
    return (x, y, z), half, frame


def _nodes(
    points: BinaryIO, kind: Any, frame: NDArray[np.float64], cells: Sequence[Cell]
) -> Iterator[Nodes]:
    """Finished nodes, cell after cell; a coarse one when its last cell is done."""
    coarse: dict[Key, list[NDArray[Any]]] = {}
    for number, (cell, nodes) in enumerate(_in_turn(points, kind, frame, cells)):
        finished = []
        for key, part in nodes:
            if key[0] < cell.level:
                # a copy: a view would keep all points of the cell in memory
                coarse.setdefault(key, []).append(part.copy())
            else:
                finished.append((key, part))
        after = cells[number + 1] if number + 1 < len(cells) else None
        done = [k for k in coarse if after is None or not _above(k, after)]
        finished += [(key, np.concatenate(coarse.pop(key))) for key in done]
        yield finished


def _in_turn(
    points: BinaryIO, kind: Any, frame: NDArray[np.float64], cells: Sequence[Cell]
) -> Iterator[tuple[Cell, Nodes]]:
    """Divide cells, the next one while the one before is written."""
    waiting: deque[tuple[Cell, Future[Nodes]]] = deque()
    with ThreadPoolExecutor(AHEAD) as pool:
        for cell in cells:
            points.seek(cell.start * kind.itemsize)
            records = np.frombuffer(points.read(cell.count * kind.itemsize), kind)
            waiting.append((cell, pool.submit(_divided, records, frame, cell.level)))
            del records
            if len(waiting) == AHEAD:
                done, nodes = waiting.popleft()
                yield done, nodes.result()
        for done, nodes in waiting:
            yield done, nodes.result()


def _above(key: Key, cell: Cell) -> bool:
    """Whether the next cell still adds points to a coarse node."""
    depth = 7 - key[0]
    at = unspread(np.array([cell.first >> 3 * depth]))[0]
    return key[0] < cell.level and tuple(at) == key[1:]


def _divided(
    records: NDArray[Any], frame: NDArray[np.float64], cell_level: int
) -> Nodes:
    """Nodes of a top-level cell with their points, by level and Morton code."""
    codes = codes_of(records, frame)
    order = np.zeros(codes.size, dtype=np.int32)
    radix_order(codes, order)
    level = np.zeros(codes.size, dtype=np.int8)
    levels(codes, cell_level, level)
    within, starts = in_order(level, DEEPEST + 1)
    points = gathered(records, order[within])
    found: Nodes = []
    for at in np.flatnonzero(np.diff(starts)).tolist():
        mine = within[starts[at] : starts[at + 1]]
        node = codes[mine] >> 3 * (BITS - at)
        begin = np.flatnonzero(np.diff(node, prepend=-1))
        keys = unspread(node[begin])
        parts = np.split(points[starts[at] : starts[at + 1]], begin[1:])
        found += [
            ((at, x, y, z), part)
            for (x, y, z), part in zip(keys.tolist(), parts, strict=True)
        ]
    return found


def _bytes(part: NDArray[Any]) -> memoryview:
    return part.view(np.uint8).data


@dataclass
class _Octree:
    """The file while it is written: header last, when all is known."""

    out: BinaryIO
    layout: Layout
    info: Info
    totals: Totals
    keys: list[Key] = field(default_factory=list)

    def write(self, nodes: Iterable[list[tuple[Key, NDArray[Any]]]]) -> NDArray[Any]:
        """Points, chunk table, hierarchy, header; return the hierarchy's entries."""
        import lazrs

        form = self.layout.point_format
        laszip = lazrs.LazVlr.new_for_compression(form.id, form.num_extra_bytes, True)
        data = laszip.record_data()
        vlrs = records(self.layout, bytes(data), self.info)
        start = HEADER + len(vlrs[0])
        self.out.write(b"\0" * start)
        packer = lazrs.ParLasZipCompressor(self.out, laszip)
        packer.reserve_offset_to_chunk_table()
        for finished in nodes:
            self.keys += [key for key, _ in finished]
            packer.compress_chunks([_bytes(part) for _, part in finished])
        packer.done()
        self.out.seek(start)
        table = lazrs.read_chunk_table(self.out, laszip)
        entries = self._entries(table, start + 8)
        self._finish(entries, bytes(data))
        return entries

    def _entries(self, table: Sequence[tuple[int, int]], at: int) -> NDArray[Any]:
        entries = np.zeros(len(self.keys), ENTRY)
        for axis, name in enumerate(("level", "x", "y", "z")):
            entries[name] = [key[axis] for key in self.keys]
        entries["count"], entries["size"] = np.array(table).T
        sizes = entries["size"].astype(np.uint64)
        entries["offset"] = at + np.cumsum(sizes) - sizes
        return entries[np.argsort(entries["level"], kind="stable")]

    def _finish(self, entries: NDArray[Any], laszip: bytes) -> None:
        end = self.out.seek(0, 2)
        pages, root_size = hierarchy_bytes(entries, end + EVLR_HEAD)
        self.out.write(evlr_head(len(pages)) + pages)
        i = self.info
        info = Info(
            i.center, i.halfsize, i.spacing, end + EVLR_HEAD, root_size,
            i.gps_low, i.gps_high,
        )  # fmt: skip
        vlrs = records(self.layout, laszip, info)
        self.out.seek(0)
        self.out.write(header_bytes(self.layout, self.totals, vlrs, end))
        self.out.write(vlrs[0])
