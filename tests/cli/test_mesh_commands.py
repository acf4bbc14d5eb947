"""The commands for meshes mend only what they are asked to, and list it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trimesh
import typer
from typer.testing import CliRunner

from connectors.check import check
from scenarios.mesh_commands import mesh, solid
from twin.errors import InputError, UnreadableFile


def app() -> typer.Typer:
    """The two commands by themselves."""
    made = typer.Typer()
    made.command()(mesh)
    made.command()(solid)
    return made


def call(*words: object) -> dict[str, object]:
    """What a command prints with --json; its errors are raised."""
    told = CliRunner().invoke(
        app(), [str(word) for word in (*words, "--json")], catch_exceptions=False
    )
    assert told.exit_code == 0, told.output
    found: dict[str, object] = json.loads(told.stdout)
    return found


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A box of 4 x 4 x 4 m with its first triangle lost."""
    whole = trimesh.creation.box((4.0, 4.0, 4.0))
    path = tmp_path / "box.obj"
    trimesh.Trimesh(whole.vertices, whole.faces[1:], process=False).export(path)
    return path


def test_an_open_box_is_mended_only_when_asked(box: Path, tmp_path: Path) -> None:
    """Half of one face, 8 m2, is lost: refused as a solid, filled, then 64 m3."""
    before = box.read_bytes()
    with pytest.raises(InputError, match="not watertight"):
        call("solid", box)

    seen = call("mesh", box)
    mended = tmp_path / "mended.stl"
    told = call("mesh", box, "--repair", "--fill", 20, "--to", mended)
    kept = json.loads(Path(f"{mended}.audit.json").read_text("utf-8"))

    assert (seen["watertight"], seen["volume"]) == (False, None)
    assert told["after"]["volume"] == pytest.approx(64.0)  # type: ignore[index]
    assert kept["filled"][0]["area"] == pytest.approx(8.0)
    assert kept["filled"][0]["triangles"] == [11, 11]
    assert box.read_bytes() == before
    result = call("solid", mended, "--above", 1.0)["result"]
    assert result["volume"] == pytest.approx(16.0)  # type: ignore[index]


def test_without_fill_a_hole_stays_open(box: Path, tmp_path: Path) -> None:
    """A repair invents no ground by itself."""
    told = call("mesh", box, "--repair", "--to", tmp_path / "mended.obj")

    assert told["filled"] == []
    assert told["after"]["health"]["open_edges"] == 3  # type: ignore[index]


def test_a_damaged_mesh_is_one_clear_error(tmp_path: Path) -> None:
    """A binary STL that states four triangles and holds none."""
    path = tmp_path / "short.stl"
    path.write_bytes(b"\0" * 80 + (4).to_bytes(4, "little"))

    with pytest.raises(UnreadableFile, match=r"short\.stl"):
        call("mesh", path)


def test_check_tells_the_health_of_a_mesh(tmp_path: Path) -> None:
    """One triangle twice, one flipped against its neighbours."""
    path = tmp_path / "ill.obj"
    path.write_text(
        "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 2 0 0\n"
        "f 1 2 3\nf 1 4 3\nf 2 5 3\nf 2 5 3\n",
        encoding="utf-8",
    )

    (found,) = check([path])

    assert found.level == "finding"
    assert "1 double triangles" in found.what
    assert "minetwin mesh" in found.what
