"""The list of what may be trusted in a run, replaced atomically."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import StoreError

NAME = "manifest.json"


def replace_file(path: Path, data: bytes) -> None:
    """Write beside, bring to disk, rename: the old or the new file, never a half."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with beside.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def publish(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Make ``manifest`` the one that counts."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
    replace_file(folder / NAME, text.encode())


def read(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run folder."""
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(
            f"{folder}: no {NAME}, so nothing here is vouched for; run it again"
        ) from None
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: unreadable ({error}); run it again") from error
    if not isinstance(found, dict) or found.get("format") != 1:
        raise StoreError(
            f"{path}: not a manifest of format 1; it was written by another version"
        )
    return found
