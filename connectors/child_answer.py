"""The child's side of a guarded call: limits, signs of life, one answer with arrays.

A child module calls ``answer`` with the work it does; see guarded_child for the parent.
Arguments on the command line: FILE FOLDER MEMORY REQUEST, the last one as JSON. Arrays
go as .npy files into FOLDER: nothing in them can run, whatever the decoder became.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import MinetwinError

from .pointcloud.limits import MEMORY, limit_data, limit_memory, say

BEAT = 10.0  # s between two signs of life; the parent ends a child that gives none
Answer = tuple[Mapping[str, Any], Mapping[str, Any]]  # plain data, arrays
Work = Callable[[Path, dict[str, Any]], Answer]


def answer(work: Work) -> int:
    """Do the work under limits; tell the answer, or what went wrong, in one line.

    Errors of our own go over whole, with their class: they name file and mend already.
    """
    file, folder, room, request = sys.argv[1:5]
    limit_memory(max(MEMORY, 2 * int(room)))
    limit_data(int(room))
    try:
        with _alive():
            told, arrays = work(Path(file), json.loads(request))
            for name, array in arrays.items():
                np.save(Path(folder) / f"{name}.npy", array, allow_pickle=False)
    except MemoryError:
        say(error="needs more memory than a file of its size may")
        return 3
    except MinetwinError as error:
        say(end=True, refused=type(error).__name__, why=str(error))
        return 0
    except BaseException as error:  # noqa: BLE001 - native decoders raise anything
        say(error=f"{type(error).__name__}: {error}")
        return 4
    say(end=True, told=told, arrays=list(arrays))
    return 0


@contextmanager
def _alive() -> Iterator[None]:
    """Tell the parent now and then that this process runs."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            say(rows=0)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
