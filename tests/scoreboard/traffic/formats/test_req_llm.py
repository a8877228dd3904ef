"""Fixtures of req_llm."""

import json
from base64 import b64encode
from typing import Any

from scoreboard.traffic.kept import Kept
from scoreboard.traffic.reading import parse


def only(**more: Any) -> Kept:
    request = {
        "method": "post",
        "url": "https://a.example/x",
        "headers": {"a": ["b", "c"]},
        "body": {"b64": b64encode(b"{}").decode()},
        "canonical_json": {},
    }
    content = parse(
        json.dumps(
            {"request": request, "response": {"status": 200, "headers": {"d": "e"}, "body": None}, **more}
        ).encode()
    )
    assert content.form == "req_llm"
    (kept,) = content.kept
    assert not kept.broken
    assert kept.request
    assert (kept.request.method, kept.request.body, kept.request.headers) == ("POST", b"{}", {"a": "b, c"})
    return kept


def test_a_reply_that_was_parsed_is_written_anew() -> None:
    kept = only(response={"status": 400, "headers": {}, "body": {"error": "no"}})
    assert (kept.response.status, kept.response.body, kept.grade) == (400, b'{"error":"no"}', "rewritten")


def test_pieces_of_a_stream_are_joined() -> None:
    pieces = [{"b64": b64encode(piece).decode(), "decoded": "no matter"} for piece in (b"data: 1\n", b"\ndata: 2\n\n")]
    kept = only(chunks=pieces, captured_at="2025-10-14T02:31:09.673662Z")
    assert (kept.response.body, kept.grade, kept.when[:10]) == (b"data: 1\n\ndata: 2\n\n", "bytes", "2025-10-14")
    assert [chunk.size for chunk in kept.response.chunks] == [8, 10]


def test_a_request_without_bytes_is_its_canonical_form() -> None:
    request = {
        "method": "post",
        "url": "https://a.example/x",
        "body": {},
        "canonical_json": "{}",
        "headers": {"a": "b, c"},
    }
    assert only(request=request).request
