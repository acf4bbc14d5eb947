"""The state machine of one viewer: newest wins, order is kept, nonsense is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from viewer.protocol import ProtocolError
from viewer.session import Held, Session

VIEW = {"run": "plan", "layer": "soil_organic_carbon"}


def said(**message: Any) -> str:
    return json.dumps(message)


def greeted() -> Session:
    session = Session()
    session.receive(said(type="hello", protocol=1))
    return session


def test_the_newest_cursor_wins_while_an_older_one_is_served() -> None:
    """Three cursors while one is sent leave one want, not three."""
    session = greeted()
    session.receive(said(type="subscribe", views=[VIEW], level=0))
    session.receive(said(type="cursor", step=1))
    first = session.want()
    assert first is not None

    for step in (2, 3, 4):
        session.receive(said(type="cursor", step=step))
    session.sent(first, (Held(0, 0, 1),))

    want = session.want()
    assert want is not None
    assert (want.step, want.held) == (4, (Held(0, 0, 1),))
    session.sent(want, (Held(0, 0, 4),))
    assert session.want() is None


def test_nothing_is_wanted_before_there_is_a_view_and_a_step() -> None:
    """A cursor alone or a subscription alone sends nothing."""
    session = greeted()
    session.receive(said(type="cursor", step=3))
    assert session.want() is None

    session.receive(said(type="subscribe", views=[VIEW], level=2))

    want = session.want()
    assert want is not None
    assert (want.step, want.level, want.held) == (3, 2, (None,))


def test_what_is_held_survives_a_subscription_that_keeps_the_view() -> None:
    """Adding a second view does not resend the first; another level does."""
    session = greeted()
    session.receive(said(type="subscribe", views=[VIEW], level=0))
    session.receive(said(type="cursor", step=1))
    want = session.want()
    assert want is not None
    session.sent(want, (Held(5, 0, 1),))

    other = {"run": "plan-control", "layer": "soil_organic_carbon"}
    session.receive(said(type="subscribe", views=[other, VIEW], level=0))
    both = session.want()
    session.receive(said(type="subscribe", views=[other, VIEW], level=1))
    coarse = session.want()

    assert both is not None
    assert both.held == (None, Held(5, 0, 1))
    assert coarse is not None
    assert coarse.held == (None, None)


@pytest.mark.parametrize("resumed", [True, False])
def test_what_a_viewer_says_it_holds_counts_only_after_a_resume(resumed: bool) -> None:
    """After a restart of the server run numbers mean other things."""
    session = greeted()
    session.resumed = resumed
    view = {**VIEW, "have": {"index": 5, "step": 7}}
    session.receive(said(type="subscribe", views=[view], level=0))
    session.receive(said(type="cursor", step=8))

    want = session.want()

    assert want is not None
    assert want.held == ((Held(5, 0, 7),) if resumed else (None,))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no JSON"),
        ("[" * 60_000, "no JSON"),
        ("[]", "message"),
        ('{"type":"dance"}', "dance"),
        ('{"type":"cursor","step":-1}', "step"),
        ('{"type":"cursor","step":1.5}', "step"),
        ('{"type":"cursor","step":"1"}', "step"),
        ('{"type":"cursor","step":NaN}', "step"),
        ('{"type":"cursor"}', "step"),
        ('{"type":"cursor","step":1,"x":1}', "x"),
        ('{"type":"subscribe","views":[{}],"level":0}', "views.0.run"),
        ('{"type":"subscribe","views":[],"level":99}', "level"),
        ('{"type":"hello","protocol":1}', "second"),
    ],
)
def test_a_message_that_is_none_is_refused_and_changes_nothing(
    text: str, part: str
) -> None:
    """The message names the part that is wrong."""
    session = greeted()

    with pytest.raises(ProtocolError, match=part):
        session.receive(text)

    assert session.want() is None


def test_hello_comes_first_and_speaks_this_protocol() -> None:
    """Anything before it, or another version, is refused."""
    with pytest.raises(ProtocolError, match="say hello first"):
        Session().receive(said(type="cursor", step=1))
    with pytest.raises(ProtocolError, match="reload the page"):
        Session().receive(said(type="hello", protocol=2))
