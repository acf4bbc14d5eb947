"""Meshes in and out to the millimetre; a surface to every kind of file and back."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import trimesh

from connectors.audit import Audit
from connectors.design.design import Stated
from connectors.design.export import export, read_design
from connectors.design.mesh import Mesh
from connectors.design.mesh_write import write_mesh
from connectors.design.sample import sample
from connectors.raster import read_raster
from twin.errors import InputError, UnreadableFile
from twin.grid import Grid
from twin.surface import Surface

GRID = Grid("EPSG:4509", "EPSG:5737", 19_500_000.0, 4_370_000.0, 2.0, (60, 50))


def surface(holes: bool = True) -> Surface:
    """Hills with a hole."""
    y, x = np.indices(GRID.shape)
    z = (1200.0 + 9 * np.sin(x / 5.0) * np.cos(y / 7.0)).astype(np.float32)
    if holes:
        z[20:30, 10:25] = np.nan
    return Surface("s", date(2026, 5, 1), "designed", {}, GRID, z)


@pytest.mark.parametrize(
    ("ending", "most"),
    [(".xml", 1e-6), (".dxf", 1e-6), (".obj", 1e-6),
     (".glb", 1e-3), (".ply", 1e-3), (".stl", 1e-3)],
)  # fmt: skip
def test_a_surface_comes_back_from_every_kind_of_file(
    tmp_path: Path, ending: str, most: float
) -> None:
    """Sampled at the cells, which are its vertices; float32 kinds to the millimetre.

    The origin of the local coordinates is whole metres, so cells stay cells.
    """
    path, given = tmp_path / f"采坑{ending}", surface()

    export(given, path, audit=Audit())
    tin = read_design(path, Stated(crs="EPSG:4509"), Audit()).tin

    assert tin is not None
    corners = tin.vertices
    column = (corners[:, 0] - GRID.west) / GRID.cell - 0.5
    row = (GRID.north - corners[:, 1]) / GRID.cell - 0.5
    r, c = np.rint(row).astype(int), np.rint(column).astype(int)
    assert np.abs(np.column_stack([row - r, column - c])).max() * GRID.cell <= most
    assert np.abs(corners[:, 2] - given.elevation[r, c]).max() <= most
    found = np.isfinite(sample(tin, GRID))
    assert not found[21:29, 11:24].any()
    # 59 x 49 squares less the 11 x 16 at the hole and half of each of its corners
    area = (59 * 49 - 11 * 16 + 2) * 4.0
    assert tin.doubled_areas.sum() / 2 == pytest.approx(area, rel=1e-5)


@pytest.mark.parametrize("ending", [".glb", ".ply", ".stl"])
def test_the_audit_says_which_origin_was_taken_off(tmp_path: Path, ending: str) -> None:
    """A number nobody knows of would put the mesh on the equator."""
    path, out, back = tmp_path / f"a{ending}", Audit(), Audit()

    export(surface(), path, audit=out)
    design = read_design(path, Stated(), back)

    assert "local origin 19500050 4369940 1200" in out.assumed[0]["what"]
    assert any("local origin" in n["what"] for n in back.read)
    assert design.crs == (None if ending == ".stl" else "EPSG:4509")


def test_glb_has_y_up_for_other_programs(tmp_path: Path) -> None:
    """As trimesh sees it: y is elevation, z is south."""
    path = tmp_path / "a.glb"
    export(surface(), path, audit=Audit())

    low, high = trimesh.load_scene(path).bounds

    assert high[1] - low[1] == pytest.approx(18.0, abs=0.5)
    assert (high - low)[[0, 2]] == pytest.approx([98.0, 118.0])


def test_a_mesh_too_wide_for_float32_is_refused(tmp_path: Path) -> None:
    """100 km wide: float32 steps 4 mm at 50 km."""
    v = np.array([[0.0, 0, 0], [100_000.3, 0.1, 0], [0.0, 99_000.7, 0]])
    mesh = Mesh(v, np.array([[0, 1, 2]]))

    with pytest.raises(InputError, match="float32"):
        write_mesh(tmp_path / "a.stl", mesh, {}, audit=Audit())


def test_upright_and_overturned_triangles_are_counted(tmp_path: Path) -> None:
    """A box: 8 of 12 triangles are walls, 2 look down."""
    path, audit = tmp_path / "box.obj", Audit()
    path.write_text(str(trimesh.creation.box().export(file_type="obj")))

    read_design(path, Stated(), audit)

    assert audit.dropped[0]["count"] == 8
    assert audit.repaired[0]["count"] == 2


def test_cog_and_contours_open_elsewhere(tmp_path: Path) -> None:
    """The COG has the cells; the GeoPackage lines with elevation, at the interval."""
    from pyogrio import raw

    export(surface(), tmp_path / "a.tif", audit=Audit())
    export(surface(), tmp_path / "a.gpkg", interval=2.0, audit=Audit())

    found = read_raster(tmp_path / "a.tif")
    meta, _, shapes, fields = raw.read(tmp_path / "a.gpkg")
    np.testing.assert_array_equal(found.array, surface().elevation)
    assert meta["crs"] == "EPSG:4509"
    assert set(fields[0]) == set(np.arange(1192.0, 1209.0, 2.0))
    assert len(shapes) > 20


@pytest.mark.parametrize(
    ("name", "interval", "why"),
    [("a.doc", None, "not written"), ("a.gpkg", None, "interval"),
     ("a.gpkg", 500.0, "smaller interval"), ("none/a.xml", None, "no folder")],
)  # fmt: skip
def test_what_cannot_be_written_is_told(
    tmp_path: Path, name: str, interval: float | None, why: str
) -> None:
    """Before anything is written."""
    with pytest.raises(InputError, match=why):
        export(surface(), tmp_path / name, interval=interval, audit=Audit())


def a_file(tmp_path: Path, ending: str) -> bytes:
    """A sound file of that kind."""
    path = tmp_path / f"good{ending}"
    export(surface(), path, audit=Audit())
    return path.read_bytes()


def with_json(data: bytes, change: Callable[[dict], object]) -> bytes:
    """A GLB with a changed JSON part."""
    size = struct.unpack_from("<I", data, 12)[0]
    tree = json.loads(data[20 : 20 + size])
    change(tree)
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + size :]
    head = struct.pack("<4sII", b"glTF", 2, 20 + len(text) + len(rest))
    return head + struct.pack("<II", len(text), 0x4E4F534A) + text + rest


def ring(tree: dict) -> None:
    """Nodes that are one another's children."""
    n = len(tree["nodes"])
    tree["nodes"] += [{"children": [n + 1]}, {"children": [n]}]
    tree["scenes"][0]["nodes"] = [n]


