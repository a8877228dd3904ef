"""HTTP archives of browsers, proxies and Polly.js."""

import json
from base64 import b64encode
from typing import Any

import pytest

from scoreboard.traffic.kept import Kept
from scoreboard.traffic.reading import parse

TEXT = "data: {}\n\n"


def archive(*entries: dict[str, Any], **log: Any) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries, **log}}).encode()


def entry(content: dict[str, Any], **more: Any) -> dict[str, Any]:
    request = {
        "method": "post",
        "url": "https://a.example/x",
        "headers": [{"name": "A", "value": "b"}, {"name": "a", "value": "c"}],
        "postData": {"mimeType": "application/json", "text": "{}"},
    }
    return {
        "startedDateTime": "2026-01-25T17:14:21.345Z",
        "request": request,
        "response": {"status": 200, "headers": [], "content": content},
        **more,
    }


def only(data: bytes) -> Kept:
    content = parse(data)
    assert content.form == "har"
    (kept,) = content.kept
    return kept


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "content",
    [
        {"text": TEXT},
        {"text": b64(TEXT), "encoding": "base64"},
        {"text": json.dumps([b64(TEXT[:5]), b64(TEXT[5:])]), "encoding": "base64"},
        {"text": json.dumps([b64(TEXT[:5]), b64(TEXT[5:])])},
        {"text": json.dumps([TEXT.encode().hex()]), "encoding": "base64", "_isBinary": True},
    ],
    ids=["text", "base64", "pieces", "pieces that nothing tells of", "hexadecimal"],
)
def test_a_body_is_text_or_base64_or_pieces(content: dict[str, Any]) -> None:
    kept = only(archive(entry(content)))
    assert kept.response.body == TEXT.encode()
    assert kept.request
    assert (kept.request.method, kept.request.body, kept.request.headers) == ("POST", b"{}", {"a": "b, c"})
    assert kept.when.startswith("2026-01-25")


def test_a_reply_that_is_a_list_of_texts_is_no_list_of_pieces() -> None:
    assert only(archive(entry({"text": '["some", "words"]'}))).response.body == b'["some", "words"]'


def test_what_went_over_a_websocket_is_passed_over() -> None:
    assert only(archive(entry({}, _webSocketMessages=[{}]))).passed == "WebSocket"


def test_a_form_is_read_where_there_is_no_text() -> None:
    one = entry({})
    one["request"]["postData"] = {"params": [{"name": "a", "value": "b c"}]}
    kept = only(archive(one))
    assert kept.request
    assert kept.request.body == b"a=b+c"


def test_a_log_without_entries_is_told() -> None:
    with pytest.raises(ValueError, match="'entries' is missing"):
        parse(b'{"log": {"version": "1.2"}}')
