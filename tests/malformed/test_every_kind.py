"""Every malformed kind: no crash, soon, in little memory, one message that helps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import designs
import pytest
import rasters
import vectors

sys.path.insert(0, str(Path(__file__).parents[1] / "pointcloud"))
import malformed

LOOK = Path(__file__).with_name("look.py")
SECONDS, MEMORY = 10.0, 512 << 20


def clouds(folder: Path) -> dict[str, Path]:
    """Every malformed cloud in a folder of its own; name -> file."""
    made = {}
    for i, (name, make) in enumerate(malformed.KINDS.items()):
        home = folder / f"{i}"
        home.mkdir()
        path = make(home)
        if path.suffix != ".csv":  # at this door a table is weather or readings
            made[f"cloud: {name}"] = path
    return made


WRITERS = (vectors.write, rasters.write, designs.write, clouds)
# what a reader may rightly not mind: the first directory and its tiles are sound
HARMLESS = {
    *(f"cloud: {name}" for name in malformed.HARMLESS),
    "raster: directory that follows itself",
    "raster: tiles of 4 GiB",
    "raster: bits flipped",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Everything looked at in one process."""
    files: dict[str, Path] = {}
    for i, write in enumerate(WRITERS):
        folder = tmp_path_factory.mktemp(f"坏文件{i}")
        files |= write(folder)
    ran = subprocess.run(
        [sys.executable, str(LOOK), *map(str, files.values())],
        capture_output=True, text=True, timeout=280, check=False, encoding="utf-8",
    )  # fmt: skip
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    by_file = {line["file"]: line for line in lines}
    missing = [n for n, p in files.items() if str(p) not in by_file]
    assert ran.returncode == 0, f"crashed at '{missing[0]}': {ran.stderr[-2000:]}"
    return {name: by_file[str(path)] for name, path in files.items()}


def test_there_are_kinds_enough(told: dict[str, dict[str, Any]]) -> None:
    assert len(told) >= 60


def test_each_is_refused_with_one_message_that_names_the_file(
    told: dict[str, dict[str, Any]],
) -> None:
    for name, line in told.items():
        if name in HARMLESS and not line["said"]:
            continue
        assert len(line["said"]) == 1, f"{name}: {line['said']}"
        what = line["said"][0]
        assert Path(line["file"]).name in what, f"{name}: {what}"
        assert ";" in what or ":" in what, f"{name} says no mend: {what}"
        assert "Traceback" not in what
        assert len(what) < 700, f"{name}: {what}"


def test_none_takes_long_or_much(told: dict[str, dict[str, Any]]) -> None:
    for name, line in told.items():
        allowed = MEMORY + 2 * Path(line["file"]).stat().st_size
        assert line["seconds"] < SECONDS, f"{name} took {line['seconds']:.1f} s"
        assert line["memory"] < allowed, f"{name} took {line['memory'] >> 20} MiB"