COUNT = b"element vertex "
V = b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"
BAD: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "glb empty": (".glb", lambda b: b""),
    "glb garbage": (".glb", lambda b: bytes(range(256)) * 4),
    "glb truncated": (".glb", lambda b: b[:-100]),
    "glb lying length": (".glb", lambda b: b[:8] + b"\xff\xff\xff\xff" + b[12:]),
    "glb lying json": (".glb", lambda b: b[:12] + b"\xff\xff\xff\x7f" + b[16:]),
    "glb lying count": (
        ".glb", lambda b: with_json(b, lambda t: t["accessors"][0].update(count=10**9))
    ),
    "glb lying view": (
        ".glb",
        lambda b: with_json(b, lambda t: t["bufferViews"][0].update(byteLength=10**9)),
    ),
    "glb outside": (
        ".glb", lambda b: with_json(b, lambda t: t["buffers"][0].update(uri="/etc"))
    ),
    "glb ring": (".glb", lambda b: with_json(b, ring)),
    "glb list for json": (".glb", lambda b: with_json(b, lambda t: t.clear())),
    "glb draco": (
        ".glb", lambda b: with_json(b, lambda t: t.update(extensionsRequired=["KHR_d"]))
    ),
    "stl lying count": (".stl", lambda b: b[:80] + b"\xff\xff\xff\x7f" + b[84:]),
    "stl truncated": (".stl", lambda b: b[:-7]),
    "stl nan": (".stl", lambda b: b[:96] + struct.pack("<f", np.nan) + b[100:]),
    "stl text cut": (".stl", lambda b: b"solid a\nfacet normal 0 0 1\nouter loop\n"),
    "stl text garbage": (".stl", lambda b: b"solid a\nvertex a b c\nendsolid a\n"),
    "ply lying header": (".ply", lambda b: b.replace(COUNT, COUNT + b"9999")),
    "ply negative": (".ply", lambda b: b.replace(COUNT, COUNT + b"-")),
    "ply odd type": (".ply", lambda b: b.replace(b"float x", b"quad x")),
    "ply truncated": (".ply", lambda b: b[:-400]),
    "ply bad index": (".ply", lambda b: b[:-4] + b"\xff\xff\xff\x7f"),
    "ply no header": (".ply", lambda b: b"\x00\x01ply"),
    "obj bad index": (".obj", lambda b: V + b"f 1 2 9\n"),
    "obj index zero": (".obj", lambda b: V + b"f 0 1 2\n"),
    "obj words": (".obj", lambda b: V + b"v a b c\nf 1 2 3\n"),
    "obj nan": (".obj", lambda b: b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
    "obj infinite": (".obj", lambda b: b"v 1e999 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
    "obj garbage": (".obj", lambda b: bytes(range(256)) * 9),
    "obj without faces": (".obj", lambda b: V),
    "obj upright": (".obj", lambda b: b"v 0 0 0\nv 1 0 0\nv 0 0 1\nf 1 2 3\n"),
    "wrong ending": (".doc", lambda b: V),
    "glb named stl": (".stl", lambda b: b"glTF" + bytes(200)),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_false_mesh_is_told_soon(tmp_path: Path, kind: str) -> None:
    """One error that names the file, in less than ten seconds."""
    ending, make = BAD[kind]
    path = tmp_path / f"坏{ending}"
    path.write_bytes(make(a_file(tmp_path, ending) if ending != ".doc" else b""))
    start = time.monotonic()

    with pytest.raises(InputError) as error:
        read_design(path, Stated(), Audit())

    assert str(path) in str(error.value)
    assert isinstance(error.value, UnreadableFile) or ending == ".doc"
    assert time.monotonic() - start < 10.0


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-16"])
def test_names_in_an_obj_may_be_in_any_letters(tmp_path: Path, encoding: str) -> None:
    """Only numbers are read."""
    path = tmp_path / "矿.obj"
    text = "# 排土场\ng 排土场\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
    path.write_bytes(text.encode(encoding))

    tin = read_design(path, Stated(origin=(100.0, 200.0, 3.0)), Audit()).tin

    assert tin is not None
    assert tin.vertices.min(axis=0).tolist() == [100.0, 200.0, 3.0]
