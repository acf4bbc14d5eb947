"""Write a run while it goes: shards in the background, and their manifest."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..grid import Grid
from ..vocabulary import VOCABULARY
from . import checkpoint, manifest
from .layout import CUBE, create, shard_path
from .tiles import Shard

IN_FLIGHT = 256 << 20  # bytes waiting to be written; bounds the memory
PUBLISH_SECONDS = 2.0


class Written(NamedTuple):
    """A shard on disk: its name, hash and extremes."""

    path: str
    digest: str
    low: float
    high: float


class RunWriter:
    """Writes one run into ``folder``; made by ``create`` or ``resume``."""

    def __init__(self, folder: Path, grid: Grid, about: dict[str, Any]) -> None:
        self.folder = folder
        self.grid = grid
        self._manifest = about
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="minetwin-store")
        size = 4 * grid.shape[0] * grid.shape[1]
        self._room = BoundedSemaphore(max(4, IN_FLIGHT // size))
        self._pending: list[tuple[int, str, Future[Written]]] = []
        self._published = time.monotonic()
        self._started = time.monotonic() - float(about.get("wall_time_s", 0.0))

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        grid: Grid,
        times: Sequence[date],
        layers: Sequence[str],
        axes: Mapping[str, Sequence[str]],
        zones: NDArray[np.int64],
        zone_names: Sequence[str],
        about: Mapping[str, Any],
    ) -> RunWriter:
        """Make an empty run; what lay in ``folder`` is removed.

        about  goes into the manifest: scenario, inputs, code_version, seed, environment
        """
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        used = {a: list(axes[a]) for n in layers for a in VOCABULARY[n].axes}
        create(folder, grid=grid, times=times, layers=layers, axes=used)
        np.save(folder / "zones.npy", zones.astype(np.int32))
        np.save(folder / "mask.npy", _mask(grid))
        made = {
            "format": 1,
            "status": "running",
            **about,
            "grid": grid.to_dict(),
            "times": [t.isoformat() for t in times],
            "layers": list(layers),
            "axes": {k: list(v) for k, v in axes.items()},
            "zone_names": list(zone_names),
            "written": 0,
            "chunks": {},
            "ranges": {},
            "files": {
                n: _digest((folder / n).read_bytes()) for n in ("zones.npy", "mask.npy")
            },
        }
        for path in sorted((folder / CUBE).rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                made["files"][name] = _digest(path.read_bytes())
        manifest.publish(folder, made)
        return cls(folder, grid, made)

    @classmethod
    def resume(cls, folder: Path, grid: Grid) -> RunWriter:
        """Go on with an unfinished run; shards after its manifest are written again."""
        return cls(folder, grid, manifest.read(folder))

    def write(self, index: int, layers: Mapping[str, NDArray[Any]]) -> None:
        """Take the layers of one instant; returns before they are on disk."""
        for name in self._manifest["layers"]:
            if name not in layers:
                continue
            raster = self.grid.expand(np.asarray(layers[name], dtype=np.float32))
            raster = raster.copy() if raster.base is not None else raster
            self._room.acquire()
            job = self._pool.submit(self._shard, name, index, raster)
            self._pending.append((index, name, job))
        if time.monotonic() - self._published > PUBLISH_SECONDS:
            self.publish(wait=False)

    def _shard(self, name: str, index: int, raster: NDArray[Any]) -> Written:
        try:
            path = shard_path(name, index, raster.ndim - 2)
            file = self.folder / path
            data = Shard(file, raster.shape).encode(raster)
            if not data:  # an all-empty raster leaves no file: nothing to vouch for
                return Written(path, "", np.nan, np.nan)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            low, high = np.fmin.reduce(raster, None), np.fmax.reduce(raster, None)
            return Written(path, _digest(data), float(low), float(high))
        finally:
            self._room.release()

    def publish(self, *, wait: bool = True) -> None:
        """Let the manifest vouch for what is on disk; wait for all that was taken.

        Without ``wait`` for what is done by now, up to the last whole instant.
        """
        ranges = self._manifest["ranges"]
        taken = len(self._pending) if wait else self._done()
        for index, name, job in self._pending[:taken]:
            made = job.result()
            if made.digest:
                self._manifest["chunks"][made.path] = made.digest
                low, high = ranges.get(name, (made.low, made.high))
                ranges[name] = [min(low, made.low), max(high, made.high)]
            self._manifest["written"] = max(self._manifest["written"], index + 1)
        del self._pending[:taken]
        self._manifest["wall_time_s"] = round(time.monotonic() - self._started, 3)
        manifest.publish(self.folder, self._manifest)
        self._published = time.monotonic()

    def _done(self) -> int:
        """How many of the pending shards, in whole instants, are on disk."""
        done = 0
        for place, (index, _, job) in enumerate(self._pending):
            if not job.done():
                break
            following = self._pending[place + 1 : place + 2]
            if not following or following[0][0] != index:
                done = place + 1
        return done

    def checkpoint(self, arrays: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        """Keep what is needed to go on from here, after what was written so far."""
        self.publish()
        checkpoint.save(self.folder, arrays, about)

    def finish(
        self, *, closure: Mapping[str, float], files: Mapping[str, bytes]
    ) -> None:
        """Add files (ledger, indicators), vouch for everything, drop the checkpoint."""
        for name, data in files.items():
            manifest.replace_file(self.folder / name, data)
            self._manifest["files"][name] = _digest(data)
        self._manifest["closure"] = dict(closure)
        self._manifest["status"] = "finished"
        self.publish()
        self.close()
        checkpoint.drop(self.folder)

    def close(self) -> None:
        """Stop the background threads; what was taken is finished first."""
        self._pool.shutdown(wait=True)


def _mask(grid: Grid) -> NDArray[np.bool_]:
    return np.ones(grid.shape, dtype=bool) if grid.mask is None else grid.mask


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
