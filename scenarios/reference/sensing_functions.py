"""Functions of sensing, warning and evaluation that reference cases may name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from connectors.pointcloud.vegetation_metrics import Plants, plot_metrics
from twin.sensing.ecological_index import Rsei
from twin.sensing.ecological_index import rsei as computed
from twin.sensing.spectral import INDICES
from twin.sensing.tasselled_cap import BANDS
from twin.sensing.tasselled_cap import COEFFICIENTS as SENSORS
from twin.sensing.tasselled_cap import tasselled_cap as cap
from twin.warning.inverse_velocity import time_of_failure

from ..evaluation import weights
from ..evaluation.ecosystem_services import equivalents
from .lorenz import METHODS, mean_error

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]
SEEDS = (3, 7, 11)
GAINS = np.array([1.0, 1.0, -1.0, 1.0, -1.0])


def indices(
    blue: Numbers, green: Numbers, red: Numbers, edge: Numbers, nir: Numbers,
    swir1: Numbers, swir2: Numbers
) -> Result:  # fmt: skip
    """Every spectral index."""
    bands = {
        "blue": blue, "green": green, "red": red, "edge": edge, "nir": nir,
        "swir1": swir1, "swir2": swir2,
    }  # fmt: skip
    return {name: index(bands) for name, index in INDICES.items()}


def _rsei(
    greenness: Numbers, wetness: Numbers, dryness: Numbers, heat: Numbers
) -> Rsei:
    return computed(np.stack([greenness, wetness, dryness, heat]))


def rsei(
    greenness: Numbers, wetness: Numbers, dryness: Numbers, heat: Numbers
) -> Result:
    """Index of each pixel."""
    return {"rsei": _rsei(greenness, wetness, dryness, heat).values}


def rsei_weights(
    greenness: Numbers, wetness: Numbers, dryness: Numbers, heat: Numbers
) -> Result:
    """Loadings of the first component, shares of all."""
    told = _rsei(greenness, wetness, dryness, heat).scaling
    return {"loading": told.loadings, "explained": told.explained}


def tasselled_cap() -> Result:
    """Coefficients, as what a unit in each band makes."""
    unit = dict(zip(BANDS, np.eye(len(BANDS)), strict=True))
    return {
        f"{sensor}.{row}": values
        for sensor in SENSORS
        for row, values in cap(unit, sensor).items()
    }


def inverse_velocity(times: Numbers, velocity: Numbers) -> Result:
    """Time of failure and fit."""
    found = time_of_failure(times, velocity)
    told = (np.nan, np.nan) if found is None else (found.time, found.fit)
    return {"time": np.array(told[:1]), "fit": np.array(told[1:])}


def lidar(height: Numbers, number: Numbers) -> Result:
    """Plant metrics of one plot; ``all_`` counts returns of any height."""
    first = number <= 1.0
    plants = plot_metrics(height, first, Plants())
    whole = plot_metrics(height, first, Plants(counted_from=-np.inf))
    found = plants | {f"all_{name}": value for name, value in whole.items()}
    return {name: np.array([value]) for name, value in found.items()}


def lorenz96() -> Result:
    """RMSE of each filter, mean over three seeds."""
    found = {m: [mean_error(m, seed) for seed in SEEDS] for m in METHODS}
    return {name: np.array([np.mean(values)]) for name, values in found.items()}


def services() -> Result:
    """Sum of equivalents of each ecosystem."""
    sums = [sum(row.values()) for row in equivalents().values()]
    return {"total": np.array(sums)}


def entropy(c0: Numbers, c1: Numbers, c2: Numbers, c3: Numbers, c4: Numbers) -> Result:
    """Entropy weights."""
    return {"weight": weights.entropy_weights(np.column_stack([c0, c1, c2, c3, c4]))}


def topsis(c0: Numbers, c1: Numbers, c2: Numbers, c3: Numbers, c4: Numbers) -> Result:
    """Closeness with two scalings; the third and fifth criterion are costs."""
    matrix = np.column_stack([c0, c1, c2, c3, c4])
    share = weights.entropy_weights(matrix)
    return {
        "by_length": weights.topsis(weights.by_length(matrix, GAINS), share),
        "by_range": weights.topsis(weights.by_range(matrix, GAINS), share),
    }
