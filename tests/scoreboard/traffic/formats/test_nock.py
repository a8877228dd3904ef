"""Recordings of nock."""

import json
from typing import Any

import pytest

from scoreboard.traffic.kept import Kept
from scoreboard.traffic.reading import parse


def only(**more: Any) -> Kept:
    tree = {
        "scope": "https://a.example:443",
        "method": "POST",
        "path": "/x",
        "body": {"a": 1},
        "status": 200,
        "response": "abc",
        "rawHeaders": ["A", "b", "a", "c"],
        **more,
    }
    content = parse(json.dumps([tree]).encode())
    assert content.form == "nock"
    (kept,) = content.kept
    assert not kept.broken
    return kept


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ({}, b"abc"),
        ({"response": {"b": 2}}, b'{"b":2}'),
        ({"response": ["61", "6263"]}, b"abc"),
        ({"response": "616263", "responseIsBinary": True}, b"abc"),
        ({"response": "616263"}, b"616263"),
        ({"response": [{"b": 2}]}, b'[{"b":2}]'),
        ({"response": None}, b""),
    ],
)
def test_a_reply_is_text_a_tree_or_hexadecimal(more: dict[str, Any], body: bytes) -> None:
    assert only(**more).response.body == body


def test_headers_and_address_are_put_together() -> None:
    kept = only(reqheaders={"B": "d"})
    assert kept.request
    assert (kept.request.url, kept.request.body, kept.request.headers) == (
        "https://a.example/x",
        b'{"a":1}',
        {"b": "d"},
    )
    assert (kept.response.headers, kept.grade) == ({"a": "b, c"}, "rewritten")
