"""The guarded child: decodes one file and hands its points over, chunk by chunk.

Started as ``python -m connectors.pointcloud.child FILE EXCHANGE SLOTS CHUNK MEMORY
REQUEST``, the request as JSON: which kind of file it is and how to read it. Points
go into the exchange file (columns of a slot, one after another); a line on standard
output tells the slot and how many; a line on standard input gives the slot back.
A request with a ``form`` gets records of that LAS point format beside the columns.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .limits import limit_data, limit_memory, say
from .point_records import copy_columns, copy_las, record_type

COLUMNS = (
    ("x", "f8"), ("y", "f8"), ("z", "f8"),
    ("kind", "u1"), ("last", "u1"), ("first", "u1"),
)  # fmt: skip


def columns_for(form: int | None) -> tuple[tuple[str, Any], ...]:
    """Columns of a slot; with whole records where a point format is asked for."""
    return COLUMNS if form is None else (*COLUMNS, ("record", record_type(form)))


def slot_views(
    memory: Any, slot: int, chunk: int, form: int | None = None
) -> dict[str, Any]:
    """Cut one slot of the exchange into its columns."""
    columns = columns_for(form)
    size = sum(np.dtype(t).itemsize for _, t in columns) * chunk
    at = slot * size
    views = {}
    for name, kind in columns:
        # frombuffer keeps the map open as long as a view lives
        views[name] = np.frombuffer(memory, kind, chunk, at)
        at += np.dtype(kind).itemsize * chunk
    return views


def fill(views: dict[str, Any], points: Any, start: int, stop: int) -> None:
    """Copy points [start, stop) into a slot, scaled, noise and withheld marked 255."""
    n = stop - start
    part = points[start:stop]
    for name, raw, axis in (("x", "X", 0), ("y", "Y", 1), ("z", "Z", 2)):
        out = views[name][:n]
        np.multiply(part.array[raw], part.scales[axis], out=out)
        out += part.offsets[axis]
    kind = np.asarray(part.classification, dtype=np.uint8)
    if "withheld" in part.point_format.dimension_names:
        kind = np.where(np.asarray(part.withheld) != 0, np.uint8(255), kind)
    views["kind"][:n] = kind
    number = np.asarray(part.return_number)
    views["last"][:n] = number >= np.asarray(part.number_of_returns)
    views["first"][:n] = number <= 1
    if "record" in views:
        copy_las(part.array, views["record"][:n])


@dataclass
class Slots:
    """The slots of the exchange; waits for the parent when all are full."""

    memory: Any
    chunk: int
    free: list[int] = field(default_factory=list)
    form: int | None = None  # point format of the records asked for

    def put(self, count: int, write: Callable[[dict[str, Any]], None]) -> None:
        """Let ``write`` fill a slot with ``count`` points and tell the parent."""
        while not self.free:
            self.free.append(int(sys.stdin.readline()))
        slot = self.free.pop()
        write(slot_views(self.memory, slot, self.chunk, self.form))
        say(slot=slot, count=count)

    def records(self, points: Any) -> None:
        """Pass laspy records on, as many at a time as a slot holds."""
        for start in range(0, len(points), self.chunk):
            stop = min(start + self.chunk, len(points))
            self.put(
                stop - start,
                lambda views, a=start, b=stop: fill(views, points, a, b),  # type: ignore[misc]
            )

    def columns(self, part: dict[str, Any]) -> None:
        """Pass columns on; those not given are class 1 and single returns."""
        for start in range(0, len(part["x"]), self.chunk):
            stop = min(start + self.chunk, len(part["x"]))
            self.put(
                stop - start,
                lambda views, a=start, b=stop: fill_columns(views, part, a, b),  # type: ignore[misc]
            )


def fill_columns(
    views: dict[str, Any], part: dict[str, Any], start: int, stop: int
) -> None:
    """Copy rows [start, stop) of columns into a slot."""
    for name, _ in COLUMNS:
        given = part.get(name)
        views[name][: stop - start] = 1 if given is None else given[start:stop]
    if "record" in views:
        given = {k: v[start:stop] for k, v in part.items() if v is not None}
        copy_columns(given, views["record"][: stop - start])


def decode(path: Path, slots: Slots, request: dict[str, Any]) -> None:
    """Read the file and pass every chunk on."""
    if request["kind"] == "las":
        for points in _las(path, slots.chunk, whole=slots.form is not None):
            slots.records(points)
    elif request["kind"] == "copc":
        from .copc_read import decode_nodes

        for points in decode_nodes(path, request["box"], request["level"]):
            slots.records(points)
    else:
        from .other_formats import decoder

        for part in decoder(request["kind"])(path, request, slots.chunk):
            slots.columns(part)


def _las(path: Path, chunk: int, *, whole: bool) -> Iterator[Any]:
    import laspy

    wanted = (
        laspy.DecompressionSelection.all()
        if whole
        else (
            laspy.DecompressionSelection.xy_returns_channel()
            | laspy.DecompressionSelection.Z
            | laspy.DecompressionSelection.CLASSIFICATION
            | laspy.DecompressionSelection.FLAGS
        )
    )
    with laspy.open(
        path, laz_backend=laspy.LazBackend.LazrsParallel, decompression_selection=wanted
    ) as reader:
        yield from reader.chunk_iterator(chunk)


def main() -> int:
    """Decode, and say what went wrong in one line."""
    file, exchange, slots, chunk, room, request = sys.argv[1:7]
    limit_memory()
    memory = np.memmap(exchange, dtype=np.uint8, mode="r+")
    limit_data(int(room))
    try:
        asked = json.loads(request)
        free = list(range(int(slots)))
        decode(Path(file), Slots(memory, int(chunk), free, asked.get("form")), asked)
    except MemoryError:
        say(error="needs more memory than a file of its size may")
        return 3
    except BaseException as error:  # noqa: BLE001 - native decoders raise anything
        say(error=f"{type(error).__name__}: {error}")
        return 4
    say(end=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
