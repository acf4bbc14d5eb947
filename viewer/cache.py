"""A bounded store of made things: least recently used goes, each is made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class SharedCache(Generic[Thing]):
    """Holds at most ``limit`` bytes; who asks while a thing is made waits for it.

    Safe to use from many threads. A thing larger than the limit is made and returned,
    but not held. What raises is not remembered.
    """

    def __init__(self, limit: int, size: Callable[[Thing], int]) -> None:
        self.limit = limit
        self.bytes = 0
        self.made = 0
        self._size = size
        self._held: OrderedDict[Hashable, Thing] = OrderedDict()
        self._making: dict[Hashable, Future[Thing]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Thing]) -> Thing:
        """Return the thing under ``key``, made now unless held or being made."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            under_way = self._making.get(key)
            if under_way is None:
                mine: Future[Thing] = Future()
                self._making[key] = mine
        if under_way is not None:
            return under_way.result()
        try:
            thing = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            mine.set_exception(error)
            raise
        self._keep(key, thing)
        mine.set_result(thing)
        return thing

    def _keep(self, key: Hashable, thing: Thing) -> None:
        size = self._size(thing)
        with self._lock:
            self.made += 1
            del self._making[key]
            if size > self.limit:
                return
            self._held[key] = thing
            self.bytes += size
            while self.bytes > self.limit:
                _, old = self._held.popitem(last=False)
                self.bytes -= self._size(old)

    def drop(self, keep: Callable[[Hashable], bool]) -> None:
        """Forget the keys that ``keep`` refuses."""
        with self._lock:
            for key in [k for k in self._held if not keep(k)]:
                self.bytes -= self._size(self._held.pop(key))
