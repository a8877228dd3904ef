"""Replies alone."""

import pytest

from scoreboard.traffic.reading import Foreign, parse


@pytest.mark.parametrize(
    ("data", "body", "stream"),
    [
        (b'{"choices": [1]}', b'{"choices":[1]}', False),
        (b'{"a": 1}\n{"b": 2}\n', b'{"a": 1}\n{"b": 2}', True),
        (b'data: {"a": 1}\n\ndata: [DONE]\n\n', b'{"a": 1}\n[DONE]', True),
        (b'event: x\ndata: {"a": 1}\n\n', b'{"a": 1}', True),
        (b'{"status": 200, "headers": {"content-type": "application/json"}, "body": "{}"}', b"{}", False),
        (b'{"status": 200, "headers": {"content-type": "text/event-stream"}, "body": "data: {}\\n\\n"}', b"{}", True),
    ],
)
def test_a_reply_is_json_or_data_a_piece_a_line(data: bytes, body: bytes, stream: bool) -> None:
    content = parse(data)
    (kept,) = content.kept
    assert (content.form, kept.request, kept.grade) == ("replies", None, "reply")
    assert (kept.response.body, kept.stream) == (body, stream)


@pytest.mark.parametrize("data", [b'{"name": "package"}', b'{"$schema": "x", "content": 1}', b"[1, 2]", b"{}"])
def test_other_json_is_none(data: bytes) -> None:
    with pytest.raises(Foreign):
        parse(data)
