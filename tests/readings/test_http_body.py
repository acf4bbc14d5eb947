"""Bodies of POST /api/readings: one clear message for each kind of wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.http_push import MOST_BYTES, MOST_READINGS, parse_body
from twin.errors import BadReading
from twin.observation import Sensor

SENSORS = {
    "sm-01": Sensor("sm-01", "m", "湿", 0.0, 0.0, "soil_moisture", "1", 60.0),
    "ta-01": Sensor("ta-01", "t", "温", 0.0, 0.0, "air_temperature", "degC", 60.0),
}
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GOOD = {"sensor": "sm-01", "time": "2026-05-04T08:00:00+08:00", "value": 0.21}


def changed(**keys: object) -> bytes:
    """Body of a good reading with other keys."""
    return json.dumps(GOOD | keys).encode()


def test_one_reading_and_a_list_are_read() -> None:
    one = parse_body(json.dumps(GOOD).encode(), SENSORS, now=NOW)
    two = parse_body(json.dumps([GOOD, GOOD | {"value": 1}]).encode(), SENSORS, now=NOW)

    assert one[0].time == datetime(2026, 5, 4, 0, tzinfo=UTC)
    assert [r.value for r in two] == [0.21, 1.0]


def test_a_stated_unit_is_converted() -> None:
    body = {
        "sensor": "ta-01",
        "time": "2026-05-04T08:00:00Z",
        "value": 50,
        "unit": "degF",
    }

    assert parse_body(json.dumps(body).encode(), SENSORS, now=NOW)[
        0
    ].value == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (changed(value=float("nan")), "NaN is no number"),
        (changed(value=float("-inf")), "-Infinity is no number"),
        (changed(value=0).replace(b": 0}", b": 1e999}"), "finite"),
        (changed(time="2026-05-04T08:00:00"), "no time zone"),
        (changed(sensor="sm01"), "did you mean 'sm-01'"),
        (changed(time="2026-05-06T08:00:00Z"), "a day ahead"),
        (changed(time="tomorrow"), "not ISO 8601"),
        (changed(time=1777881600), "not ISO 8601"),
        (changed(value="1"), "not a number"),
        (changed(value=True), "not a number"),
        (changed(value=None), "not a number"),
        (changed(value=10**400), "too large"),
        (changed(sensor="\ud800" * 500), "no sensor is called '???"),
        (changed(time="0001-01-01T00:00:00+08:00"), "no time of a measurement"),
        (changed(value=1e308, unit="1e9 percent"), "POST"),
        (changed(values=1), "did you mean 'value'"),
        (changed(unit="m"), "cannot be turned"),
        (changed(sensor=["sm-01"]), "are texts"),
        (b'{"sensor": "sm-01", "time": "2026-05-04T08:00:00Z"}', "has no 'value'"),
        (b"[]", "no reading"),
        (b"[1]", "reading 1: a reading is an object"),
        (b"hello", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[" + b"1" * 5000 + b"]", "not JSON"),
        (b" " * (MOST_BYTES + 1), "several requests"),
        (b"[" + b"1," * MOST_READINGS + b"1]", "several requests"),
    ],
)
def test_bad_bodies_are_refused_with_one_line(body: bytes, said: str) -> None:
    with pytest.raises(BadReading, match="POST /api/readings") as error:
        parse_body(body, SENSORS, now=NOW)

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_one_bad_reading_refuses_the_whole_list_and_names_its_place() -> None:
    body = json.dumps([GOOD, GOOD | {"sensor": "nobody"}]).encode()

    with pytest.raises(BadReading, match="reading 2"):
        parse_body(body, SENSORS, now=NOW)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(body: bytes) -> None:
    """Whatever comes is readings or BadReading."""
    with suppress(BadReading):
        parse_body(body, SENSORS, now=NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sensor", "time", "value", "unit"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_no_json_breaks_it(told: object) -> None:
    """Any JSON is readings or BadReading, never another error."""
    with suppress(BadReading):
        parse_body(json.dumps(told).encode(), SENSORS, now=NOW)
