"""Made once, shared, and never more bytes than stated."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from viewer.cache import SharedCache


def test_the_least_recently_used_goes_when_the_limit_is_reached() -> None:
    """Ten bytes, three things of four: the one not used lately is made again."""
    cache: SharedCache[bytes] = SharedCache(10, len)
    cache.get("a", lambda: b"aaaa")
    cache.get("b", lambda: b"bbbb")
    cache.get("a", lambda: b"????")

    cache.get("c", lambda: b"cccc")

    assert cache.bytes <= 10
    assert cache.get("a", lambda: b"again") == b"aaaa"
    assert cache.get("b", lambda: b"new") == b"new"


def test_a_thing_is_made_once_however_many_ask_at_the_same_time() -> None:
    """The others wait for the first."""
    cache: SharedCache[bytes] = SharedCache(100, len)
    gate = threading.Event()

    def make() -> bytes:
        gate.wait(2)
        return b"thing"

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(cache.get, "key", make) for _ in range(8)]
        time.sleep(0.02)
        gate.set()
        found = {id(f.result(2)) for f in asked}

    assert len(found) == 1
    assert cache.made == 1


def test_what_fails_is_not_remembered() -> None:
    """A second attempt may work."""
    cache: SharedCache[bytes] = SharedCache(100, len)

    def fail() -> bytes:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        cache.get("key", fail)

    assert cache.get("key", lambda: b"ok") == b"ok"


def test_a_thing_larger_than_the_limit_is_returned_but_not_held() -> None:
    """It must not push out everything else."""
    cache: SharedCache[bytes] = SharedCache(10, len)
    cache.get("small", lambda: b"aaaa")

    assert cache.get("large", lambda: b"x" * 99) == b"x" * 99
    assert cache.bytes == 4
