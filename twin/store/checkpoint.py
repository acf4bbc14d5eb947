"""What is needed to go on with a run: a folder of plain arrays, swapped in whole.

Each array bears a CRC-32C. Files are not forced to disk one by one, which would cost
more than the steps between two checkpoints: after a power cut the checksum tells.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np

from ..errors import StoreError
from .manifest import replace_file

NAME = "checkpoint.json"


def save(
    folder: Path, arrays: Mapping[str, Any], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a new generation beside the old one, then name it; drop the old one."""
    generation = f"checkpoint-{about['done']}"
    home = folder / generation
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    names = sorted(arrays)
    for i, name in enumerate(names):
        np.save(home / f"{i}.npy", arrays[name], allow_pickle=False)
    checks = [_checksum(arrays[name]) for name in names]
    told = {"generation": generation, "names": names, "checks": checks, **about}
    replace_file(folder / NAME, json.dumps(told, ensure_ascii=False).encode())
    for old in folder.glob("checkpoint-*"):
        if old.name != generation:
            shutil.rmtree(old, ignore_errors=True)
    return told


def load(folder: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the arrays and facts of the last checkpoint; None when there is none."""
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        home = folder / about["generation"]
        arrays = {
            name: np.load(home / f"{i}.npy", allow_pickle=False)
            for i, name in enumerate(about["names"])
        }
        _compare(arrays, dict(zip(about["names"], about["checks"], strict=True)))
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(
            f"{path}: the checkpoint cannot be read ({error}); "
            "delete the run's folder and run it again"
        ) from error
    return arrays, about


def _compare(arrays: Mapping[str, Any], checks: Mapping[str, int]) -> None:
    for name, check in checks.items():
        if _checksum(arrays[name]) != check:
            raise ValueError(f"'{name}' is damaged, its checksum differs")


def _checksum(array: Any) -> int:
    flat = np.ascontiguousarray(array).reshape(-1)
    return int(google_crc32c.value(flat.tobytes()))


def drop(folder: Path) -> None:
    """Remove the checkpoint of a finished run."""
    (folder / NAME).unlink(missing_ok=True)
    for old in folder.glob("checkpoint-*"):
        shutil.rmtree(old, ignore_errors=True)
