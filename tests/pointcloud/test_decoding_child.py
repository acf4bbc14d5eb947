"""A child that crashes, hangs or swells: one error, and the parent goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from clouds import write_cloud

from connectors.pointcloud import guard
from connectors.pointcloud.guard import decoded
from connectors.pointcloud.header import read_header
from twin.errors import UnreadableFile

CHILDREN = {
    "crash": ("import os; os.abort()", "died"),
    "quiet exit": ("pass", "died"),
    "nonsense": ("print('what')", "what"),
    "hang": ("import time; time.sleep(600)", "stood still"),
    "growth": ("import time; a = b'x' * (300 << 20); time.sleep(600)", "MiB"),
    "growth amid talk": (
        "import time; a = []\n"
        "while True: a.append(b'x' * (4 << 20)); time.sleep(0.02)"
        '; print(\'{"slot": 0, "count": 1}\', flush=True)',
        "MiB",
    ),
}


@pytest.mark.parametrize("kind", CHILDREN)
def test_a_child_gone_wrong_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whatever the child does instead of decoding, UnreadableFile names the file."""
    code, told = CHILDREN[kind]
    header = read_header(write_cloud(tmp_path / "survey.laz"))
    monkeypatch.setattr(guard, "COMMAND", (sys.executable, "-c", code))
    monkeypatch.setattr(guard, "SILENCE", 2.0)
    monkeypatch.setattr(guard, "POINT_MEMORY", 200 << 20)
    before = {p.pid for p in psutil.Process().children(recursive=True)}

    with pytest.raises(UnreadableFile, match=told) as caught:
        list(decoded(header))

    assert "survey.laz" in str(caught.value)
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before


def test_a_reader_that_stops_early_leaves_no_child(tmp_path: Path) -> None:
    """Closing the iterator ends the child, though it had more to say."""
    header = read_header(write_cloud(tmp_path / "survey.laz"))
    before = {p.pid for p in psutil.Process().children(recursive=True)}

    points = decoded(header, chunk=1000)
    next(points)
    points.close()

    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before


def test_points_kept_too_long_do_not_crash(tmp_path: Path) -> None:
    """Their values are overwritten, but the memory under them stays."""
    kept = list(decoded(read_header(write_cloud(tmp_path / "survey.laz")), chunk=5000))

    assert [p.x.size for p in kept] == [5000] * 4
    assert all(float(p.x.min()) >= 500_000.0 for p in kept)
