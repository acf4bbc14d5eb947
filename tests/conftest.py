"""What holds for every test: where real data is found, how properties are searched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A shared machine is slow at times, and a search that repeats can be recomputed.
settings.register_profile("any machine", deadline=None, derandomize=True)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data: beside the checkout, or MINETWIN_SHARED."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("MINETWIN_SHARED", beside))
    if not (folder / "data").is_dir():
        pytest.skip(f"no folder of real data at {folder}; set MINETWIN_SHARED to it")
    return folder
