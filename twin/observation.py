"""What a sensor is and what it said: checked once, at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite

from .errors import BadReading, UnitMismatch, unknown_name
from .units import conversion
from .vocabulary import VOCABULARY

GOOD, NOT_EVALUATED, SUSPECT, FAIL = 1, 2, 3, 4  # IOOS QARTOD flags
FUTURE = timedelta(days=1)  # a clock may be wrong by less; beyond it nothing is true


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor at a fixed place.

    x, y           m in the site's CRS
    var            name of the vocabulary
    unit           unit in which it reports; its readings are kept in it
    stale_after_s  age from which its latest value is stale, s
    """

    id: str
    label: str
    label_zh: str
    x: float
    y: float
    var: str
    unit: str
    stale_after_s: float
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one sensor.

    time     of the event, aware
    value    finite, in ``unit``
    unit     "" stands for the sensor's own
    source   feed that brought it
    quality  QARTOD flag: 1 good, 2 not evaluated, 3 suspect, 4 outside the range
    arrival  when the store got it, aware; None before it is stored
    """

    sensor: str
    time: datetime
    value: float
    unit: str = ""
    source: str = ""
    quality: int = NOT_EVALUATED
    arrival: datetime | None = None


def checked(
    reading: Reading,
    sensors: Mapping[str, Sensor],
    where: str,
    *,
    now: datetime | None = None,
) -> Reading:
    """Return the reading in its sensor's unit and in UTC, with its quality flag.

    Raises BadReading, or UnknownName with the nearest sensor, for what cannot be kept:
    an unknown sensor, NaN or infinity, a naive time, a time over a day ahead, a unit
    that cannot be converted. A value outside the range of its Var is kept, flagged 4.
    """
    sensor = sensors.get(reading.sensor)
    if sensor is None:
        raise unknown_sensor(reading.sensor, sensors, where)
    if not isfinite(reading.value):
        raise BadReading(
            f"{where}: sensor {sensor.id}: the value is {reading.value}; a reading "
            "needs a finite number, so leave out what was not measured"
        )
    factor, offset = _conversion(reading.unit or sensor.unit, sensor, where)
    value = reading.value * factor + offset
    if not isfinite(value):
        raise BadReading(
            f"{where}: sensor {sensor.id}: {reading.value:g} {reading.unit} is too "
            f"large to be told in {sensor.unit}; state the unit it really has"
        )
    return replace(
        reading,
        time=_instant(reading, where, now or datetime.now(UTC)),
        value=value,
        unit=sensor.unit,
        quality=_flag(value, reading.quality, sensor),
    )


def unknown_sensor(name: str, sensors: Mapping[str, Sensor], where: str) -> BadReading:
    """Build the error for a reading of a sensor that the site has not."""
    told = unknown_name("sensor", printable(name), sensors, where)
    return BadReading(f"{told}; declare it under sensors: in site.yaml")


def printable(text: str, most: int = 100) -> str:
    """Return what came from outside so that any channel can carry it in a message."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return plain if len(plain) <= most else plain[:most] + "…"


def _conversion(unit: str, sensor: Sensor, where: str) -> tuple[float, float]:
    if unit == sensor.unit:
        return 1.0, 0.0
    try:
        return conversion(printable(unit), sensor.unit, f"sensor {sensor.id}")
    except UnitMismatch as error:
        raise BadReading(f"{where}: {error}") from error


def _instant(reading: Reading, where: str, now: datetime) -> datetime:
    if reading.time.tzinfo is None or reading.time.utcoffset() is None:
        raise BadReading(
            f"{where}: sensor {reading.sensor}: the time {reading.time.isoformat()} "
            "has no time zone and none is guessed; add the offset, such as "
            f"{reading.time.isoformat()}+08:00"
        )
    if reading.time > now + FUTURE:
        raise BadReading(
            f"{where}: sensor {reading.sensor}: the time {reading.time.isoformat()} "
            "lies more than a day ahead; set the clock of the logger"
        )
    try:
        return reading.time.astimezone(UTC)
    except OverflowError as error:
        raise BadReading(
            f"{where}: sensor {reading.sensor}: the time {reading.time.isoformat()} "
            "is no time of a measurement; set the clock of the logger"
        ) from error


def _flag(value: float, came_with: int, sensor: Sensor) -> int:
    """Return FAIL outside the physical range of the Var, else the flag it came with."""
    var = VOCABULARY.get(sensor.var)
    if var is None:
        return came_with
    factor, offset = conversion(sensor.unit, var.unit, f"sensor {sensor.id}")
    return came_with if var.low <= value * factor + offset <= var.high else FAIL
