"""Amazon Bedrock's InvokeModel: the bodies of many makers, whole and in frames that hold base64."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request
from providers.chat import Ask, Media, Reply, Text, Tool, ToolCall, Usage
from providers.wire import bedrock_invoke as wire
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.frames import chunks, event, exception
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool("square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}})
METRICS = {
    "amazon-bedrock-invocationMetrics": {
        "inputTokenCount": 9,
        "outputTokenCount": 3,
        "invocationLatency": 5,
        "firstByteLatency": 2,
    }
}
CLAUDE, NOVA, LLAMA, TITAN = (
    "us.anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-lite-v1:0", "meta.llama3-8b-instruct-v1:0", "amazon.titan-text-express-v1",
)  # fmt: skip
MESSAGE = {
    "id": "msg_bdrk_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001", "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 9, "output_tokens": 3},
}  # fmt: skip
CHAT = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
}  # fmt: skip
WHOLE: dict[str, dict[str, Any]] = {
    "anthropic": MESSAGE,
    "chat": CHAT,
    "nova": {
        "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}}, "stopReason": "end_turn",
        "usage": {"inputTokens": 9, "outputTokens": 3, "totalTokens": 12},
    },
    "llama": {"generation": "Hello", "prompt_token_count": 9, "generation_token_count": 3, "stop_reason": "stop"},
    "titan": {"inputTextTokenCount": 9, "results": [{"tokenCount": 3, "outputText": "Hello", "completionReason": "FINISH"}]},
    "command": {"id": "1", "generations": [{"id": "2", "text": "Hello", "finish_reason": "COMPLETE"}], "prompt": "Say hello."},
    "jurassic": {
        "id": 1, "prompt": {"text": "Say hello.", "tokens": []},
        "completions": [{"data": {"text": "Hello", "tokens": []}, "finishReason": {"reason": "endoftext"}}],
    },
    "mistral": {"outputs": [{"text": "Hello", "stop_reason": "stop"}]},
    "claude-v2": {"type": "completion", "completion": "Hello", "stop_reason": "stop_sequence", "stop": "\n\nHuman:"},
    "command-r": {"text": "Hello", "generation_id": "1", "finish_reason": "COMPLETE", "meta": {"tokens": {"input_tokens": 9, "output_tokens": 3}}},
}  # fmt: skip
PIECES: dict[str, list[dict[str, Any]]] = {
    "anthropic": [
        {"type": "message_start", "message": {**MESSAGE, "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop", **METRICS},
    ],
    "chat": [
        {"id": "1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello"}}]},
        {"id": "1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": CHAT["usage"], **METRICS},
    ],
    "nova": [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"delta": {"text": "Hel"}, "contentBlockIndex": 0}},
        {"contentBlockDelta": {"delta": {"text": "lo"}, "contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "end_turn"}},
        {"metadata": {"usage": {"inputTokens": 9, "outputTokens": 3}}, **METRICS},
    ],
    "llama": [
        {"generation": "Hel", "prompt_token_count": 9, "generation_token_count": 1, "stop_reason": None},
        {"generation": "lo", "prompt_token_count": None, "generation_token_count": 3, "stop_reason": "stop", **METRICS},
    ],
    "titan": [
        {"outputText": "Hello", "index": 0, "totalOutputTextTokenCount": 3, "completionReason": "FINISH", "inputTextTokenCount": 9, **METRICS},
    ],
    "command": [{"text": "Hello", "is_finished": False, "index": 0}, {"finish_reason": "COMPLETE", "is_finished": True, **METRICS}],
    "mistral": [{"outputs": [{"text": "Hel", "stop_reason": None}]}, {"outputs": [{"text": "lo", "stop_reason": "stop"}], **METRICS}],
    "claude-v2": [{"completion": "Hello", "stop_reason": None, "stop": None}, {"completion": "", "stop_reason": "stop_sequence", "stop": "\n\nHuman:", **METRICS}],
    "command-r": [
        {"event_type": "text-generation", "text": "Hello", "is_finished": False},
        {"event_type": "stream-end", "is_finished": True, "finish_reason": "COMPLETE", "response": {"meta": {"tokens": {"input_tokens": 9, "output_tokens": 3}}}},
    ],
}  # fmt: skip


def said(reply: Reply) -> tuple[str, str | None, Usage | None, str]:
    return reply.text, reply.finish, reply.usage, reply.cut


@pytest.mark.parametrize("maker", WHOLE)
def test_an_answer(maker: str) -> None:
    assert said(
        reply_to(wire, HELLO, WHOLE[maker], x_amzn_bedrock_input_token_count="9", x_amzn_bedrock_output_token_count="3")
    ) == ("Hello", "stop", Usage(9, 3), "")


@pytest.mark.parametrize("maker", PIECES)
def test_a_stream_says_the_same(maker: str) -> None:
    reply = reply_to(wire, STREAMED, chunks(PIECES[maker]), content_type="application/vnd.amazon.eventstream")
    assert said(reply) == ("Hello", "stop", Usage(9, 3), "")


@pytest.mark.parametrize("maker", PIECES)
def test_a_stream_that_ends_too_early(maker: str) -> None:
    data = chunks(PIECES[maker])
    assert reply_to(wire, STREAMED, data[:-3]).cut
    first = chunks(PIECES[maker][:1])
    if len(PIECES[maker]) > 1:
        assert reply_to(wire, STREAMED, first).cut


def test_no_counts_no_usage() -> None:
    assert reply_to(wire, HELLO, WHOLE["mistral"]).usage is None


@pytest.mark.parametrize(
    ("body", "finish"),
    [
        ({"results": [{"outputText": "x", "completionReason": "LENGTH"}]}, "length"),
        ({"results": [{"outputText": "x", "completionReason": "CONTENT_FILTERED"}]}, "content_filter"),
        ({"results": [{"outputText": "x", "completionReason": "STOP_CRITERIA_MET"}]}, "stop_sequence"),
        ({"generation": "x", "stop_reason": "length"}, "length"),
        ({"generations": [{"text": "x", "finish_reason": "MAX_TOKENS"}]}, "length"),
        ({"generations": [{"text": "x", "finish_reason": "ERROR_TOXIC"}]}, "content_filter"),
        ({"completions": [{"data": {"text": "x"}, "finishReason": {"reason": "stop"}}]}, "stop_sequence"),
        ({"completions": [{"data": {"text": "x"}, "finishReason": {"reason": "length"}}]}, "length"),
        ({"completion": "x", "stop_reason": "stop_sequence", "stop": "7"}, "stop_sequence"),
        ({"completion": "x", "stop_reason": "max_tokens"}, "length"),
        ({"outputs": [{"text": "x", "stop_reason": "length"}]}, "length"),
        ({"outputs": [{"text": "x", "stop_reason": "new"}]}, "other"),
    ],
)
def test_finish_reasons(body: dict[str, Any], finish: str) -> None:
    assert reply_to(wire, HELLO, body).finish == finish


@pytest.mark.parametrize("model", [CLAUDE, NOVA, "openai.gpt-oss-120b-1:0"])
@pytest.mark.parametrize(
    "ask",
    [
        HELLO, STREAMED, Ask.text("Root?", tools=(TOOL,), tool_choice="required"), Ask.text("Count.", max_tokens=20, stop=("7",)),
        Ask.text("What?", Media("image", "image/png", b"\x89PNG")),
    ],
    ids=lambda ask: "+".join(sorted(ask.features)),
)  # fmt: skip
def test_what_is_asked_is_read_back(model: str, ask: Ask) -> None:
    assert wire.read(request_of(wire, ask, model)) == (model, ask)


@pytest.mark.parametrize("model", [TITAN, "cohere.command-text-v14", "ai21.j2-mid-v1", "anthropic.claude-v2:1"])
def test_a_prompt_is_read_back(model: str) -> None:
    ask = Ask.text("Count.", max_tokens=20, stop=("7",))
    assert wire.read(request_of(wire, ask, model)) == (model, ask)
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", tools=(TOOL,)), model)


def test_llama_has_no_stop_sequences() -> None:
    assert body_of(wire, Ask.text("Count.", max_tokens=20), LLAMA) == {"prompt": "Count.", "max_gen_len": 20}
    with pytest.raises(NotExpressible):
        request_of(wire, Ask.text("x", stop=("7",)), LLAMA)


def test_anthropics_body_says_neither_model_nor_stream() -> None:
    sent = request_of(wire, STREAMED, CLAUDE)
    assert sent.url.endswith("/invoke-with-response-stream")
    body = msgspec.json.decode(sent.body)
    assert (body["anthropic_version"], body["max_tokens"], sorted(body)) == (
        "bedrock-2023-05-31",
        4096,
        ["anthropic_version", "max_tokens", "messages"],
    )


def test_calls_in_a_stream() -> None:
    pieces = [
        PIECES["anthropic"][0],
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "toolu_1", "name": "square_root", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"number": 4}'},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop", **METRICS},
    ]
    reply = reply_to(wire, STREAMED, chunks(pieces))
    assert (reply.calls, reply.finish) == (
        (ToolCall("square_root", {"number": 4}, '{"number": 4}', "toolu_1"),),
        "tool_calls",
    )


@pytest.mark.parametrize(
    ("model", "body"),
    [
        ("amazon.titan-embed-text-v2:0", {"inputText": "x", "dimensions": 256}),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", {"inputText": "x"}),
        ("cohere.embed-english-v3", {"texts": ["x"], "input_type": "search_query"}),
        ("amazon.nova-canvas-v1:0", {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "x"}}),
        ("m", {}),
    ],
)
def test_what_asks_for_no_words_is_of_no_wire(model: str, body: dict[str, Any]) -> None:
    request = Request("POST", f"{BASE}/model/{model}/invoke", msgspec.json.encode(body))
    assert not wire.matches(request)
    with pytest.raises(Misfit):
        wire.read(request)


def test_the_older_prompts_of_claude_are_read_as_what_was_asked() -> None:
    body = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 200}
    assert wire.read(Request("POST", f"{BASE}/model/anthropic.claude-v2/invoke", msgspec.json.encode(body)))[
        1
    ] == Ask.text("Hi", max_tokens=200)
    cohere = {"message": "Hi", "chat_history": []}
    assert wire.read(Request("POST", f"{BASE}/model/cohere.command-r-v1:0/invoke", msgspec.json.encode(cohere)))[
        1
    ].parts() == [Text("Hi")]


def test_errors() -> None:
    told = reply_to(
        wire, HELLO, {"message": "Malformed input request"}, status=400, x_amzn_errortype="ValidationException"
    ).error
    assert told
    assert (told.kind, told.type) == ("request", "ValidationException")
    broken = reply_to(
        wire, STREAMED, chunks(PIECES["llama"][:1]) + exception("modelStreamErrorException", "Broke.")
    ).error
    assert broken
    assert (broken.kind, broken.message) == ("server", "Broke.")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"embedding": [1]}', b'{"results": 1}', b'{"generation": 1}']
)
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


@pytest.mark.parametrize(
    "body",
    [event("chunk", {"bytes": "!"}), event("chunk", {"bytes": "e30="}), event("chunk", {}), event("other", {"a": 1})],
)
def test_streams_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, STREAMED, body)


@given(st.data(), st.sampled_from(sorted(PIECES)))
def test_nothing_but_its_own_errors(data: st.DataObject, maker: str) -> None:
    body = changed(WHOLE[maker], data.draw(st.sampled_from(places(WHOLE[maker]))), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, HELLO, msgspec.json.encode(body)))
    pieces = changed(PIECES[maker], data.draw(st.sampled_from(places(PIECES[maker])[1:])), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, STREAMED, chunks(pieces)))
