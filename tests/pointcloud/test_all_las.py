"""All versions and point formats of LAS, and headers that claim too few points."""

from __future__ import annotations

import struct
from pathlib import Path

import laspy
import numpy as np
import pytest
from clouds import SOUTH, WEST, spoil, write_cloud

from connectors.pointcloud.guard import decoded
from connectors.pointcloud.header import read_header

VERSIONS = {
    "1.1": (0, 1),
    "1.2": (0, 1, 2, 3),
    "1.3": (0, 1, 2, 3, 4, 5),
    "1.4": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
}
PAIRS = [(version, form) for version, forms in VERSIONS.items() for form in forms]


def cloud_of(path: Path, version: str, form: int) -> Path:
    """Return 500 points of class 2 on a slope."""
    header = laspy.LasHeader(point_format=form, version=version)
    header.scales, header.offsets = [0.01] * 3, [WEST, SOUTH, 0.0]
    cloud = laspy.LasData(header, laspy.ScaleAwarePointRecord.zeros(500, header=header))
    x = np.arange(500) / 10.0
    cloud.x, cloud.y, cloud.z = WEST + x, SOUTH + x, 1000.0 + x
    cloud.classification = np.full(500, 2, dtype=np.uint8)
    cloud.return_number = cloud.number_of_returns = np.ones(500, dtype=np.uint8)
    cloud.write(path)
    return path


def heights(path: Path) -> list[float]:
    """Heights of all points, cm."""
    found = np.concatenate([p.z.copy() for p in decoded(read_header(path))])
    return np.round(found, 6).tolist()


@pytest.mark.parametrize(("version", "form"), PAIRS)
def test_every_version_and_point_format_is_read(
    tmp_path: Path, version: str, form: int
) -> None:
    """Heights 1000.0, 1000.1 … 1049.9 m come back, without a note."""
    path = cloud_of(tmp_path / "survey.las", version, form)

    assert heights(path) == (1000.0 + np.arange(500) / 10.0).round(6).tolist()
    assert read_header(path).notes == ()


def test_las_1_0_with_its_mark_before_the_points_is_read(tmp_path: Path) -> None:
    """1.0 puts the two bytes DD CC before its points; the offset is past them."""
    path = cloud_of(tmp_path / "survey.las", "1.1", 1)
    data = bytearray(path.read_bytes())
    start = struct.unpack_from("<I", data, 96)[0]
    data[start:start] = b"\xdd\xcc"
    data[25] = 0
    struct.pack_into("<I", data, 96, start + 2)
    path.write_bytes(data)

    assert heights(path) == (1000.0 + np.arange(500) / 10.0).round(6).tolist()


def test_a_header_that_claims_too_few_points_is_told(tmp_path: Path) -> None:
    """300 of 500 claimed: the 200 others have their room in the file."""
    path = cloud_of(tmp_path / "survey.las", "1.2", 1)
    spoil(path, 107, "<I", 300)

    header = read_header(path)

    assert "claims 300 points" in header.notes[0]
    assert "500" in header.notes[0]
    assert len(heights(path)) == 300


def test_too_few_points_claimed_of_a_laz_are_told_by_its_chunks(
    tmp_path: Path,
) -> None:
    """Two chunks of 50 000 hold at least 50 001 points; 20 000 are claimed."""
    path = write_cloud(tmp_path / "survey.laz", points=80_000)
    assert read_header(path).notes == ()
    spoil(spoil(path, 247, "<Q", 20_000), 107, "<I", 0)

    assert "at least 50001" in read_header(path).notes[0]
