"""Where compiled kernels are kept: apart for each state of their source.

Numba keeps a kernel until its own file changes. It does not see that a function which
was compiled into it, from another file, has changed, and would go on with the old one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

PACKAGES = ("twin", "connectors")  # those with kernels
MARKS = (b"njit", b"@compiled")
KEPT = 4  # states; older ones are removed
VARIABLE = "NUMBA_CACHE_DIR"


def settle(root: Path | None = None) -> Path | None:
    """Tell Numba where to keep kernels, unless the user did; before it is imported."""
    if os.environ.get(VARIABLE):
        return None
    place = home() / digest(root or Path(__file__).resolve().parents[2])
    os.environ[VARIABLE] = str(place)
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.config.CACHE_DIR = str(place)
    if not place.exists():
        with suppress(OSError):
            place.mkdir(parents=True)
            _remove_old(place.parent)
    return place


def home() -> Path:
    """Folder of all states: the user's cache, as each system has it."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))
    else:
        base = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    return Path(base) / "minetwin" / "kernels"


def digest(root: Path) -> str:
    """Name of the present state: of every source file that holds a kernel."""
    found = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            text = path.read_bytes()
            if any(mark in text for mark in MARKS):
                found.update(path.relative_to(root).as_posix().encode())
                found.update(text)
    return found.hexdigest()[:16]


def _remove_old(folder: Path) -> None:
    states = sorted(folder.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
    for state in states[KEPT:]:
        shutil.rmtree(state, ignore_errors=True)
