"""Which reader reads which design file; light, so that the child starts soon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..audit import Audit
from .design import Design, Stated
from .dxf_read import read_dxf
from .landxml_read import read_landxml
from .mesh_read import read_mesh_design

READERS: dict[str, Callable[[Path, Stated, Audit], Design]] = {
    ".xml": read_landxml,
    ".landxml": read_landxml,
    ".dxf": read_dxf,
    ".glb": read_mesh_design,
    ".obj": read_mesh_design,
    ".ply": read_mesh_design,
    ".stl": read_mesh_design,
}
