"""Every malformed cloud ends in one message, soon, in bounded memory, unharmed."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from malformed import HARMLESS, KINDS, REFUSED

from connectors.pointcloud.copc_read import copc_points, is_copc, open_copc
from connectors.pointcloud.guard import decoded
from connectors.pointcloud.other_formats import look
from twin.errors import InputError

TIME = 10.0  # s
MENDS = ("again", "state", "copy", "take", "give", "export")


class Children:
    """Most memory that one child used while this was open, bytes."""

    def __enter__(self) -> Children:
        self.most, self._end = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._end.wait(0.02):
            with suppress(psutil.Error):
                for child in own.children(recursive=True):
                    self.most = max(self.most, child.memory_info().rss)


def read_all(path: Path) -> int:
    """Read every point as a survey does; of COPC by its hierarchy too."""
    n = sum(p.x.size for p in decoded(look(path)))
    if path.suffix == ".laz" and is_copc(path):
        n = sum(p.x.size for p in copc_points(open_copc(path)))
    return n


def told(path: Path) -> str:
    """Return the message of the refusal, "" where the file could be read."""
    try:
        read_all(path)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_breaks_whatever_the_file(tmp_path: Path, kind: str) -> None:
    """Within 10 s and 512 MiB plus twice the file; refusals name file and mend."""
    path = KINDS[kind](tmp_path)
    size = path.stat().st_size
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    began = time.monotonic()

    with Children() as memory:
        message = told(path)

    assert time.monotonic() - began < TIME
    assert memory.most <= (512 << 20) + 2 * size
    assert {p.pid for p in psutil.Process().children(recursive=True)} <= before
    if kind in REFUSED or message:
        assert str(path) in message
        assert any(word in message for word in MENDS)
    if kind in REFUSED:
        places = ("byte", "line", "row", "point", "vertices")
        assert any(place in message for place in places)


def test_there_are_many_kinds() -> None:
    """At least 25, as many as the ways that files were seen to lie."""
    assert len(REFUSED) >= 25
    assert len(HARMLESS) >= 10
