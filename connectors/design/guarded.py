"""Designs and meshes read by a guarded child, which a bad file can harm alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin.errors import InputError

from ..audit import Audit
from ..guarded_child import Limits, result_of
from .design import Design, Stated, gate
from .mesh import Mesh
from .packed import opened_design, packed_stated
from .readers import READERS

MODULE = "connectors.design.child"
# A quarter of what was measured on a slow machine for sound files: DXF 1 MB/s through
# ezdxf, LandXML 3 MB/s. Memory: 9 and 12 bytes a byte of the file.
RATE = 250e3  # bytes/s
TIMES = 16.0  # bytes of memory a byte of the file
LARGEST = 1 << 30  # bytes, of any kind; each has its own limit in its reader


def read_design(path: Path, stated: Stated, audit: Audit) -> Design:
    """Read a design by the file's ending; the content must be of that kind.

    Raises InputError for what cannot be used, UnreadableFile also where reading takes
    too long or too much memory.
    """
    if path.suffix.lower() not in READERS:
        raise InputError(
            f"{path}: '{path.suffix}' is no design ending; use {', '.join(READERS)}"
        )
    told, arrays = _read(path, "design", stated, audit)
    return opened_design(told, arrays, path)


def read_mesh(
    path: Path, stated: Stated, audit: Audit
) -> tuple[Mesh, Mapping[str, str]]:
    """All triangles of a mesh file and what it tells; see mesh_read.read_mesh."""
    told, arrays = _read(path, "mesh", stated, audit)
    return Mesh(arrays["vertices"], arrays["triangles"]), told["said"]


def _read(
    path: Path, what: str, stated: Stated, audit: Audit
) -> tuple[dict[str, Any], dict[str, Any]]:
    gate(path, LARGEST)
    request = {"as": what, "stated": packed_stated(stated)}
    limits = Limits.for_file(path, rate=RATE, times=TIMES)
    told, arrays = result_of(path, MODULE, request, limits)
    audit.join(Audit(**told.pop("audit")))
    return told, arrays
