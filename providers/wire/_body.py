"""The bytes of a response: unpacked, freed of what stands before the text, and told apart as JSON, events or a page.

Source of what a stream of events is:
https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence

from msgspec import structs

from providers.base import BadReply, Response
from providers.wire._json import Tree, loads

Noting = Callable[[str], None]

_GZIP, _BOM = b"\x1f\x8b", b"\xef\xbb\xbf"
_MOST = 64 << 20  # bytes that a packed body may unpack to
_MISNAMED = ("text/html", "text/plain")
_FIELDS = (b"data:", b"event:", b":", b"id:", b"retry:", b"error:")
_LINES = re.compile(r"\r\n|\r|\n")  # str.splitlines would also split at U+2028, which is common within JSON


def opened(response: Response, note: Noting) -> Response:
    """The response with its text as it was meant: the first bytes are believed, not the headers. Raises BadReply."""
    body = response.body
    if body.startswith(_GZIP):
        body = _unpacked(body)
        if "gzip" not in response.headers.get("content-encoding", "").lower():
            note("the body came packed by gzip, without the header that says so")
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
        if not body.lstrip().startswith(_FIELDS):  # at the start of a stream, the standard allows for one
            note("a byte-order mark stands before the JSON")
    if response.content_type in _MISNAMED and response.status < 400:
        kind = "JSON" if _is_json(body) else "events" if body.lstrip().startswith(_FIELDS) else ""
        if kind:
            note(f"{kind} came as {response.content_type}")
    return response if body is response.body else structs.replace(response, body=body)


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacker.decompress(body, _MOST)
    except zlib.error as error:
        msg = f"the body begins as gzip, and is none: {error}"
        raise BadReply(msg) from error
    if unpacker.unconsumed_tail:
        msg = f"the packed body is larger than {_MOST >> 20} MiB"
        raise BadReply(msg)
    return found


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] in (b"{", b"[")


def last(responses: Sequence[Response]) -> Response:
    """The response that decides. Raises BadReply where none came."""
    if not responses:
        msg = "no response came"
        raise BadReply(msg)
    return responses[-1]


def not_a_page(response: Response, wanted: str) -> None:
    """Raises BadReply where a page came instead."""
    if response.body.lstrip()[:1] == b"<":
        msg = f"an HTML page came instead of {wanted}"
        raise BadReply(msg)


def json_body(response: Response) -> Tree:
    """The JSON object of a response. Raises BadReply."""
    not_a_page(response, "JSON")
    return Tree(loads(response.body))


def streamed(response: Response, note: Noting, *, asked: bool) -> bool:
    """True when the body is to be read as events, whatever was asked for: the body itself tells. Notes where it is
    not so.
    """
    told = response.content_type == "text/event-stream" or response.body.lstrip().startswith(_FIELDS)
    found = (asked or told) and not _is_json(response.body)
    if found and not asked:
        note("streamed where a whole answer was asked for")
    if asked and not found:
        note("answered whole where a stream was asked for")
    return found


class Events:
    """The events of a stream as (name, data). Heartbeats, which have no data, and [DONE] are passed over; `done`
    tells that it came. An `error:` line, which the standard knows no field for, is an event of that name. httpx-sse,
    the oracle in the tests, would import an HTTP client.
    """

    def __init__(self, response: Response) -> None:
        self._response = response
        self.done = False
        self.count = 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Raises BadReply where the body is not UTF-8 or a page came instead."""
        for name, data in events(self._response):
            if data.strip() == "[DONE]":
                self.done = True
            elif data.strip():
                self.count += 1
                yield name, data

    def nothing(self, wire: str) -> str:
        """How the stream is cut where it is empty. Raises BadReply where it is not, and has nothing of the wire."""
        if self._response.body.strip():
            msg = f"a stream without any event of {wire}"
            raise BadReply(msg)
        return "the stream is empty"


def events(response: Response) -> Iterator[tuple[str, str]]:
    """All events that have data, as the standard reads them, and `error:` lines."""
    not_a_page(response, "events")
    try:
        text = response.body.decode()
    except UnicodeDecodeError as error:
        msg = f"the stream is not UTF-8: {error}"
        raise BadReply(msg) from error
    name = ""
    data: list[str] = []
    for line in _LINES.split(text) if "\r" in text else text.split("\n"):
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "", []
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif line.startswith("event:"):
            name = line[6:].removeprefix(" ")
        elif line.startswith("error:"):
            if data:
                yield name, "\n".join(data)
                data = []
            yield "error", line[6:].strip()
    if data:  # the last event of a stream that lacks the closing blank line
        yield name, "\n".join(data)
