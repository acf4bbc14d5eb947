"""Tasselled cap: brightness, greenness and wetness, by the sensor that saw it.

Coefficients belong to one sensor and one kind of reflectance. None exists for surface
reflectance of Landsat 8 or Sentinel-2 as delivered; using these there is a bias.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ..errors import unknown_name
from ..process import Array

BANDS = ("blue", "green", "red", "nir", "swir1", "swir2")
ROWS = ("brightness", "greenness", "wetness")
COEFFICIENTS: Mapping[str, Array] = MappingProxyType(
    {
        # Baig et al. 2014, top of atmosphere
        "landsat8": np.array(
            [
                [0.3029, 0.2786, 0.4733, 0.5599, 0.5080, 0.1872],
                [-0.2941, -0.2430, -0.5424, 0.7276, 0.0713, -0.1608],
                [0.1511, 0.1973, 0.3283, 0.3407, -0.7117, -0.4559],
            ]
        ),
        # Shi & Xu 2019, six bands
        "sentinel2": np.array(
            [
                [0.3510, 0.3813, 0.3437, 0.7196, 0.2396, 0.1949],
                [-0.3599, -0.3533, -0.4734, 0.6633, 0.0087, -0.2856],
                [0.2578, 0.2305, 0.0883, 0.1071, -0.7611, -0.5308],
            ]
        ),
        # Crist 1985, reflectance
        "landsat_tm": np.array(
            [
                [0.2043, 0.4158, 0.5524, 0.5741, 0.3124, 0.2303],
                [-0.1603, -0.2819, -0.4934, 0.7940, -0.0002, -0.1446],
                [0.0315, 0.2021, 0.3102, 0.1594, -0.6806, -0.6109],
            ]
        ),
    }
)


def tasselled_cap(bands: Mapping[str, Array], sensor: str) -> dict[str, Array]:
    """Brightness, greenness and wetness from six reflectances of one shape.

    sensor  "landsat8", "sentinel2" or "landsat_tm"
    """
    if sensor not in COEFFICIENTS:
        raise unknown_name("sensor", sensor, COEFFICIENTS, "tasselled cap")
    rows = COEFFICIENTS[sensor]
    return {
        name: np.asarray(sum(c * bands[b] for c, b in zip(row, BANDS, strict=True)))
        for name, row in zip(ROWS, rows, strict=True)
    }
