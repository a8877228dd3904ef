"""Drives a wire by hand: what it would send, and what it reads from an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from hypothesis import strategies as st

from providers.base import PLAIN, Quirks, Request, Response, Wire
from providers.chat import Ask, Reply

BASE = "https://api.test/v1"


def request_of(wire: Wire, ask: Ask, model: str = "m", quirks: Quirks = PLAIN) -> Request:
    """The first request for a question."""
    return next(wire.ask(ask, model, BASE, quirks))


def body_of(wire: Wire, ask: Ask, model: str = "m", quirks: Quirks = PLAIN) -> Any:
    """The JSON body of it."""
    return msgspec.json.decode(request_of(wire, ask, model, quirks).body)


def reply_to(
    wire: Wire,
    ask: Ask,
    body: bytes | dict[str, Any] | list[Any],
    *,
    status: int = 200,
    quirks: Quirks = PLAIN,
    **headers: str,
) -> Reply:
    """The reply read from one answer. Header names are given with underscores."""
    driver = wire.ask(ask, "m", BASE, quirks)
    next(driver)
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        driver.send(Response(status, {"content-type": "application/json"} | named, data))
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    msg = "the driver asked for more than one answer"
    raise AssertionError(msg)


def sse(events: Iterable[dict[str, Any]]) -> bytes:
    """A stream of events that name their type, as both Anthropic and OpenAI send it."""
    return b"".join(b"event: %b\ndata: %b\n\n" % (str(e.get("type")).encode(), msgspec.json.encode(e)) for e in events)


# Any JSON value, small.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
