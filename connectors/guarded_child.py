"""Have a child process read a file: bounded time and memory, arrays come back.

The parent never runs a decoder on somebody else's file: a crash, a hang or a bomb ends
the child, and the caller gets one UnreadableFile. Chunks of points have a door of their
own, pointcloud.guard, on which this one stands.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin import errors
from twin.errors import MinetwinError, UnreadableFile

from .pointcloud.guard import PYTHON, Talk, child


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use.

    seconds  in all, whatever it does
    memory   bytes that it may really use
    """

    seconds: float
    memory: int

    @classmethod
    def for_file(cls, path: Path, *, rate: float, times: float) -> Limits:
        """Room that grows with the file.

        rate   bytes a second that even a slow machine reads
        times  bytes of memory per byte of a sound file
        """
        size = path.stat().st_size
        return cls(START + size / rate, BASE + int(times * size))


START = 20.0  # s, for the start of Python on a busy machine and the first imports
BASE = 512 << 20  # bytes


def result_of(
    path: Path, module: str, request: Mapping[str, Any], limits: Limits
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let ``python -m module`` read a file; plain data and arrays that it answered.

    module   one that ends in ``sys.exit(answer(work))``, see child_answer
    request  plain data for it

    Raises what the work raised of our own errors, UnreadableFile for all else.
    """
    with tempfile.TemporaryDirectory(
        prefix="minetwin-", ignore_cleanup_errors=True
    ) as folder:
        numbers = [str(limits.memory), json.dumps(request)]
        command = [*PYTHON, module, str(path), folder, *numbers]
        with child(path, command, limits.memory) as talk:
            told = _answered(talk, limits)
        if "refused" in told:
            raise _error(str(told["refused"]), str(told["why"]))
        arrays = {
            str(name): np.load(Path(folder) / f"{name}.npy", allow_pickle=False)
            for name in told["arrays"]
        }
    return dict(told["told"]), arrays


def _answered(talk: Talk, limits: Limits) -> dict[str, Any]:
    """Wait for the answer, no longer than the limit."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        talk.process.kill()

    clock = threading.Timer(limits.seconds, stop)
    clock.daemon = True
    clock.start()
    try:
        while "end" not in (told := talk.next()):
            pass
    except UnreadableFile as error:
        if not late.is_set():
            raise
        raise UnreadableFile(
            f"{talk.path}: reading took more than {limits.seconds:.0f} s and was "
            "stopped; it is damaged or far too intricate: audit it in the program "
            "that made it and export it again"
        ) from error
    finally:
        clock.cancel()
    return told


def _error(name: str, why: str) -> MinetwinError:
    """The error that the child raised, of the same class."""
    kind = getattr(errors, name, UnreadableFile)
    if not (isinstance(kind, type) and issubclass(kind, MinetwinError)):
        kind = UnreadableFile
    return kind(why)
