"""MQTT against a real broker: acknowledged after the commit, honest about outages."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import publish

from connectors.feeds.mqtt import MqttSource, sensor_in_topic
from connectors.feeds.status import FeedStatus
from twin.errors import StoreError
from twin.observation import Reading, Sensor
from twin.readings import ReadingStore
from twin.site_config import MqttFeed

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]
Wait = Callable[[Callable[[], bool]], None]

CRASHES_BEFORE_COMMIT = """
import os, sys
from pathlib import Path
from connectors.feeds.mqtt import MqttSource
from twin.readings import ReadingStore
from twin.site_config import MqttFeed

port, file = int(sys.argv[1]), Path(sys.argv[2])
store = ReadingStore(file)
store.append = lambda readings: os._exit(9)
feed = MqttFeed(kind="mqtt", host="127.0.0.1", port=port, topic="mine/+/reading")
source = MqttSource("mqtt-1", feed, "one-client", stale_after_s=60)
source.start(store, lambda s: print(s.state, flush=True))
source._thread.join(30)
"""


def setting(port: int, **more: Any) -> MqttFeed:
    """Settings of a feed at a local broker."""
    told = {"kind": "mqtt", "host": "127.0.0.1", "port": port} | more
    return MqttFeed.model_validate({"topic": "mine/+/reading", **told})


def send(port: int, value: object, sensor: str = "sm-01", **more: object) -> None:
    """Publish one reading with quality of service 1."""
    body = {"sensor": sensor, "time": datetime.now(UTC).isoformat(), "value": value}
    payload = json.dumps(body | more)
    publish.single(
        f"mine/{sensor}/reading", payload, qos=1, hostname="127.0.0.1", port=port
    )


@pytest.fixture
def listening(
    store: ReadingStore, broker: Any, wait_for: Wait
) -> Iterator[tuple[MqttSource, list[FeedStatus]]]:
    """A feed that is connected, and every state it told."""
    source = MqttSource("mqtt-1", setting(broker.port), "one-client", stale_after_s=60)
    told: list[FeedStatus] = []
    source.start(store, told.append)
    wait_for(lambda: source.status.state == "live")
    yield source, told
    source.stop()


def test_a_message_becomes_a_reading(
    store: ReadingStore, broker: Any, listening: Any, wait_for: Wait
) -> None:
    source, _ = listening

    send(broker.port, 0.314)

    wait_for(lambda: "sm-01" in store.latest())
    assert store.latest()["sm-01"].value == 0.314
    assert store.latest()["sm-01"].source == "mqtt-1"
    wait_for(lambda: source.status.stored == 1)
    assert source.status.latency_s is not None
    assert source.status.latency_s < 5.0


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_was_not_committed_is_sent_again(
    tmp_path: Path, store: ReadingStore, broker: Any, wait_for: Wait, protocol: str
) -> None:
    """A process that dies between receiving and committing has acknowledged nothing."""
    program = CRASHES_BEFORE_COMMIT.replace(
        '"mine/+/reading")', f'"mine/+/reading", protocol="{protocol}")'
    )
    doomed = subprocess.Popen(
        [sys.executable, "-c", program, str(broker.port), str(store.path)],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert doomed.stdout is not None
    assert doomed.stdout.readline().strip() == b"live"
    send(broker.port, 0.2)
    assert doomed.wait(20) == 9
    doomed.stdout.close()
    assert store.latest() == {}

    told = setting(broker.port, protocol=protocol)
    source = MqttSource("mqtt-1", told, "one-client", stale_after_s=60)
    source.start(store)
    wait_for(lambda: "sm-01" in store.latest())
    source.stop()

    assert store.latest()["sm-01"].value == 0.2


def test_a_committed_message_is_not_sent_again(
    store: ReadingStore, broker: Any, listening: Any, wait_for: Wait
) -> None:
    source, _ = listening
    send(broker.port, 0.25)
    wait_for(lambda: source.status.stored == 1)
    source.stop()

    again = MqttSource("mqtt-1", setting(broker.port), "one-client", stale_after_s=60)
    again.start(store)
    wait_for(lambda: again.status.state == "live")
    send(broker.port, 0.26)
    wait_for(lambda: store.latest()["sm-01"].value == 0.26)
    again.stop()

    assert again.status.stored == 1


def test_a_message_that_cannot_be_read_is_kept_apart_and_told(
    store: ReadingStore, broker: Any, listening: Any, wait_for: Wait
) -> None:
    """It must not come again for ever, nor vanish, nor stop the ones behind it."""
    source, _ = listening

    for payload in ('{"sensor": "sm-01"', '{"value": NaN}', "\x00"):
        publish.single(
            "mine/sm-01/reading", payload, qos=1, hostname="127.0.0.1", port=broker.port
        )
    send(broker.port, 0.3, sensor="sm-1")
    send(broker.port, 0.3)

    wait_for(lambda: source.status.stored == 1 and source.status.refused == 4)
    kept = store.quarantined()
    assert kept[0].payload == b'{"sensor": "sm-01"'
    assert "did you mean 'sm-01'?" in kept[3].reason
    assert source.status.state == "live"


def test_an_outage_is_told_once_down_and_once_up(
    store: ReadingStore,
    broker: Any,
    listening: Any,
    wait_for: Wait,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source, told = listening
    with caplog.at_level(logging.INFO, logger="minetwin.feeds"):
        broker.stop()
        wait_for(lambda: source.status.state == "reconnecting")
        assert str(broker.port) in source.status.message
        broker.start()
        wait_for(lambda: source.status.state == "live")

    send(broker.port, 0.4)
    wait_for(lambda: "sm-01" in store.latest())
    states = [status.state for status in told]
    assert [s for i, s in enumerate(states) if i == 0 or states[i - 1] != s] == [
        "live", "reconnecting", "live",
    ]  # fmt: skip
    lines = [r for r in caplog.records if r.name == "minetwin.feeds"]
    assert [r.levelname for r in lines] == ["WARNING", "INFO"]


def test_what_was_sent_during_an_outage_of_ours_arrives_later(
    store: ReadingStore, broker: Any, listening: Any, wait_for: Wait
) -> None:
    """The broker keeps messages of a session for us, even over its own restart."""
    source, _ = listening
    source.stop()
    send(broker.port, 0.11)
    broker.stop()
    broker.start()

    again = MqttSource("mqtt-1", setting(broker.port), "one-client", stale_after_s=60)
    again.start(store)
    wait_for(lambda: "sm-01" in store.latest())
    again.stop()

    assert store.latest()["sm-01"].value == 0.11


def test_nothing_is_acknowledged_while_the_store_fails(
    store: ReadingStore, broker: Any, wait_for: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the feed says so, and the message comes again when there is room."""
    insert = store._insert

    def full(_readings: object) -> list[Reading]:
        raise StoreError("readings.sqlite: disk is full")

    monkeypatch.setattr(store, "_insert", full)
    source = MqttSource("mqtt-1", setting(broker.port), "one-client", stale_after_s=60)
    source.start(store)
    wait_for(lambda: source.status.state == "live")
    send(broker.port, 0.5)
    wait_for(lambda: "disk is full" in source.status.message)

    monkeypatch.setattr(store, "_insert", insert)
    wait_for(lambda: "sm-01" in store.latest())
    source.stop()

    assert store.latest()["sm-01"].value == 0.5


