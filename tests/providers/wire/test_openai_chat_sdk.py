"""OpenAI's official SDK as the oracle of our driver: it sends the same, and reads the same."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import openai as sdk
import pytest

from providers.chat import Ask, Source
from providers.openaichat import provider
from providers.wire import openai_chat as wire
from tests.support.canned_chat import CALL, CASES, SCHEMA, STREAM, TOOL, WHOLE, chunk, sse, whole
from tests.support.driving import reply_to, request_of
from tests.support.loopback import Canned, serving

QUIRKS = provider.quirks
USER: Any = {"role": "user", "content": "x"}
DECLARED = [
    {"type": "function", "function": {"name": "square_root", "description": "Roots", "parameters": TOOL.parameters}}
]


def with_part(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "text", "text": "x"}, part]}]


# What a user of the SDK would write for each of the wire's features.
ORACLES: dict[str, dict[str, Any]] = {
    "text": {},
    "max_tokens": {"max_completion_tokens": 16},
    "seed": {"seed": 42},
    "stop": {"stop": ["is", "was"]},
    "top_logprobs": {"logprobs": True, "top_logprobs": 2},
    "json": {"response_format": {"type": "json_object"}},
    "schema": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "response", "schema": SCHEMA, "strict": True},
        }
    },
    "tools": {"tools": DECLARED},
    "tool_choice": {"tools": DECLARED, "tool_choice": "required"},
    "named_tool": {
        "tools": DECLARED,
        "tool_choice": {"type": "function", "function": {"name": TOOL.name}},
    },
    "parallel": {"tools": DECLARED, "parallel_tool_calls": False},
    "web_search": {"web_search_options": {}},
    "image": {"messages": with_part({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}})},
    "image/url": {"messages": with_part({"type": "image_url", "image_url": {"url": "https://x.test/a.jpg"}})},
    "audio": {"messages": with_part({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}})},
    "document": {
        "messages": with_part(
            {"type": "file", "file": {"filename": "file.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}}
        )
    },
    "output/audio": {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "mp3"}},
    "turns": {
        "tools": DECLARED,
        "tool_choice": "none",
        "messages": [
            {"role": "system", "content": "Be brief."},
            USER,
            {"role": "assistant", "content": "I call.", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "2"},
        ],
    },
    "stream": {"stream": True, "stream_options": {"include_usage": True}},
}


@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same_body(name: str) -> None:
    asked = {"messages": [USER], **ORACLES[name]}
    with serving(
        Canned(STREAM, "text/event-stream") if name == "stream" else Canned(msgspec.json.encode(WHOLE))
    ) as server:
        with sdk.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client:
            list(client.chat.completions.create(model="gpt-x", **asked))
        sent = server.asked[0]
    ours = request_of(wire, CASES[name], "gpt-x", QUIRKS)
    assert msgspec.json.decode(ours.body) == sent.json()
    assert (ours.method, ours.path) == (sent.method, sent.path)
    assert ours.headers["content-type"] == sent.headers["content-type"]
    assert sent.headers[provider.key[0]] == provider.key[1] + "k"


def test_every_feature_of_the_wire_has_an_oracle() -> None:
    by_services = {"batch", "file"}  # test_jobs_sdk.py
    assert wire.fields(QUIRKS) - by_services == frozenset().union(*(CASES[name].features for name in ORACLES))


SOUND = {"id": "a", "data": base64.b64encode(b"ID3").decode(), "transcript": "Hello.", "expires_at": 1}
NOTE = {
    "type": "url_citation",
    "url_citation": {"url": "https://x.test", "title": "A", "start_index": 0, "end_index": 1},
}
ANSWERS = {
    "tools": WHOLE,
    "plain": whole(),
    "cut": whole(finish="length"),
    "spoken": whole({"content": None, "audio": SOUND}),
    "searched": whole({"annotations": [NOTE]}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_official_sdk_reads_the_same_from_a_whole_answer(name: str) -> None:
    with (
        serving(Canned(msgspec.json.encode(ANSWERS[name]))) as server,
        sdk.OpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
    ):
        theirs = client.chat.completions.create(model="gpt-x", messages=[USER])
    ours = reply_to(wire, Ask.text("x"), ANSWERS[name], quirks=QUIRKS)
    choice = theirs.choices[0]
    said = choice.message
    assert theirs.usage
    assert theirs.usage.completion_tokens_details
    assert ours.text == (said.content or (said.audio.transcript if said.audio else ""))
    assert ours.finish_raw == choice.finish_reason
    assert ours.usage
    assert (ours.usage.input, ours.usage.output) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)
    assert ours.usage.thinking == theirs.usage.completion_tokens_details.reasoning_tokens
    calls = [
        (call.id, call.function.name, call.function.arguments)
        for call in said.tool_calls or []
        if call.type == "function"
    ]
    assert [(call.id, call.name, call.raw) for call in ours.calls] == calls
    assert [m.data for m in ours.media] == ([base64.b64decode(said.audio.data)] if said.audio else [])
    assert ours.sources == tuple(Source(n.url_citation.url, n.url_citation.title) for n in said.annotations or [])
    tokens = choice.logprobs.content if choice.logprobs else None
    assert [(p.token, p.logprob) for p in ours.logprobs] == [(p.token, p.logprob) for p in tokens or []]


STREAMS = {
    "tools": STREAM,
    "refused": sse([chunk({"refusal": "N"}), chunk({"refusal": "o."}), chunk({}, "stop")]),
    "cut": sse([chunk({"content": "He"}, "length")]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_the_official_sdk_reads_the_same_from_a_stream(name: str) -> None:
    with (
        serving(Canned(STREAMS[name], "text/event-stream")) as server,
        sdk.OpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
        client.chat.completions.stream(model="gpt-x", messages=[USER]) as stream,
    ):
        theirs = stream.get_final_completion() if name != "cut" else None
    ours = reply_to(wire, Ask.text("x", stream=True), STREAMS[name], quirks=QUIRKS, content_type="text/event-stream")
    if theirs is None:
        assert (ours.text, ours.finish) == ("He", "length")
        return
    said = theirs.choices[0].message
    assert (ours.text, ours.refusal) == (said.content or "", said.refusal or "")
    assert ours.finish_raw == theirs.choices[0].finish_reason
    assert [(c.id, c.name, c.raw) for c in ours.calls] == [
        (c.id, c.function.name, c.function.arguments) for c in said.tool_calls or []
    ]
    assert bool(ours.usage) == bool(theirs.usage)
    if ours.usage and theirs.usage:
        assert (ours.usage.input, ours.usage.output) == (theirs.usage.prompt_tokens, theirs.usage.completion_tokens)


@pytest.mark.parametrize("event", [False, True])
def test_an_error_that_the_official_sdk_raises_is_an_error_of_ours(event: bool) -> None:
    body = {
        "error": {"message": "No.", "type": "invalid_request_error", "param": "stop", "code": "unsupported_parameter"}
    }
    canned = Canned(sse([body]), "text/event-stream") if event else Canned(msgspec.json.encode(body), status=400)
    with (
        serving(canned) as server,
        sdk.OpenAI(base_url=server.url, api_key="k", max_retries=0) as client,
        pytest.raises(sdk.APIError) as raised,
    ):
        list(client.chat.completions.create(model="gpt-x", messages=[USER], stream=event))
    error = reply_to(
        wire, Ask.text("x", stream=event), canned.body, status=canned.status, content_type=canned.content_type
    ).error
    assert error
    assert (error.code, error.param, error.type) == (raised.value.code, raised.value.param, raised.value.type)
    assert error.message in raised.value.message


def test_the_official_sdk_lists_the_same_models() -> None:
    body = {
        "object": "list",
        "data": [{"id": "b", "object": "model", "created": 1, "owned_by": "x"}, {"id": "a", "object": "model"}],
    }
    with (
        serving(Canned(msgspec.json.encode(body))) as server,
        sdk.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client,
    ):
        theirs = sorted(model.id for model in client.models.list())
        driver = wire.models(f"{server.url}/v1", QUIRKS)
        assert next(driver).path == server.asked[0].path
    assert theirs == ["a", "b"]
