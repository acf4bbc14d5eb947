"""The guarded child: reads one drawing, LandXML file or mesh, and passes it on.

Started by ``guarded`` as ``python -m connectors.design.child``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..audit import Audit
from ..child_answer import Answer, answer
from .mesh_read import read_mesh
from .packed import opened_stated, packed_design, packed_mesh
from .readers import READERS


def read(path: Path, request: dict[str, Any]) -> Answer:
    """Read a file as a design, or as a mesh with all its triangles."""
    stated, audit = opened_stated(request["stated"]), Audit()
    if request["as"] == "mesh":
        told, arrays = packed_mesh(*read_mesh(path, stated, audit))
    else:
        design = READERS[path.suffix.lower()](path, stated, audit)
        told, arrays = packed_design(design)
    return {**told, "audit": audit.to_json()}, arrays


if __name__ == "__main__":
    sys.exit(answer(read))
