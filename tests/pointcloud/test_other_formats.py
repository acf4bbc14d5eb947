"""PLY, text, CASS and E57 give the points of LAS; columns are reported, not guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from connectors.pointcloud.guard import decoded
from connectors.pointcloud.other_formats import look
from twin.errors import InputError, UnreadableFile

ORIGIN = (500_000.0, 4_400_000.0, 1000.0)


def places(n: int = 2_000) -> NDArray[np.float64]:
    """Points (n, 3) in centimetre steps, as a total station writes them."""
    rng = np.random.default_rng(5)
    xyz = rng.uniform(0.0, 100.0, (n, 3)).round(2)
    return np.asarray(xyz + np.array(ORIGIN)).round(2)


def points_in(path: Path, columns: str | None = None) -> NDArray[np.float64]:
    """All points of a file through the guarded child."""
    header = look(path, columns)
    parts = [np.stack([p.x, p.y, p.z], axis=1) for p in decoded(header, 700)]
    found = np.concatenate(parts)
    assert len(found) == header.points
    np.testing.assert_array_equal(header.low, found.min(axis=0))
    np.testing.assert_array_equal(header.high, found.max(axis=0))
    return found


@pytest.mark.parametrize(
    "order", ["ascii", "binary_little_endian", "binary_big_endian"]
)
def test_ply_gives_its_vertices(tmp_path: Path, order: str) -> None:
    """Double coordinates beside a colour; faces after them are left alone."""
    xyz, path = places(), tmp_path / "cloud.ply"
    head = (
        f"ply\nformat {order} 1.0\nelement vertex {len(xyz)}\nproperty double x\n"
        "property double y\nproperty double z\nproperty uchar red\n"
        "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    )
    if order == "ascii":
        body = "".join(f"{x!r} {y!r} {z!r} 7\n" for x, y, z in xyz.tolist()).encode()
        body += b"3 0 1 2\n"
    else:
        sign = "<" if "little" in order else ">"
        rows = np.zeros(len(xyz), [(a, f"{sign}f8") for a in "xyz"] + [("r", "u1")])
        rows["x"], rows["y"], rows["z"] = xyz.T
        body = rows.tobytes() + b"\x03" + np.arange(3, dtype=f"{sign}i4").tobytes()
    path.write_bytes(head.encode() + body)

    np.testing.assert_array_equal(points_in(path), xyz)


@pytest.mark.parametrize(
    ("name", "head", "form", "told"),
    [
        ("a.xyz", "", "{0} {1} {2}", "definition of .xyz"),
        ("a.csv", "id,North,East,Elevation", "7,{1},{0},{2}", "x = column 3"),
        ("a.csv", "编号;东坐标;北坐标;高程", "7;{0};{1};{2}", "semicolon"),
        ("a.txt", "# x\ty\tz\tclass", "{0}\t{1}\t{2}\t2", "tab"),
    ],
)
def test_columns_are_named_by_header_or_ending(
    tmp_path: Path, name: str, head: str, form: str, told: str
) -> None:
    """The note for the audit says delimiter and columns, and why."""
    xyz, path = places(), tmp_path / name
    rows = [form.format(*row) for row in xyz.tolist()]
    path.write_text("\n".join([*filter(None, [head]), *rows]), encoding="utf-8")

    assert told in look(path).notes[0]
    np.testing.assert_array_equal(points_in(path), xyz)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_cass_of_total_stations_is_read(tmp_path: Path, encoding: str) -> None:
    """number,code,E,N,Z with Chinese codes or none."""
    xyz, path = places(), tmp_path / "survey.dat"
    rows = [
        f"{k + 1},{'坡顶' if k % 3 else ''},{x!r},{y!r},{z!r}"
        for k, (x, y, z) in enumerate(xyz.tolist())
    ]
    path.write_bytes("\r\n".join(rows).encode(encoding))

    np.testing.assert_array_equal(points_in(path), xyz)
    assert "CASS" in look(path).notes[0]


def test_columns_that_nobody_names_are_asked_for(tmp_path: Path) -> None:
    """Three numbers in a .txt may be anything; stated columns settle it."""
    xyz, path = places(), tmp_path / "points.txt"
    np.savetxt(path, xyz[:, [1, 0, 2]], fmt="%.2f")

    with pytest.raises(InputError, match="columns: x y z") as caught:
        look(path)

    assert str(path) in str(caught.value)
    np.testing.assert_array_equal(points_in(path, "y x z"), xyz)


def test_a_row_that_is_no_number_is_named(tmp_path: Path) -> None:
    """The child says which row, the parent names the file."""
    path = tmp_path / "points.xyz"
    path.write_text("1 2 3\n4 five 6\n7 8 9\n", encoding="utf-8")

    with pytest.raises(UnreadableFile, match=r"points\.xyz.*row"):
        look(path)


def e57(path: Path, xyz: NDArray[np.float64], **pose: Any) -> Path:
    """Write one scan."""
    pye57 = pytest.importorskip("pye57")
    file = pye57.E57(str(path), mode="w")
    names = ("cartesianX", "cartesianY", "cartesianZ")
    data = dict(zip(names, np.ascontiguousarray(xyz.T), strict=True))
    file.write_scan_raw(data, **pose)
    file.close()
    return path


def test_e57_is_placed_by_its_pose(tmp_path: Path) -> None:
    """A quarter turn about z, (cos 45°, 0, 0, sin 45°), takes x, y to -y, x."""
    near = places() - np.array(ORIGIN)
    half = np.sqrt(0.5)
    path = e57(
        tmp_path / "scan.e57",
        near,
        rotation=np.array([half, 0.0, 0.0, half]),
        translation=np.array(ORIGIN),
    )

    found = points_in(path)

    turned = np.stack([-near[:, 1], near[:, 0], near[:, 2]], axis=1)
    np.testing.assert_allclose(found, turned + np.array(ORIGIN), atol=1e-6)
