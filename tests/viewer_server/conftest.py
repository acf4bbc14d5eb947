"""A small site, and a real server of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_server import Running, running
from small_site import write_site

from twin.site import Site


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return write_site(tmp_path_factory.mktemp("small") / "mine")


@pytest.fixture(scope="session")
def server(small_site: Site) -> Iterator[Running]:
    with running(small_site) as started:
        yield started


@pytest.fixture
def fresh(tmp_path: Path) -> Site:
    """A site of its own, for tests that change it."""
    return write_site(tmp_path / "mine")
