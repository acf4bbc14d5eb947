"""Damaged and disguised clouds end in one message, soon, with the parent unharmed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from clouds import cut, spoil, write_cloud

from connectors.check import check
from connectors.pointcloud.guard import decoded
from connectors.pointcloud.header import read_header
from twin.errors import UnreadableFile

NAN = float("nan")
LIES: dict[str, Callable[[Path], Path]] = {
    "a trillion points": lambda p: spoil(p, 247, "<Q", 10**12),
    "4 thousand million records": lambda p: spoil(p, 100, "<I", 2**32 - 1),
    "extended records that are not there": lambda p: spoil(p, 235, "<QI", 400, 9),
    "4 thousand million extended records": lambda p: spoil(
        p, 235, "<QI", 400, 2**32 - 1
    ),
    "an extended record of an exabyte": lambda p: _long_evlr(p),
    "scale NaN": lambda p: spoil(p, 131, "<d", NAN),
    "scale zero": lambda p: spoil(p, 139, "<d", 0.0),
    "scale negative": lambda p: spoil(p, 147, "<d", -0.01),
    "bounds infinite": lambda p: spoil(p, 179, "<d", float("inf")),
    "bounds upside down": lambda p: spoil(p, 179, "<d", -1e9),
    "header past the end": lambda p: spoil(p, 94, "<H", 65_000),
    "points past the end": lambda p: spoil(p, 96, "<I", 2**31),
    "points of two bytes": lambda p: spoil(p, 105, "<H", 2),
    "point format 63": lambda p: spoil(p, 104, "<B", 0xBF),
    "version 7.9": lambda p: spoil(p, 24, "<BB", 7, 9),
    "no point": lambda p: spoil(spoil(p, 247, "<Q", 0), 107, "<I", 0),
    "twice the points": lambda p: spoil(p, 247, "<Q", 40_000),
    **{
        f"cut at {k}": partial(cut, keep=k) for k in (0.001, 0.01, 0.1, 0.5, 0.9, 0.999)
    },
}


def _long_evlr(path: Path) -> Path:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() + b"\0" * 60)
    spoil(path, 235, "<QI", size, 1)
    return spoil(path, size + 20, "<Q", 2**60)


def children() -> set[int]:
    """Processes that this one has started."""
    return {p.pid for p in psutil.Process().children(recursive=True)}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_or_damaged_file_is_refused_soon(tmp_path: Path, lie: str) -> None:
    """The message names the file and how to mend it; nothing of the child stays."""
    path = LIES[lie](write_cloud(tmp_path / "survey.laz"))
    before, began = children(), time.monotonic()

    (found,) = check([path])

    assert time.monotonic() - began < 10.0
    assert found.level == "unreadable"
    assert "survey.laz" in found.what
    assert "again" in found.what
    assert children() <= before


@pytest.mark.parametrize("start", [0.3, 0.6, 0.95])
def test_noise_inside_the_compressed_points_harms_nobody(
    tmp_path: Path, start: float
) -> None:
    """Decoders may read nonsense or give up; the parent lives and no child stays."""
    path = write_cloud(tmp_path / "survey.laz")
    data = bytearray(path.read_bytes())
    at = int(len(data) * start)
    data[at : at + 4000] = bytes(
        (k * 37) % 256 for k in range(len(data[at : at + 4000]))
    )
    path.write_bytes(data)
    before, began = children(), time.monotonic()

    found = check([path])

    assert time.monotonic() - began < 10.0
    assert len(found) <= 1
    assert children() <= before


def test_text_that_calls_itself_laz_is_refused(tmp_path: Path) -> None:
    """The first bytes tell, not the name."""
    path = tmp_path / "notes.laz"
    path.write_text("x,y,z\n1,2,3\n", encoding="utf-8")

    (found,) = check([path])

    assert "not LAS or LAZ" in found.what
    assert str(path) in found.what


def test_an_uncompressed_file_is_refused_when_points_are_missing(
    tmp_path: Path,
) -> None:
    """Without compression the size says it before any decoder is started."""
    path = cut(write_cloud(tmp_path / "survey.las"), 0.8)

    with pytest.raises(UnreadableFile, match="too few"):
        read_header(path)


def test_a_sound_file_has_no_finding(tmp_path: Path) -> None:
    """The same cloud unspoilt."""
    path = write_cloud(tmp_path / "survey.laz")

    assert check([path]) == []
    assert sum(p.x.size for p in decoded(read_header(path))) == 20_000
