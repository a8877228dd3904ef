"""Chat completions: errors in all their forms, and bodies that are broken."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.base import BadReply, ProviderError
from providers.chat import Error
from providers.wire import openai_chat as wire
from tests.support.canned_chat import ASK, CALL, SSE, STREAM, STREAMED, WHOLE, chunk, plain, streamed, whole
from tests.support.driving import JSON, reply_to
from tests.support.mutating import changed, places


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": {"message": "No.", "type": "invalid_request_error", "param": "stop", "code": "unsupported_parameter"}},
         Error(400, "No.", "request", "invalid_request_error", "unsupported_parameter", "stop")),
        (404, {"error": "Model x not found"}, Error(404, "Model x not found", "model")),
        (403, {"message": "Multimodal is not enabled", "type": "invalid_request_error", "param": "model", "code": "multimodal_not_enabled"},
         Error(403, "Multimodal is not enabled", "request", "invalid_request_error", "multimodal_not_enabled", "model")),
        (400, {"error": {"message": "The model 'x' is not supported by any provider you have.", "code": "model_not_supported"}},
         Error(400, "The model 'x' is not supported by any provider you have.", "model", code="model_not_supported")),
        (400, {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": "no images", "provider_name": "p"}}},
         Error(400, "Provider returned error: no images", "request", code="400")),
        (400, {"error": "400 Bad Request", "status": 400, "details": {"error": {"message": "logprobs unsupported"}}},
         Error(400, "400 Bad Request: logprobs unsupported", "request")),
        (200, {"error": {"code": 429, "message": "slow down"}}, Error(429, "slow down", "rate", code="429")),
        (200, whole(choice={"error": {"code": 502, "message": "gone"}}, finish="error"), Error(502, "gone", "server", code="502")),
        (200, {"object": "error", "message": "boom", "code": 40001}, Error(500, "boom", "server", code="40001")),
        (200, {"detail": "Unauthorized"}, Error(500, "Unauthorized", "auth")),
    ],
)  # fmt: skip
def test_an_error_is_read_in_every_form(status: int, body: dict[str, Any], error: Error) -> None:
    assert plain(body, status=status).error == error


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ({"error": {"message": "No.", "type": "invalid_request_error"}}, 400),
        ({"error": {"message": "No.", "status_code": 422}}, 422),
        (
            {
                "error": {"message": "No."},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            },
            500,
        ),
        ({**chunk({}), "x_groq": {"id": "r", "error": "No."}}, 500),
    ],
)
def test_an_error_within_a_stream_is_the_reply(event: dict[str, Any], status: int) -> None:
    error = streamed(chunk({"content": "Hi"}), event).error
    assert error
    assert (error.status, error.message) == (status, "No.")


def test_an_event_named_error_is_an_error_whatever_it_holds() -> None:
    error = reply_to(wire, STREAMED, b'event: error\ndata: "overloaded"\n\n', **SSE).error
    assert error == Error(500, "overloaded", "server")


def test_a_page_instead_of_an_error_gives_its_words() -> None:
    error = reply_to(wire, ASK, b"<html><h1>Bad gateway</h1></html>", status=502, content_type="text/html").error
    assert error == Error(502, "Bad gateway", "server")


def test_a_stream_without_an_end_is_cut() -> None:
    assert streamed(chunk({"content": "Hi"}), done=False).cut == "the stream ends without [DONE] or a finish reason"
    assert streamed(done=False).cut == "the stream is empty"


@pytest.mark.parametrize("done", [True, False])
def test_a_stream_may_end_with_a_mark_or_with_a_finish_reason(done: bool) -> None:
    assert streamed(chunk({"content": "Hi"}, None if done else "stop"), done=done).cut == ""


def test_a_whole_answer_to_a_streamed_question_is_read() -> None:
    assert reply_to(wire, STREAMED, whole()).text == "Hello."


def test_a_streamed_answer_to_a_whole_question_is_read() -> None:
    assert reply_to(wire, ASK, STREAM, **SSE).text == "Hello."


@pytest.mark.parametrize(
    "body",
    [b"", b"no", b"[]", b"{}", b"\xff", {"choices": {}}, {"choices": [1]}, whole(usage=[]), whole({"content": 1}),
     whole({"tool_calls": "x"}),
     whole({"audio": {"data": "*"}}), whole({"images": [{"image_url": {"url": "data:image/png;base64,*"}}]})],
)  # fmt: skip
def test_what_is_no_completion_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        plain(body)


@pytest.mark.parametrize("event", [b"data: no\n\n", b"data: []\n\n", b"data: \xff\n\n", b'data: {"choices": 1}\n\n'])
def test_what_is_no_event_is_a_bad_reply(event: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, STREAMED, event, **SSE)


ODD = whole(
    {"annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}], "images": [{"image_url": {"url": "https://x.test/a.png"}}],
     "audio": {"data": "AQ=="}, "reasoning_details": [{"text": "t"}], "executed_tools": [{"type": "s", "arguments": "{}"}],
     "tool_calls": [CALL]},
    choice={"logprobs": {"tokens": ["a"], "token_logprobs": [0], "top_logprobs": [{"a": 0}]}}, error=None, warnings=[{"message": "w"}],
    citations=["u"], timings={"predicted_n": 1}, x_groq={"error": None},
)  # fmt: skip


@settings(deadline=None)
@given(
    whole=st.sampled_from([WHOLE, ODD]).flatmap(lambda v: st.tuples(st.just(v), st.sampled_from(places(v)))),
    to=JSON,
    chunked=st.booleans(),
)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(whole: Any, to: Any, chunked: bool) -> None:
    tree, path = whole
    body = changed(tree, path, to)
    if chunked and isinstance(body, dict) and isinstance(body.get("choices"), list):
        body["choices"] = [{**c, "delta": c.get("message")} if isinstance(c, dict) else c for c in body["choices"]]
    answer = b"data: " + msgspec.json.encode(body) + b"\n\n" if chunked else msgspec.json.encode(body)
    try:
        reply = reply_to(wire, STREAMED if chunked else ASK, answer, **(SSE if chunked else {}))
    except ProviderError:
        return
    assert reply.status
