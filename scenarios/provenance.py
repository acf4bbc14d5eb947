"""Where a run comes from: inputs by hash, code version, environment."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from twin.hashing import sha256_of

PACKAGES = ("numpy", "numba", "scipy", "zarr", "xarray")


def inputs(folder: Path, files: Sequence[Path]) -> list[dict[str, str]]:
    """Name (relative to the site) and hash of every file that a run reads."""
    made = []
    for file in sorted(set(files)):
        inside = file.is_relative_to(folder)
        name = file.relative_to(folder).as_posix() if inside else file.name
        made.append({"path": name, "sha256": sha256_of(file)})
    return made


def code_version() -> str:
    """Version of the package; in a checkout its commit and a hash of edits."""
    try:
        version = metadata.version("minetwin")
    except metadata.PackageNotFoundError:
        version = "unpackaged"
    commit = _git("rev-parse", "--short=12", "HEAD")
    if not commit:
        return version
    edited = _git("diff", "HEAD", "--", "*.py")
    mark = f"+{hashlib.sha256(edited.encode()).hexdigest()[:8]}" if edited else ""
    return f"{version} ({commit}{mark})"


def _git(*words: str) -> str:
    root = Path(__file__).resolve().parents[1]
    if not (root / ".git").exists():
        return ""
    try:
        said = subprocess.run(
            ["git", *words],
            cwd=root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def environment() -> dict[str, str]:
    """System, Python and the packages that results may depend on."""
    found = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    return found | {name: metadata.version(name) for name in PACKAGES}


def fingerprint(about: Mapping[str, Any]) -> str:
    """Hash of everything that decides a run's results; equal means resumable."""
    told = json.dumps(about, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()
