"""GLB, OBJ, PLY and STL out; a local origin keeps float32 to the millimetre."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import InputError
from twin.tin import Tin

from ..audit import Audit, note
from .mesh import Mesh

MOST_OFF = 1e-3  # m


def write_mesh(
    path: Path, mesh: Mesh | Tin, told: dict[str, str], *, audit: Audit
) -> None:
    """Write triangles by the file's ending.

    told  "crs" and "vertical", kept in the file (STL has room for the origin only)

    GLB turns to Y up, as glTF wants. GLB, PLY and STL hold float32: coordinates are
    less a local origin of whole metres, which the file and the audit state. OBJ holds
    them in full.
    """
    import trimesh

    ending = path.suffix.lower()
    v, told = mesh.vertices, dict(told)
    if ending != ".obj":
        v, told["origin"] = _local(path, v, audit)
    if ending == ".glb":
        v = v[:, [0, 2, 1]] * (1.0, 1.0, -1.0)
        audit.read.append(note("written with Y up: x east, z south", path))
    made = trimesh.Trimesh(v, mesh.triangles, process=False, validate=False)
    data = _encoded(made, ending, told)
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_bytes(data)
    beside.replace(path)


def _local(path: Path, v: Any, audit: Audit) -> tuple[Any, str]:
    origin = np.round((v.min(axis=0) + v.max(axis=0)) / 2.0)
    local = v - origin
    off = float(np.abs(local.astype(np.float32) - local).max())
    if off > MOST_OFF:
        raise InputError(
            f"{path}: so wide that float32 would move points by {off * 1000:.2g} mm; "
            "clip it, or export .xml, .dxf or .obj"
        )
    told = " ".join(f"{x:.0f}" for x in origin)
    audit.assumed.append(
        note(f"local origin {told} taken off, points moved by at most {off:.2g} m",
             path)
    )  # fmt: skip
    return local, told


def _encoded(made: Any, ending: str, told: dict[str, str]) -> bytes:
    import trimesh

    lines = [f"minetwin {k} {' '.join(v.split())}" for k, v in told.items()]
    if ending == ".glb":
        scene: Any = trimesh.Scene(made)
        scene.metadata["minetwin"] = told
        return bytes(scene.export(file_type="glb"))
    if ending == ".stl":
        data = bytes(made.export(file_type="stl"))
        return f"minetwin origin {told['origin']}".encode().ljust(80, b"\0") + data[80:]
    if ending == ".ply":
        data = bytes(made.export(file_type="ply"))
        first, mark, rest = data.partition(b"\nelement ")
        return first + "".join(f"\ncomment {x}" for x in lines).encode() + mark + rest
    text: str = made.export(file_type="obj", digits=9, header=None)
    return ("".join(f"# {x}\n" for x in lines) + text + "\n").encode()
