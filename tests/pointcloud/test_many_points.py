"""Many points in tiles: all arrive and memory stays bounded."""

from __future__ import annotations

from pathlib import Path

from bench.many_points import GOAL, gridded


def test_five_million_points_in_tiles_stay_below_2_gib(tmp_path: Path) -> None:
    """All points are counted; parent and child together gain less than the goal."""
    made = gridded(tmp_path, 5_000_000, 2)

    assert made["points"] == 5_000_000
    assert made["memory"] < GOAL
