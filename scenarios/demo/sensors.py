"""Eight sensors on the demo mine and one recorded day of theirs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from .frame import SOUTH, WEST

Array = NDArray[np.float64]

ZONE = "Asia/Shanghai"
DAY = datetime(2024, 7, 18, tzinfo=ZoneInfo(ZONE))
STEP = timedelta(minutes=10)
STORM_HOUR, STORM_RAIN = 15.5, 21.0  # h, mm: a summer thunderstorm


@dataclass(frozen=True)
class DemoSensor:
    """A sensor, and the value it shows at each hour of the day (its noise apart)."""

    id: str
    label: str
    label_zh: str
    place: tuple[float, float]
    var: str
    unit: str
    course: Callable[[Array], Array]
    noise: float
    digits: int = 2

    def setting(self) -> dict[str, object]:
        """Return the sensor's block of site.yaml."""
        return {
            "id": self.id,
            "label": self.label,
            "label_zh": self.label_zh,
            "x": WEST + self.place[0],
            "y": SOUTH + self.place[1],
            "var": self.var,
            "unit": self.unit,
            "stale_after": "2h",
            "owner": "demo (synthetic)",
        }


def _wetted(before: float, after: float) -> Callable[[Array], Array]:
    """Soil that dries by day and wets in the storm."""

    def course(hour: Array) -> Array:
        drying = before - 0.0006 * hour
        since = np.maximum(hour - STORM_HOUR, 0.0)
        gain: Array = (after - before) * (1.0 - np.exp(-since / 0.8))
        return drying + gain

    return course


def _rain(hour: Array) -> Array:
    share = np.exp(-(((hour - STORM_HOUR - 0.3) / 0.35) ** 2))
    fallen: Array = STORM_RAIN * share / share.sum()
    return np.where(fallen < 0.1, 0.0, fallen)


def _temperature(hour: Array) -> Array:
    cooled = 6.0 * (1.0 / (1.0 + np.exp(-(hour - STORM_HOUR) * 4.0)))
    found: Array = 21.0 + 7.5 * np.sin((hour - 9.0) * np.pi / 12.0)
    return found - cooled * np.exp(-np.maximum(hour - STORM_HOUR, 0.0) / 5.0)


def _dust(hour: Array) -> Array:
    working = np.exp(-(((hour - 10.0) / 3.2) ** 2)) + 0.6 * np.exp(
        -(((hour - 14.5) / 1.2) ** 2)
    )
    washed = np.where(hour > STORM_HOUR, 0.35, 1.0)
    found: Array = (48.0 + 95.0 * working) * washed
    return found


def _level(hour: Array) -> Array:
    since = np.maximum(hour - STORM_HOUR - 0.5, 0.0)
    return 2.10 - 0.004 * hour + 0.32 * (1.0 - np.exp(-since / 2.0))


def _creep(rate: float, after: float) -> Callable[[Array], Array]:
    """Displacement that goes on steadily, and faster once the slope is wet; mm."""

    def course(hour: Array) -> Array:
        return 14.0 + rate * hour + after * np.maximum(hour - STORM_HOUR - 1.0, 0.0)

    return course


SENSORS = (
    DemoSensor(
        "sm-01", "Soil moisture, dump top", "土壤水分(排土场顶)", (1140.0, 480.0),
        "soil_moisture", "1", _wetted(0.118, 0.205), 0.001, 4,
    ),
    DemoSensor(
        "sm-02", "Soil moisture, loess hill", "土壤水分(黄土丘陵)", (330.0, 1240.0),
        "soil_moisture", "1", _wetted(0.142, 0.176), 0.001, 4,
    ),
    DemoSensor(
        "rg-01", "Rain gauge, yard", "雨量计(选煤厂)", (150.0, 680.0),
        "rainfall_amount", "mm", _rain, 0.0, 1,
    ),
    DemoSensor(
        "wl-01", "Water level, pit sump", "水位(采坑集水池)", (655.0, 925.0),
        "water_level", "m", _level, 0.003, 3,
    ),
    DemoSensor(
        "gn-01", "Displacement, north wall", "位移(采坑北帮)", (560.0, 1085.0),
        "displacement", "mm", _creep(0.018, 0.06), 0.25, 2,
    ),
    DemoSensor(
        "gn-02", "Displacement, dump terrace", "位移(排土场平台)", (1010.0, 350.0),
        "displacement", "mm", _creep(0.05, 0.22), 0.25, 2,
    ),
    DemoSensor(
        "at-01", "Air temperature, yard", "气温(选煤厂)", (140.0, 690.0),
        "air_temperature", "degC", _temperature, 0.15, 1,
    ),
    DemoSensor(
        "pm-01", "PM10, haul road", "可吸入颗粒物(运输道路)", (600.0, 632.0),
        "pm10", "ug m-3", _dust, 6.0, 0,
    ),
)  # fmt: skip


def write_day(path: Path, seed: int) -> None:
    """Write one day of readings every ten minutes, in the order of their time."""
    rng = np.random.default_rng(seed + 5)
    count = round(timedelta(days=1) / STEP)
    hour = np.arange(count, dtype=np.float64) * (STEP.total_seconds() / 3600.0)
    courses = [
        sensor.course(hour) + sensor.noise * rng.normal(size=count)
        for sensor in SENSORS
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("sensor", "time", "value", "unit"))
        for k in range(count):
            time = (DAY + k * STEP).isoformat()
            for sensor, values in zip(SENSORS, courses, strict=True):
                value = f"{values[k]:.{sensor.digits}f}"
                table.writerow((sensor.id, time, value, sensor.unit))
