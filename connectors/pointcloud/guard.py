"""Run the decoding child, watch its memory and time, hand its points to the caller."""

from __future__ import annotations

import atexit
import json
import mmap
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from twin.errors import UnreadableFile

from .child import columns_for, slot_views
from .header import LasHeader

PYTHON = (sys.executable, "-P", "-m")  # -P: nothing from the folder one stands in
COMMAND = (*PYTHON, "connectors.pointcloud.child")
CHUNK = 1_000_000  # points; lazrs is serial in small chunks, wasteful in large ones
SLOTS = 2
MEMORY = 1 << 30  # bytes a child that decodes rasters may really use
POINT_MEMORY = 512 << 20  # bytes a child that decodes points may use, plus FILE_TIMES
FILE_TIMES = 2  # times the size of the file
SILENCE = 60.0  # seconds without a chunk
WATCH = 0.25  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Points:
    """One chunk: views that are valid until the next one is asked for.

    x, y, z  float64 in the file's units
    kind     class, 255 where the point is withheld
    last, first  1 where it is the last or first return of its pulse
    record       LAS records where a point format was asked for, else None; X, Y, Z
                 are those of the file, or 0 where it is no LAS
    """

    x: Any
    y: Any
    z: Any
    kind: Any
    last: Any
    first: Any
    record: Any = None


def whole(header: LasHeader, form: int) -> LasHeader:
    """Ask for records of point format 6, 7 or 8 beside the columns of a file."""
    asked = {**json.loads(header.request), "form": form}
    return replace(header, request=json.dumps(asked))


def decoded(header: LasHeader, chunk: int = CHUNK) -> Generator[Points, None, None]:
    """Yield the points of a file in chunks, decoded by a child process.

    Raises UnreadableFile when the child fails, hangs or grows too large; the parent is
    never harmed.
    """
    if header.points >= 0:
        chunk = min(chunk, header.points)
    form = json.loads(header.request).get("form")
    size = SLOTS * chunk * sum(np.dtype(t).itemsize for _, t in columns_for(form))
    with exchange(size) as (path, memory):
        numbers = [str(SLOTS), str(chunk), str(room_for(header.path))]
        command = [*COMMAND, str(header.path), str(path), *numbers, header.request]
        cut = partial(slot_views, memory, chunk=chunk, form=form)
        yield from _chunks(header, cut, command)


def room_for(path: Path) -> int:
    """Bytes of memory that decoding a file may take."""
    return POINT_MEMORY + FILE_TIMES * path.stat().st_size


def _chunks(
    header: LasHeader, cut: Callable[[int], dict[str, Any]], command: Sequence[str]
) -> Generator[Points, None, None]:
    with child(header.path, command, room_for(header.path)) as talk:
        seen = 0
        talk.place = " (before the first point)"
        while "slot" in (told := talk.next()):
            count, slot = int(told["count"]), int(told["slot"])
            seen += count
            yield Points(**{name: view[:count] for name, view in cut(slot).items()})
            talk.place = f" (after {seen} points)"
            talk.give_back(slot)
        if header.points not in (-1, seen):  # -1: nobody has counted them yet
            raise UnreadableFile(
                f"{header.path}: {seen} of {header.points} points could be decoded; "
                "the file is truncated: copy or export it again"
            )


@contextmanager
def exchange(size: int) -> Iterator[tuple[Path, mmap.mmap]]:
    """Make a file of ``size`` bytes that both sides map."""
    folder = Path(tempfile.mkdtemp(prefix="minetwin-"))
    path = folder / "exchange"
    try:
        with path.open("wb+") as file:
            file.truncate(size)
            memory = mmap.mmap(file.fileno(), size)
        try:
            yield path, memory
        finally:
            with suppress(BufferError):  # somebody still looks at it: left to them
                memory.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():  # Windows keeps what is mapped
            atexit.register(shutil.rmtree, folder, ignore_errors=True)


class Talk:
    """The conversation with one child."""

    def __init__(self, process: subprocess.Popen[str], path: Path, room: int) -> None:
        self.process, self.path, self.room = process, path, room
        self.lines: queue.Queue[str] = queue.Queue()
        self.swollen = 0  # bytes for which it was stopped
        self.place = ""  # how far it came, for messages
        for work in (self._listen, self._watch):
            threading.Thread(target=work, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def next(self) -> dict[str, Any]:
        """Next thing told; UnreadableFile when the child failed."""
        line = self._wait()
        if self.swollen:
            raise UnreadableFile(
                f"{self.path}: decoding took {self.swollen >> 20} MiB and was stopped"
                f"{self.place}; its header lies about what is in it: export it again"
            )
        try:
            told: dict[str, Any] = json.loads(line) if line else {}
        except ValueError:
            told = {"error": f"the decoder said {line.strip()[:200]}"}
        if not isinstance(told, dict) or not told.keys() & {"end", "slot", "rows"}:
            self.process.kill()
            code = self.process.wait()
            why = told.get("error") if isinstance(told, dict) else str(told)[:200]
            why = why or f"the decoder died (exit code {code})"
            raise UnreadableFile(
                f"{self.path}: cannot be decoded{self.place}: {why}; "
                "the file is damaged: copy or export it again"
            )
        return told

    def _wait(self) -> str:
        with suppress(queue.Empty):
            return self.lines.get(timeout=SILENCE)
        self.process.kill()
        raise UnreadableFile(
            f"{self.path}: decoding stood still for {SILENCE:g} s and was stopped"
            f"{self.place}; the file is damaged: copy or export it again"
        )

    def _watch(self) -> None:
        """Stop a child that grows too large, also while the parent is at work."""
        with suppress(psutil.Error):
            child = psutil.Process(self.process.pid)
            while self.process.poll() is None:
                used = child.memory_info().rss
                if used > self.room:
                    self.swollen = used
                    self.process.kill()
                    return
                time.sleep(WATCH)

    def give_back(self, slot: int) -> None:
        """Let the child fill a slot again."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{slot}\n")
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            return


def _surroundings() -> dict[str, str]:
    """Environment in which the child finds this very package, installed or not.

    On machines of many cores, thread pools and arenas that the child has no use for
    would fill its address space.
    """
    home = str(Path(__file__).resolve().parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    few = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**os.environ, **few, "PYTHONPATH": os.pathsep.join(paths)}


@contextmanager
def child(path: Path, command: Sequence[str], room: int) -> Iterator[Talk]:
    """Start a decoder of ``path``; whatever happens it is gone afterwards.

    room  bytes of memory that it may use
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=_surroundings(),
    )
    try:
        yield Talk(process, path, room)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent any more
                    pipe.close()
