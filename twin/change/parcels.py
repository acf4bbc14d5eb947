"""Cut, fill and net change of each parcel, with intervals that mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from scipy.stats import norm
from scipy.stats import t as student

from ..errors import InputError
from .area_error import lags_within
from .difference import Change, pooled_freedom

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Amount:
    """A volume with its standard error and two-sided intervals, m3."""

    value: float
    error: float
    low_90: float
    high_90: float
    low_95: float
    high_95: float


@dataclass(frozen=True, slots=True)
class Row:
    """Change of one parcel; volumes m3, areas m2.

    area, measured  of the parcel, and of its cells that both surveys have
    net             plain sum of dz over the measured cells: nothing is left out, so
                    that errors of both signs cancel
    cut, fill       of cells beyond their level of detection; cut is positive
    gross           cut + fill
    cut_all, fill_all  of all measured cells, noise included
    noise, noise_all   what cut (and likewise fill) would show of noise alone, were
                    nothing changed: with, and without, the level of detection. Gross
                    amounts are biased upwards by up to that, net is not
    detection       median level of detection of a cell, m
    significant     share of the measured cells beyond theirs
    bias, bias_error   of the pair on stable ground, m, before any co-registration
    bias_removed    whether it was taken away; else it is in ``net``, counted as error
    """

    parcel: str
    area: float
    measured: float
    net: Amount
    cut: Amount
    fill: Amount
    gross: Amount
    cut_all: float
    fill_all: float
    noise: float
    noise_all: float
    detection: float
    significant: float
    bias: float
    bias_error: float
    bias_removed: bool


def change_by_parcel(
    change: Change, labels: NDArray[np.integer[Any]], names: Sequence[str]
) -> list[Row]:
    """Change of each parcel, in the order of ``names``.

    labels  (rows, columns), i where a cell is of the i-th parcel (from 1), 0 outside:
            as ``connectors.vector.rasterise`` lays them

    Raises InputError for labels of another grid, and for a parcel without any measured
    cell.
    """
    if labels.shape != change.grid.shape:
        raise InputError(
            f"parcels are {labels.shape}, the difference of {change.earlier} and "
            f"{change.later} is {change.grid.shape}; rasterise them on its grid"
        )
    boxes = find_objects(labels, max_label=len(names))
    rows = []
    for i, (name, box) in enumerate(zip(names, boxes, strict=True), start=1):
        part = None if box is None else _Part.of(change, box, labels[box] == i)
        if part is None or not part.measured.any():
            raise InputError(
                f"parcel '{name}': none of its cells is in both {change.earlier} and "
                f"{change.later}; leave it out or survey it"
            )
        rows.append(_row(name, part))
    return rows


@dataclass(frozen=True)
class _Part:
    """The cells of one parcel in the smallest box around it."""

    change: Change
    inside: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    dz: Float
    error: Float
    detection: Float
    rise_east: Float
    rise_north: Float

    @classmethod
    def of(
        cls, change: Change, box: tuple[slice, ...], inside: NDArray[np.bool_]
    ) -> _Part:
        measured = inside & np.isfinite(change.dz[box])
        rasters = (
            change.dz, change.error, change.detection,
            change.rise_east, change.rise_north,
        )  # fmt: skip
        cells = (
            np.where(measured, np.nan_to_num(r[box]), 0.0).astype(np.float64)
            for r in rasters
        )
        return cls(change, inside, measured, *cells)

    def amount(self, sign: NDArray[np.int8]) -> Amount:
        """Sum of sign times dz, with its error; sign is -1, 0 or 1 per cell."""
        change, cell = self.change, self.change.grid.cell
        shared = change.systematic
        lags = lags_within(self.error * sign, cell, change.correlation.reach)
        own = change.correlation.nugget * lags.own
        together = float(
            np.sum(lags.weight * change.correlation.covariance(lags.distance))
        )
        together = max(together, 0.0)
        moved = np.array(
            [
                float((sign * self.rise_east).sum()),
                float((sign * self.rise_north).sum()),
                float(sign.sum(dtype=np.int64)),
            ]
        )
        together += max(float(moved @ shared.covariance @ moved), 0.0)
        stable = float(np.count_nonzero(change.stable.mask))
        freedom = pooled_freedom(own, together, stable, change.freedom)
        area = change.grid.cell_area
        value = float((sign * self.dz).sum()) * area
        error = float(np.sqrt(own + together)) * area
        half = [float(student.ppf(0.5 + p / 2.0, freedom)) * error for p in (0.9, 0.95)]
        return Amount(
            value, error,
            value - half[0], value + half[0], value - half[1], value + half[1],
        )  # fmt: skip


def _row(name: str, part: _Part) -> Row:
    change, dz = part.change, part.dz
    area = change.grid.cell_area
    cells = int(np.count_nonzero(part.measured))
    beyond = part.measured & (np.abs(dz) > part.detection)
    every = part.measured.astype(np.int8)
    cut, fill = (beyond & (dz < 0)).astype(np.int8), (beyond & (dz > 0)).astype(np.int8)
    noise, noise_all = _noise(part)
    shared = change.systematic
    removed = shared.removed is not None
    return Row(
        name,
        area=float(np.count_nonzero(part.inside)) * area,
        measured=cells * area,
        net=part.amount(every),
        cut=part.amount(-cut),
        fill=part.amount(fill),
        gross=part.amount(fill - cut),
        cut_all=float(-np.minimum(dz, 0.0).sum()) * area,
        fill_all=float(np.maximum(dz, 0.0).sum()) * area,
        noise=noise * area,
        noise_all=noise_all * area,
        detection=float(np.median(part.detection[part.measured])),
        significant=float(np.count_nonzero(beyond)) / cells,
        bias=shared.bias if shared.removed is None else shared.removed,
        bias_error=shared.bias_error,
        bias_removed=removed,
    )


def _noise(part: _Part) -> tuple[float, float]:
    """Expected fill of normal noise on unchanged ground, m: beyond detection, and all.

    E[x; x > L] = s phi(L / s) for x of standard error s; all of it, L = 0.
    """
    s, level = part.error[part.measured], part.detection[part.measured]
    beyond = s * norm.pdf(level / np.maximum(s, 1e-12))
    return float(beyond.sum()), float(s.sum() * norm.pdf(0.0))
