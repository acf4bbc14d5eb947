"""One viewer's side of the stream as a state machine without I/O.

It takes text messages in and says what should be sent next; it never waits, reads or
encodes. A new cursor overwrites the one that was not served yet, so a viewer that lags
gets the newest step and never a queue.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from .protocol import PROTOCOL, ProtocolError

MOST_VIEWS = 4
_Index = Annotated[int, Field(ge=0, le=0xFFFFFFFF)]
_Name = Annotated[str, Field(max_length=200)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Resume(_Message):
    """Where a reconnecting viewer left off."""

    epoch: _Name
    offset: int


class Hello(_Message):
    """First message of a viewer."""

    type: Literal["hello"]
    protocol: int
    resume: Resume | None = None


class Have(_Message):
    """What a resuming viewer still holds of a view: run index and step."""

    index: _Index
    step: _Index


class View(_Message):
    """One layer of a run, or (run "") of a surface."""

    run: _Name
    layer: _Name
    axis: Annotated[int, Field(ge=0, le=63)] = 0
    surface: _Name = ""
    have: Have | None = None


class Subscribe(_Message):
    """What to look at, and how finely: level 0 is every cell."""

    type: Literal["subscribe"]
    views: Annotated[list[View], Field(max_length=MOST_VIEWS)]
    level: Annotated[int, Field(ge=0, le=12)] = 0


class Cursor(_Message):
    """The step to show."""

    type: Literal["cursor"]
    step: _Index


class Pong(_Message):
    """Answer to a ping; shows only that the viewer lives."""

    type: Literal["pong"]


_MESSAGE: TypeAdapter[Hello | Subscribe | Cursor | Pong] = TypeAdapter(
    Annotated[Hello | Subscribe | Cursor | Pong, Field(discriminator="type")]
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the viewer holds of a view: run index, level and step."""

    index: int
    level: int
    step: int


@dataclass(frozen=True, slots=True)
class Want:
    """The newest thing to send: views, level, step and what is held of each view."""

    views: tuple[View, ...]
    level: int
    step: int
    held: tuple[Held | None, ...]
    ticket: int


@dataclass
class Session:
    """State of one viewer; ``receive`` and ``sent`` are its only changes."""

    greeting: Hello | None = None
    views: tuple[View, ...] = ()
    level: int = 0
    step: int | None = None
    held: dict[int, Held] = field(default_factory=dict)
    resumed: bool = False
    _ticket: int = 0
    _served: int = 0

    def receive(self, text: str) -> Hello | Subscribe | Cursor | Pong:
        """Take one message in; ProtocolError for anything but a known one in order."""
        message = parse(text)
        if isinstance(message, Hello):
            self._greet(message)
        elif self.greeting is None:
            raise ProtocolError(
                f"stream: '{message.type}' before 'hello'; say hello first"
            )
        elif isinstance(message, Subscribe):
            self._subscribe(message)
        elif isinstance(message, Cursor):
            self.step = message.step
            self._ticket += 1
        return message

    def _greet(self, hello: Hello) -> None:
        if self.greeting is not None:
            raise ProtocolError("stream: a second 'hello'; open a new connection")
        if hello.protocol != PROTOCOL:
            raise ProtocolError(
                f"stream: protocol {hello.protocol} is not spoken, but {PROTOCOL}; "
                "reload the page"
            )
        self.greeting = hello

    def _subscribe(self, message: Subscribe) -> None:
        kept = {_key(v): h for v, h in zip(self.views, self._holdings(), strict=True)}
        self.views, self.level = tuple(message.views), message.level
        self.held = {}
        for i, view in enumerate(self.views):
            known = kept.get(_key(view))
            if view.have and self.resumed:
                known = Held(view.have.index, self.level, view.have.step)
            if known is not None and known.level == self.level:
                self.held[i] = known
        self._ticket += 1

    def _holdings(self) -> list[Held | None]:
        return [self.held.get(i) for i in range(len(self.views))]

    def want(self) -> Want | None:
        """Return what to send next; None when all that was asked for was sent."""
        if self.step is None or not self.views or self._served == self._ticket:
            return None
        return Want(
            self.views, self.level, self.step, tuple(self._holdings()), self._ticket
        )

    def sent(self, want: Want, holds: tuple[Held | None, ...]) -> None:
        """Note that a want was sent whole and what the viewer now holds."""
        self._served = want.ticket
        if want.views == self.views and want.level == self.level:
            self.held = {i: h for i, h in enumerate(holds) if h is not None}

    def again(self) -> None:
        """Ask for the same step once more: the runs behind the views changed."""
        self._ticket += 1


def _key(view: View) -> tuple[str, str, int, str]:
    return view.run, view.layer, view.axis, view.surface


def parse(text: str) -> Hello | Subscribe | Cursor | Pong:
    """One client message; ProtocolError says which part is wrong."""
    try:
        found: Any = json.loads(text)
        return _MESSAGE.validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "message"
        raise ProtocolError(
            f"stream: {place}: {first['msg']}; see docs/explanation/stream.md"
        ) from None
    except (ValueError, RecursionError):
        raise ProtocolError(
            "stream: a message that is no JSON; send one JSON object a frame"
        ) from None
