"""DXF in and out: exact coordinates, a clean drawing, no unit guessed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import pytest

from connectors.audit import Audit
from connectors.design.contours import contours_of
from connectors.design.design import Design, Stated
from connectors.design.dxf_read import read_dxf
from connectors.design.dxf_write import write_dxf
from connectors.design.raster_tin import tin_of_raster
from twin.errors import InputError, UnknownName, UnreadableFile
from twin.grid import Grid

GRID = Grid("EPSG:4509", "unknown", 19_500_000.0, 4_370_000.0, 2.0, (30, 30))


def design() -> Design:
    """Hills on 30 x 30 cells with their contours."""
    y, x = np.indices(GRID.shape)
    tin = tin_of_raster(1200.0 + 9 * np.sin(x / 5.0) * np.cos(y / 7.0), GRID)
    return Design("hills", tin, (tin.vertices[:20],), (), contours_of(tin, 2.0))


def drawn(path: Path, draw: Callable[[Any], object], units: int = 6) -> Path:
    """A drawing with what ``draw`` adds to its model space."""
    drawing = ezdxf.new("R2010", units=units)  # type: ignore[attr-defined]
    draw(drawing.modelspace())
    drawing.saveas(path)
    return path


def test_a_round_trip_moves_nothing(tmp_path: Path) -> None:
    """Triangles keep their corners to a micrometre, contours theirs."""
    path, given = tmp_path / "排土场.dxf", design()

    write_dxf(path, given)
    found = read_dxf(path, Stated(), Audit())

    assert given.tin is not None
    assert found.tin is not None
    a, b = (d.vertices[d.triangles] for d in (given.tin, found.tin))
    a, b = (np.sort(t.reshape(len(t), -1, 3), axis=1) for t in (a, b))
    np.testing.assert_allclose(b, a, rtol=0, atol=1e-6)
    assert len(found.contours) == len(given.contours)
    for one, other in zip(found.contours, given.contours, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.breaklines[0], given.breaklines[0], atol=1e-6)


def test_the_drawing_passes_the_audit_and_is_in_metres(tmp_path: Path) -> None:
    """As ezdxf's own auditor sees it."""
    path = tmp_path / "d.dxf"
    write_dxf(path, design())

    drawing = ezdxf.readfile(path)  # type: ignore[attr-defined]
    auditor = drawing.audit()

    assert not auditor.errors
    assert not auditor.fixes
    assert drawing.header["$INSUNITS"] == 6
    assert {e.dxftype() for e in drawing.modelspace()} == {"3DFACE", "POLYLINE"}


def test_polyface_and_polymesh_are_triangles(tmp_path: Path) -> None:
    """A polyface quad is two triangles; a mesh of 3 x 4 points 2 x 3 x 2 = 12."""

    def draw(space: Any) -> None:
        face = space.add_polyface()
        face.append_face([(0, 0, 1), (5, 0, 1), (5, 5, 2), (0, 5, 2)])
        mesh = space.add_polymesh((3, 4))
        for i in range(3):
            for j in range(4):
                mesh.set_mesh_vertex((i, j), (10.0 + i, j, i * j))

    found = read_dxf(drawn(tmp_path / "d.dxf", draw), Stated(), Audit()).tin

    assert found is not None
    assert len(found.triangles) == 14
    assert found.doubled_areas.sum() / 2 == pytest.approx(25.0 + 6.0)


def test_layers_are_chosen_and_units_applied(tmp_path: Path) -> None:
    """Feet: 10 are 3.048 m. A level LWPOLYLINE is a contour, a LINE a breakline."""

    def draw(space: Any) -> None:
        line = [(0, 0), (10, 0), (10, 10)]
        attributes = {"layer": "等高线", "elevation": 100}
        space.add_lwpolyline(line, close=True, dxfattribs=attributes)
        space.add_line((0, 0, 0), (10, 0, 5), {"layer": "坡顶线"})
        space.add_circle((0, 0), 3)

    path, audit = drawn(tmp_path / "d.dxf", draw, units=2), Audit()

    whole = read_dxf(path, Stated(), audit)
    part = read_dxf(path, Stated(layers=("等高线",)), Audit())

    assert (len(whole.contours), len(whole.breaklines)) == (1, 1)
    assert (len(part.contours), len(part.breaklines)) == (1, 0)
    np.testing.assert_allclose(part.contours[0][1], [3.048, 0.0, 30.48])
    np.testing.assert_array_equal(part.contours[0][0], part.contours[0][-1])
    assert audit.dropped[0]["what"] == "CIRCLE entities"
    with pytest.raises(UnknownName, match="等高线"):
        read_dxf(path, Stated(layers=("等高",)), Audit())


def test_a_drawing_without_a_unit_is_refused_unless_stated(tmp_path: Path) -> None:
    """A metre taken for a millimetre is a thousandfold error."""
    path = drawn(
        tmp_path / "d.dxf", lambda s: s.add_line((0, 0, 0), (9000, 0, 1)), units=0
    )

    with pytest.raises(InputError, match="state the unit"):
        read_dxf(path, Stated(), Audit())
    found = read_dxf(path, Stated(unit="mm"), Audit())

    assert found.breaklines[0][1, 0] == pytest.approx(9.0)


def good(tmp_path: Path) -> bytes:
    """A small sound drawing."""
    path = drawn(
        tmp_path / "good.dxf",
        lambda s: s.add_3dface([(0, 0, 0), (1, 0, 0), (0, 1, 12345.5)]),
    )
    return path.read_bytes()


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda b: b"", "empty"),
    "garbage": (lambda b: bytes(range(256)) * 50, "does not begin"),
    "dwg": (lambda b: b"AC1032" + bytes(500), "DWG"),
    "truncated": (lambda b: b[: len(b) // 2], "ends before"),
    "infinite": (lambda b: b.replace(b"12345.5", b"1e999"), "NaN or infinite"),
    "a face without a corner": (
        lambda b: re.sub(rb" 12\r?\n.*\n 22\r?\n.*\n 32\r?\n12345.5\r?\n", b"", b),
        "lacks a corner",
    ),
    "a word for a number": (lambda b: b.replace(b"12345.5", b"x12y"), "damaged"),
    "no entities": (
        lambda b: b"0\nSECTION\n2\nHEADER\n9\n$INSUNITS\n70\n6\n0\nENDSEC\n0\nEOF\n",
        "no 3DFACE",
    ),
    "false binary": (
        lambda b: b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(99) + b"EOF", "damaged"
    ),
    "garbage inside": (
        lambda b: b"0\nSECTION\n" + bytes(range(256)) * 4000 + b"\n0\nEOF\n", "."
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_is_no_drawing_is_told_soon(tmp_path: Path, kind: str) -> None:
    """One error that names the file, in less than ten seconds."""
    make, why = BAD[kind]
    path = tmp_path / "坏.dxf"
    path.write_bytes(make(good(tmp_path)))
    start = time.monotonic()

    with pytest.raises(InputError, match=why) as error:
        read_dxf(path, Stated(), Audit())

    assert str(path) in str(error.value)
    assert isinstance(error.value, UnreadableFile) or kind == "garbage inside"
    assert time.monotonic() - start < 10.0
