"""Damaged and lying clouds on their way to COPC: one message, or a sound file."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest
from malformed import KINDS, REFUSED
from pyproj import CRS
from test_malformed import MENDS, TIME, Children

from connectors.audit import Audit
from connectors.pointcloud.copc_read import open_copc
from connectors.pointcloud.copc_survey import Place, write_survey_cloud
from connectors.pointcloud.other_formats import look
from connectors.pointcloud.reference_system import Reference
from connectors.pointcloud.survey import Cloud
from twin.errors import InputError

ROOM = 512 << 20  # bytes
ZONE = Reference(CRS.from_epsg(32649), "unknown", 1.0)
# others than LAS are refused when they are looked at, before anything is converted
LAS = {k: make for k, make in KINDS.items() if not k.startswith(("ply", "xyz", "e57"))}


def converted(path: Path, out: Path) -> str:
    """Return the message of the refusal, "" where a COPC was made."""
    try:
        cloud = Cloud(look(path), ZONE)
        write_survey_cloud(out, [cloud], Place("EPSG:32649"), audit=Audit())
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", LAS)
def test_nothing_breaks_on_the_way_to_copc(tmp_path: Path, kind: str) -> None:
    """Within 10 s; children within 512 MiB plus twice the file, the caller within 512.

    Of a refused file nothing is left behind; of another every point that the header
    counts is in the COPC, whose hierarchy is plausible.
    """
    path = LAS[kind](tmp_path)
    home = tmp_path / "out"
    home.mkdir()
    out = home / "cloud.copc.laz"
    own = psutil.Process()
    before, size = own.memory_info().rss, path.stat().st_size
    children = {p.pid for p in own.children(recursive=True)}
    began = time.monotonic()

    with Children() as memory:
        message = converted(path, out)

    assert time.monotonic() - began < TIME
    assert memory.most <= ROOM + 2 * size
    assert own.memory_info().rss - before <= ROOM
    assert {p.pid for p in own.children(recursive=True)} <= children
    if message:
        assert str(path) in message
        assert any(word in message for word in MENDS)
        assert list(home.iterdir()) == []
    else:
        assert kind not in REFUSED or kind.startswith("copc")
        octree = open_copc(out)
        assert octree.notes == ()
        assert octree.header.points == look(path).points
