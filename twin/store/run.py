"""One execution on disk, read and never edited."""

from __future__ import annotations

import csv
import hashlib
import html
import io
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OutsideSite, StoreError, unknown_name
from ..grid import Grid
from ..vocabulary import VOCABULARY
from . import manifest, tiles
from .layout import CUBE, shard_path

if TYPE_CHECKING:
    import xarray


TEXTS = {"parcel", "date", "month", "cause", "stock", "zone", "unit"}


class Run:
    """A run folder. ``run["soil_organic_carbon"]`` is an xarray.DataArray."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = told

    @classmethod
    def open(cls, folder: str | Path) -> Run:
        """Open a run by its folder; StoreError when no manifest vouches for it."""
        return cls(Path(folder), manifest.read(Path(folder)))

    @property
    def id(self) -> str:
        """Name of its folder."""
        return self.folder.name

    @property
    def lay(self) -> Grid:
        """Grid without the mask; nothing but the manifest is read for it."""
        return Grid.from_dict(self.manifest["grid"])

    @cached_property
    def grid(self) -> Grid:
        """Grid with the mask of active cells."""
        mask = np.load(io.BytesIO(self._file("mask.npy")), allow_pickle=False)
        return Grid.from_dict(self.manifest["grid"], None if mask.all() else mask)

    @cached_property
    def zones(self) -> NDArray[np.int32]:
        """Index into ``zone_names`` for each active cell (n,)."""
        found: NDArray[np.int32] = np.load(
            io.BytesIO(self._file("zones.npy")), allow_pickle=False
        )
        return found

    @property
    def zone_names(self) -> tuple[str, ...]:
        """Parcels, the first for cells outside all."""
        return tuple(self.manifest["zone_names"])

    @property
    def times(self) -> list[date]:
        """Instants that the manifest vouches for."""
        written = self.manifest["written"]
        return [date.fromisoformat(t) for t in self.manifest["times"][:written]]

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers that were kept."""
        return tuple(self.manifest["layers"])

    def map(self, name: str, index: int, axis: int | None = None) -> NDArray[Any]:
        """One layer at one instant: float32 (rows, columns), NaN outside the mask.

        axis  which entry of the layer's own axis (plant type), when it has one
        """
        part = self._shard(name, index)
        if part is None:
            return np.full(self.manifest["grid"]["shape"], np.nan, dtype=np.float32)
        return part.raster(self._entry(name, axis))

    def series(
        self, name: str, row: int, column: int, axis: int | None = None
    ) -> tuple[list[date], NDArray[Any]]:
        """One cell through time: instants and float32 values."""
        times = self.times
        values = np.full(len(times), np.nan, dtype=np.float32)
        entry = self._entry(name, axis)
        rows, columns = self.manifest["grid"]["shape"]
        if not (0 <= row < rows and 0 <= column < columns):
            raise OutsideSite(
                f"run {self.id}: there is no cell at row {row}, column {column}; "
                f"the grid has {rows} x {columns}"
            )
        for index in range(len(times)):
            part = self._shard(name, index)
            if part is not None:
                values[index] = part.value(entry, row, column)
        return times, values

    def __getitem__(self, name: str) -> xarray.DataArray:
        """Layer through time as a labelled array with CRS, units and time."""
        self._entry(name, None)
        found: xarray.DataArray = self.dataset()[name]
        return found

    def dataset(self) -> xarray.Dataset:
        """All layers as xarray opens them, cut to the instants that are vouched for."""
        import xarray

        cube = xarray.open_zarr(
            self.folder / CUBE, consolidated=False, chunks=None, decode_coords="all"
        )
        labels = self.manifest["axes"]
        named = {a: list(labels[a]) for a in cube.dims if a in labels}
        cube = cube.assign_coords(named)
        vouched: xarray.Dataset = cube.isel(time=slice(0, len(self.times)))
        return vouched

    def ledger(self) -> list[dict[str, Any]]:
        """Entries: month, cause, stock, zone, amount, unit."""
        return self._table("ledger.csv")

    def indicators(self) -> list[dict[str, Any]]:
        """Indicators per parcel and year."""
        return self._table("indicators.csv")

    def verify(self) -> None:
        """Compare every file with its hash; StoreError names what differs."""
        told = {**self.manifest["files"], **self.manifest["chunks"]}
        for name, digest in told.items():
            path = self.folder / name
            if not path.is_file():
                raise StoreError(
                    f"{path}: missing; the run is incomplete, run it again"
                )
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                raise StoreError(
                    f"{path}: its content is not what the manifest vouches for; "
                    "it was changed or damaged: run it again"
                )

    def _shard(self, name: str, index: int) -> tiles.Shard | None:
        lead = len(VOCABULARY[name].axes)
        path = shard_path(name, index, lead)
        if not 0 <= index < len(self.times):
            raise StoreError(
                f"{self.folder}: instant {index} of '{name}' is not written; "
                f"there are {len(self.times)}"
            )
        if path not in self.manifest["chunks"]:
            return None
        rows, columns = self.manifest["grid"]["shape"]
        sizes = [len(self.manifest["axes"][a]) for a in VOCABULARY[name].axes]
        return tiles.Shard(self.folder / path, (*sizes, rows, columns))

    def _entry(self, name: str, axis: int | None) -> int:
        if name not in self.layers:
            raise unknown_name("layer", name, self.layers, f"run {self.id}")
        lead = VOCABULARY[name].axes
        labels = self.manifest["axes"][lead[0]] if lead else ["the layer itself"]
        if not 0 <= (axis or 0) < len(labels):
            raise StoreError(
                f"run {self.id}: layer '{name}' has no entry {axis}; "
                f"it has {len(labels)}: {', '.join(labels)}"
            )
        return axis or 0

    def _file(self, name: str) -> bytes:
        path = self.folder / name
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != self.manifest["files"].get(name):
            raise StoreError(f"{path}: not what the manifest vouches for; run it again")
        return data

    def _table(self, name: str) -> list[dict[str, Any]]:
        if name not in self.manifest["files"]:
            return []
        text = self._file(name).decode("utf-8-sig")
        return [_numbers(row) for row in csv.DictReader(io.StringIO(text))]

    def __repr__(self) -> str:
        """Say what was run, over which time, and how its books closed."""
        times = self.times
        closed = self.manifest.get("closure") or {}
        books = ", ".join(f"{k} {v:.1e}" for k, v in closed.items()) or "unfinished"
        span = f"{times[0]} to {times[-1]}, {len(times)} instants" if times else "empty"
        lay = self.lay
        cells = f"{lay.shape[0]} x {lay.shape[1]} cells of {lay.cell:g} m, {lay.crs}"
        return (
            f"Run {self.id} ({self.manifest['status']}): {span}\n  grid: {cells}\n"
            f"  layers: {', '.join(self.layers)}\n  books closed to: {books}"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def _numbers(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, text in row.items():
        if key in TEXTS:
            found[key] = text
            continue
        try:
            found[key] = float(text) if text else None
        except ValueError:
            found[key] = text
    return found
