"""Faults of bodies and streams that servers in the field have, over every wire where they can occur."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from providers.base import BadReply, wires
from providers.wire import _body
from providers.wire._json import dumps
from tests.support.field import EVENTS, JSONS, SAMPLES, STREAMS, read

BOM = b"\xef\xbb\xbf"
# Of these no sample stands in tests/support/field.py: each has its broken bodies and streams in a test of its own.
APART = frozenset({
    "anthropic_complete", "bedrock_converse", "bedrock_invoke", "cohere_v1", "gemini_interactions", "ollama_generate",
    "openai_completions", "vertex_raw", "watsonx", "writer_chat",
})  # fmt: skip
# Wires that a kind of fault cannot occur on: the answer is the picture itself, there are JSON lines or no streams.
NO_JSON = frozenset({"prompt_image"})
NO_EVENTS = NO_JSON | {"ollama", "bfl", "imagen", "openai_images"}


def test_the_tables_name_every_wire() -> None:
    assert set(JSONS) | NO_JSON | APART == set(wires())
    assert set(EVENTS) | NO_EVENTS | APART == set(wires())
    assert not APART & set(JSONS)


@pytest.mark.parametrize("wire", sorted(APART))
def test_a_wire_that_stands_apart_has_a_test_of_broken_bodies(wire: str) -> None:
    texts = [(path, path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    assert any(re.search(rf"\b{wire}\b", text) and "BadReply" in text for _, text in texts)


def test_a_good_answer_needs_no_repair() -> None:
    for name in JSONS:
        reply = read(name, SAMPLES[name].whole)
        assert not reply.empty and not reply.repairs and not reply.error and not reply.unknown, (name, reply)
    for name in STREAMS:
        reply = read(name, SAMPLES[name].stream(), stream=True)
        assert (reply.text, reply.repairs, reply.cut, reply.error) == ("Hi.", (), "", None), (name, reply)


@pytest.mark.parametrize("name", JSONS)
@pytest.mark.parametrize(
    ("spoil", "headers", "repair"),
    [
        (lambda body: BOM + body, {}, "a byte-order mark stands before the JSON"),
        (lambda body: body, {"content_type": "text/html; charset=utf-8"}, "JSON came as text/html"),
        (lambda body: body, {"content_type": "text/plain"}, "JSON came as text/plain"),
        (gzip.compress, {}, "the body came packed by gzip, without the header that says so"),
        (gzip.compress, {"content_encoding": "gzip"}, ""),
        (lambda body: body, {"content_encoding": "gzip"}, ""),
        (lambda body: b"\r\n " + body + b"\r\n", {}, ""),
    ],
    ids=["bom", "html", "plain", "gzip", "gzip kept", "header alone", "blanks"],
)
def test_a_whole_answer_is_read_where_its_meaning_is_plain(
    name: str, spoil: Any, headers: dict[str, Any], repair: str
) -> None:
    good = read(name, SAMPLES[name].whole)
    reply = read(name, spoil(dumps(SAMPLES[name].whole)), **headers)
    assert (reply.text, reply.media, reply.finish, reply.error) == (good.text, good.media, good.finish, None)
    assert reply.repairs == ((repair,) if repair else ())


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("case", ["bom", "crlf", "no space", "heartbeats", "done", "pings", "html", "plain", "gzip"])
def test_a_stream_is_read_where_its_meaning_is_plain(name: str, case: str) -> None:
    if SAMPLES[name].lines and case in ("no space", "heartbeats", "pings"):
        pytest.skip("JSON lines have no fields")
    body = SAMPLES[name].stream()
    cases: dict[str, tuple[bytes, dict[str, Any]]] = {
        "bom": (BOM + body, {}),
        "crlf": (body.replace(b"\n", b"\r\n"), {}),
        "no space": (body.replace(b"data: ", b"data:"), {}),
        "heartbeats": (b": wait\n\ndata:\n\ndata: \n\n" + body.replace(b"\n\n", b"\n\n:\n\ndata:\n\n"), {}),
        "done": (body + b"data: [DONE]\n\n", {}),
        "pings": (b"event: ping\n\nevent: ping\ndata:\n\n" + body, {}),
        "html": (body, {"content_type": "text/html"}),
        "plain": (body, {"content_type": "text/plain"}),
        "gzip": (gzip.compress(body), {}),
    }
    spoilt, headers = cases[case]
    reply = read(name, spoilt, stream=True, **headers)
    assert (reply.text, reply.cut, reply.error, reply.finish) == ("Hi.", "", None, read(name, body, stream=True).finish)
    noted = {
        "html": "text/html",
        "plain": "text/plain",
        "gzip": "gzip",
        "bom": "byte-order" if SAMPLES[name].lines else "",
    }.get(case, "")
    assert len(reply.repairs) == bool(noted) and noted in "".join(reply.repairs), reply.repairs


@pytest.mark.parametrize("name", STREAMS)
def test_a_whole_answer_where_a_stream_was_asked_for_is_one_and_is_told(name: str) -> None:
    reply = read(name, SAMPLES[name].whole, stream=True, content_type="application/json")
    assert (reply.text, reply.cut, reply.repairs) == ("Hi.", "", ("answered whole where a stream was asked for",))


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_where_a_whole_answer_was_asked_for_is_one_and_is_told(name: str) -> None:
    reply = read(name, SAMPLES[name].stream(), content_type="text/event-stream")
    assert (reply.text, reply.cut, reply.repairs) == ("Hi.", "", ("streamed where a whole answer was asked for",))


def test_a_body_that_unpacks_without_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_body, "_MOST", 1000)
    for name in JSONS:
        with pytest.raises(BadReply, match="larger than"):
            read(name, gzip.compress(b" " * 100_000))


ENVELOPES: list[tuple[Any, str | None]] = [
    ({"code": 500, "msg": "404 NOT_FOUND", "success": False}, "address"),
    ({"code": 429, "message": "Please retry shortly"}, "rate"),
    ({"error": {"code": 429, "message": "Please retry shortly"}}, "rate"),
    ({"error": {"code": 502, "message": "Provider returned error"}}, "server"),
    ({"error": {"type": "overloaded_error", "message": "Overloaded"}}, "server"),
    ([{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}], "server"),
    ({"success": False, "errors": [{"code": 7000, "message": "No route for that URI"}]}, "model"),
    ({}, None),
    ({"id": "1", "object": "thing"}, None),
    ([], None),
    ("busy", None),
]
FOREIGN = ["anthropic", "openai_chat", "gemini", "openai_responses", "cohere", "openai_images", "imagen"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", JSONS)
@pytest.mark.parametrize(("body", "kind"), ENVELOPES, ids=[dumps(body).decode() for body, _ in ENVELOPES])
def test_a_body_that_is_no_answer_is_never_an_empty_one(
    name: str, body: Any, kind: str | None, *, stream: bool
) -> None:
    if stream and name not in STREAMS:
        return
    try:
        reply = read(name, body, stream=stream, content_type="application/json")
    except BadReply:
        assert kind is None or isinstance(body, list), body
        return
    assert reply.error and kind, (name, reply)
    assert (reply.error.kind, reply.status >= 400) == (kind, True)


@pytest.mark.parametrize("name", JSONS)
@pytest.mark.parametrize("other", FOREIGN)
def test_another_wires_answer_is_none(name: str, other: str) -> None:
    alike = {"mistral": "openai_chat", "ollama": "cohere", "cohere": "ollama"}
    if (
        name == other or alike.get(name) == other or (name, other) == ("bfl", "openai_responses")
    ):  # any word is a stage there
        return
    with pytest.raises(BadReply):
        read(name, SAMPLES[other].whole)


NOTHING = [
    b"data: [DONE]\n\n",
    b": ping\n\n: ping\n\n",
    b"event: ping\ndata:\n\n",
    b'event: ping\ndata: {"type": "ping"}\n\n',
]


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("body", NOTHING)
def test_a_stream_of_nothing_is_no_answer(name: str, body: bytes) -> None:
    with pytest.raises(BadReply):
        read(name, body, stream=True)


@pytest.mark.parametrize("name", EVENTS)
def test_an_empty_stream_is_cut(name: str) -> None:
    assert read(name, b"", stream=True).cut


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b'error: {"code": 503, "message": "Loading model"}\n\n', 503),
        (b'error: {"error": {"code": 429, "message": "Slow down"}}\n\n', 429),
        (b'data: {"error": {"code": 502, "message": "lost"}}\n\n', 502),
        (b'event: error\ndata: {"error": {"code": 429, "message": "Slow down"}}\n\n', 429),
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_an_error_within_a_stream_is_one_with_its_status(name: str, line: bytes, status: int, *, before: bool) -> None:
    body = SAMPLES[name].stream().split(b"\n\n")[0] + b"\n\n" if before else b""
    reply = read(name, body + line + b"data: [DONE]\n\n", stream=True)
    assert reply.error
    assert (reply.status, reply.error.status, reply.error.kind) == (
        status,
        status,
        "rate" if status == 429 else "server",
    )


@pytest.mark.parametrize("name", ["openai_chat", "mistral"])
@pytest.mark.parametrize(
    "body", [b'data: {"choices": []}\n\ndata: [DONE]\n\n', b'{"choices": []}', b'{"choices": [{}]}']
)
def test_choices_that_are_empty_are_no_answer(name: str, body: bytes) -> None:
    with pytest.raises(BadReply):
        read(name, body, stream=body.startswith(b"data"))
