"""Readings over MQTT: what the broker is told is stored is on disk.

paho-mqtt with manual acknowledgement. Messages are gathered, committed in one
transaction and only then acknowledged; with a persistent session the broker sends
again what was not acknowledged, and the store knows repeated readings.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from twin.errors import BadReading, InputError, StoreError
from twin.observation import Reading
from twin.readings import ReadingStore
from twin.site_config import MqttFeed

from .message import parse_json, reading_of
from .status import FeedStatus, Health, OnStatus

log = logging.getLogger("minetwin.feeds")
BATCH = 1000  # messages a transaction
MOST_BYTES = 64 * 1024  # of one message
TICK = 0.2  # s
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0  # s between attempts
KEEPALIVE = 20  # s


class MqttSource:
    """Feed of one topic filter at one broker."""

    def __init__(
        self, name: str, told: MqttFeed, client_id: str, *, stale_after_s: float
    ) -> None:
        self.id, self.kind = name, told.kind
        self._told = told
        self._client_id = told.client_id or client_id
        self._health = Health(
            name, "mqtt", owner=told.owner, stale_after_s=stale_after_s
        )
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._waiting: list[paho.MQTTMessage] = []
        self._refusal = self._parting = ""

    @property
    def status(self) -> FeedStatus:
        """State, since when, last error."""
        return self._health.status

    @property
    def where(self) -> str:
        """The broker, for messages."""
        return f"mqtt://{self._told.host}:{self._told.port}"

    def start(self, store: ReadingStore, on_status: OnStatus | None = None) -> None:
        """Connect and begin to store readings; returns at once."""
        self._health.listen(on_status)
        self._stopping.clear()
        self._thread = threading.Thread(
            target=self._health.guard,
            args=(lambda: self._work(store),),
            name=f"feed {self.id}",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Disconnect; what is not acknowledged the broker keeps."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self, store: ReadingStore) -> None:
        """Connect, listen, and connect again with growing pauses."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            self._refusal = self._parting = ""
            self._waiting.clear()
            try:
                client = self._client()
                self._connect(client)
                reason = self._listen(client, store)
            except InputError as error:
                self._health.to("failed", str(error))
                pause = LONGEST_PAUSE
            except StoreError as error:
                self._health.to("reconnecting", str(error))
            except (OSError, ValueError) as error:
                self._health.to("reconnecting", f"{self.where}: {error}")
            else:
                was_live = self._health.status.state in ("live", "stale")
                pause = FIRST_PAUSE if was_live else pause
                if not self._stopping.is_set():
                    state = "failed" if self._refusal else "reconnecting"
                    said = self._refusal or f"{self.where}: {reason}"
                    self._health.to(state, said)  # type: ignore[arg-type]
            self._stopping.wait(pause)
            pause = min(pause * 2.0, LONGEST_PAUSE)

    def _client(self) -> paho.Client:
        five = self._told.protocol == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            clean_session=None if five else False,
            protocol=MQTTProtocolVersion.MQTTv5 if five else paho.MQTTv311,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.on_connect = self._on_connect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        if self._told.username is not None:
            client.username_pw_set(self._told.username, self._password())
        if self._told.tls:
            client.tls_set()
        return client

    def _password(self) -> str | None:
        name = self._told.password_env
        if name is None:
            return None
        if name not in os.environ:
            raise InputError(
                f"feed {self.id}: the environment variable {name} is not set; "
                "set it to the password of the broker before serving the site"
            )
        return os.environ[name]

    def _connect(self, client: paho.Client) -> None:
        host, port = self._told.host, self._told.port
        if self._told.protocol == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = int(self._told.session_expiry)
            client.connect(
                host, port, KEEPALIVE, clean_start=False, properties=properties
            )
        else:
            client.connect(host, port, KEEPALIVE)

    def _listen(self, client: paho.Client, store: ReadingStore) -> str:
        """Serve one connection until it breaks; return why it did."""
        code = MQTTErrorCode.MQTT_ERR_SUCCESS
        try:
            while code == MQTTErrorCode.MQTT_ERR_SUCCESS and not self._ends():
                code = client.loop(TICK)
                heard = 0
                while heard < len(self._waiting) < BATCH and not code:
                    heard = len(self._waiting)
                    code = client.loop(0.0)
                self._commit(client, store)
                self._health.tick()
        finally:
            client.disconnect()
            client.loop(0.0)
        return self._parting or paho.error_string(code)

    def _ends(self) -> bool:
        return self._stopping.is_set() or bool(self._refusal)

    def _on_connect(
        self,
        client: paho.Client,
        _data: Any,
        _flags: paho.ConnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if code.is_failure:
            self._refusal = (
                f"{self.where}: the broker refuses the connection ({code}); check "
                "username, password_env and client_id of the feed"
            )
        else:
            client.subscribe(self._told.topic, qos=self._told.qos)

    def _on_subscribe(
        self,
        _client: paho.Client,
        _data: Any,
        _mid: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if any(code.is_failure for code in codes):
            self._refusal = (
                f"{self.where}: the broker refuses the topic {self._told.topic} "
                f"({codes[0]}); check the topic and the rights of the user"
            )
        else:
            self._health.connected()

    def _on_disconnect(
        self,
        _client: paho.Client,
        _data: Any,
        flags: paho.DisconnectFlags,
        code: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._parting = f"the broker ended the connection ({code})"

    def _on_message(
        self, _client: paho.Client, _data: Any, message: paho.MQTTMessage
    ) -> None:
        self._waiting.append(message)

    def _commit(self, client: paho.Client, store: ReadingStore) -> None:
        """Store what waits, then acknowledge it.

        A store that fails raises through, so that nothing is acknowledged.
        """
        messages, self._waiting = self._waiting, []
        if not messages:
            return
        sensors = {sensor.id: sensor for sensor in store.sensors()}
        readings: list[Reading] = []
        refused: list[str] = []
        for message in messages:
            try:
                readings += self._readings(message, sensors)
            except BadReading as error:
                store.quarantine(self.id, bytes(message.payload), str(error))
                refused.append(str(error))
        receipt = store.append(readings)
        for message in messages:
            client.ack(message.mid, message.qos)
        kept = receipt.stored + receipt.repeated
        newest = max((reading.time for reading in readings), default=None)
        self._health.received(kept, newest, len(refused))
        if refused:
            self._health.remark(f"kept apart: {refused[-1]}")

    def _readings(
        self, message: paho.MQTTMessage, sensors: Mapping[str, Any]
    ) -> list[Reading]:
        """Turn a message, an object or a list of them, into checked readings."""
        where = f"{self.where} topic {message.topic}"
        if len(message.payload) > MOST_BYTES:
            raise BadReading(
                f"{where}: {len(message.payload)} bytes, at most {MOST_BYTES} are "
                "read; send fewer readings in a message"
            )
        told = parse_json(bytes(message.payload), where)
        named = sensor_in_topic(self._told.topic, message.topic)
        items = told if isinstance(told, list) else [told]
        return [
            reading_of(with_sensor(item, named), sensors, where, source=self.id)
            for item in items
        ]


def sensor_in_topic(pattern: str, topic: str) -> str | None:
    """Return the level that the only '+' of the filter stands for; else None."""
    levels = pattern.split("/")
    if levels.count("+") != 1:
        return None
    return topic.split("/")[levels.index("+")]


def with_sensor(item: Any, sensor: str | None) -> Any:
    """Name the sensor of the topic in a reading that names none."""
    if sensor is None or not isinstance(item, Mapping) or "sensor" in item:
        return item
    return {"sensor": sensor, **item}