def test_a_feed_that_dies_does_not_seem_live(
    store: ReadingStore,
    broker: Any,
    wait_for: Wait,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = MqttSource("mqtt-1", setting(broker.port), "one-client", stale_after_s=60)
    monkeypatch.setattr(source, "_commit", lambda *_: 1 / 0)

    source.start(store)
    wait_for(lambda: source.status.state == "failed")
    source.stop()

    assert "ZeroDivisionError" in source.status.message
    assert "fault of minetwin" in caplog.text


def test_a_silent_feed_becomes_stale(
    store: ReadingStore, broker: Any, wait_for: Wait
) -> None:
    source = MqttSource("mqtt-1", setting(broker.port), "silent", stale_after_s=0.5)

    source.start(store)
    wait_for(lambda: source.status.state == "stale")
    send(broker.port, 0.2)
    wait_for(lambda: source.status.stored == 1)
    source.stop()

    assert "no reading" in source.status.message or source.status.state == "live"


def test_a_lacking_password_is_a_failure_that_says_what_to_set(
    store: ReadingStore, broker: Any, wait_for: Wait
) -> None:
    told = setting(broker.port, username="mine", password_env="MINETWIN_NO_SUCH")
    source = MqttSource("mqtt-1", told, "locked-out", stale_after_s=60)

    source.start(store)
    wait_for(lambda: source.status.state == "failed")
    source.stop()

    assert "MINETWIN_NO_SUCH is not set" in source.status.message


def test_the_sensor_may_be_named_by_the_topic() -> None:
    assert sensor_in_topic("mine/+/reading", "mine/sm-01/reading") == "sm-01"
    assert sensor_in_topic("+/+/reading", "a/b/reading") is None
    assert sensor_in_topic("mine/#", "mine/x/y") is None


def test_sensors_of_the_fixture_are_declared(store: ReadingStore) -> None:
    assert all(isinstance(sensor, Sensor) for sensor in store.sensors())
