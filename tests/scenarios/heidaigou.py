"""The climate of Heidaigou, Inner Mongolia, and the growth calibrated there."""

from __future__ import annotations

import numpy as np

CALIBRATED = 0.53  # vegetation.site_factor, by the three soils of Li et al. 2014
T = (-9.5, -5.5, 1.5, 9.5, 16.0, 20.0, 21.8, 19.8, 14.2, 7.8, -0.8, -7.5)
RAIN = (2.5, 4.0, 9.0, 19.0, 33.0, 55.0, 105.0, 100.0, 55.0, 22.0, 8.0, 2.5)


def weather(months: int) -> dict[str, np.ndarray]:
    """Months of the average year, about 415 mm."""
    month = np.arange(months) % 12
    t, rain = np.array(T)[month], np.array(RAIN)[month]
    return {
        "air_temperature": t,
        "air_temperature_min": t - 7.0,
        "air_temperature_max": t + 7.0,
        "precipitation": rain,
        "rainfall_erosivity": 5.0 * np.maximum(rain - 20.0, 0.0),
    }
