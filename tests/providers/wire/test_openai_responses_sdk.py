"""The official SDK of OpenAI as the oracle of our driver of the Responses API: it sends the same, and reads the same."""

from __future__ import annotations

from typing import Any

import msgspec
import openai as sdk
import pytest
from openai.types.responses import Response as Theirs

from providers.chat import Ask, Media, Message, Reply, Text
from providers.wire import openai_responses
from tests.support.canned_responses import (
    CALLED,
    CASES,
    CITED,
    HELLO,
    LOGPROB,
    PNG,
    SCHEMA,
    SEARCHED,
    STREAMED,
    TALK,
    THOUGHT,
    TOOL,
    WHOLE,
    error,
    events,
    said,
    whole,
)
from tests.support.driving import reply_to, request_of, sse
from tests.support.loopback import Canned, serving

USER = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}
FUNCTION = {
    "type": "function",
    "name": "square_root",
    "description": "Roots",
    "parameters": TOOL.parameters,
    "strict": False,
}
ORACLES: dict[str, tuple[Ask, dict[str, Any]]] = {
    "text": (Ask.text("x", max_tokens=16), {"input": [USER], "max_output_tokens": 16}),
    "system": (
        Ask((Message("system", (Text("Be brief."),)), Message("user", (Text("x"),)))),
        {"input": [{"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Be brief."}]}, USER]},
    ),
    "logprobs": (Ask.text("x", top_logprobs=2), {"input": [USER], "top_logprobs": 2, "include": ["message.output_text.logprobs"]}),
    "json": (Ask.text("x", json=True), {"input": [USER], "text": {"format": {"type": "json_object"}}}),
    "schema": (
        Ask.text("x", schema=SCHEMA),
        {"input": [USER], "text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True}}},
    ),
    "tools": (
        Ask.text("x", tools=(TOOL,), tool_choice="required"), {"input": [USER], "tools": [FUNCTION], "tool_choice": "required"},
    ),
    "search": (
        Ask.text("x", web_search=True),
        {"input": [USER], "tools": [{"type": "web_search"}], "include": ["web_search_call.action.sources"]},
    ),
    "drawing": (
        Ask.text("x", outputs=("image",)),
        {"input": [USER], "tools": [{"type": "image_generation"}], "tool_choice": {"type": "image_generation"}},
    ),
    "thinking": (Ask.text("x", thinking=True), {"input": [USER], "reasoning": {"effort": "low", "summary": "auto"}}),
    "no thinking": (Ask.text("x", thinking=False), {"input": [USER], "reasoning": {"effort": "none"}}),
    "media": (
        Ask.text("x", PNG, Media("document", "application/pdf", b"%PDF"), Media("document", "application/pdf", url="https://x.test/a.pdf")),
        {"input": [{"type": "message", "role": "user", "content": [
            *USER["content"],
            {"type": "input_image", "image_url": "data:image/png;base64,iVBORw==", "detail": "auto"},
            {"type": "input_file", "filename": "file.pdf", "file_data": "data:application/pdf;base64,JVBERg=="},
            {"type": "input_file", "file_url": "https://x.test/a.pdf"},
        ]}]},
    ),
    "turns": (
        CASES["turns"],
        {"tools": [FUNCTION], "tool_choice": "auto", "input": [
            USER,
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I call."}]},
            {"type": "function_call", "call_id": "call_1", "name": "square_root", "arguments": '{"number": 4}'},
            {"type": "function_call_output", "call_id": "call_1", "output": "2"},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And?"}]},
        ]},
    ),
}  # fmt: skip


def client_of(url: str) -> sdk.OpenAI:
    return sdk.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=0)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same_body(name: str, streamed: bool) -> None:
    ask, asked = ORACLES[name]
    canned = Canned(TALK, "text/event-stream") if streamed else Canned(msgspec.json.encode(WHOLE))
    with serving(canned) as server, client_of(server.url) as client:
        list(client.responses.create(model="gpt-x", stream=streamed, **asked))
    sent = server.asked[0].json()
    if not streamed:
        sent.pop("stream")  # we leave out what is the default
    ours = request_of(openai_responses, msgspec.structs.replace(ask, stream=streamed), "gpt-x")
    assert msgspec.json.decode(ours.body) == sent
    assert (ours.method, ours.path) == (server.asked[0].method, server.asked[0].path)


def same(theirs: Theirs, ours: Reply) -> None:
    """The SDK's response and ours say the same."""
    assert theirs.output_text == ours.text
    assert "".join(s.text for item in theirs.output if item.type == "reasoning" for s in item.summary) == ours.thinking
    calls = [item for item in theirs.output if item.type == "function_call"]
    assert [(c.name, c.arguments, c.call_id) for c in calls] == [(c.name, c.raw, c.id) for c in ours.calls]
    assert ours.finish_raw == (theirs.incomplete_details.reason if theirs.incomplete_details else theirs.status)
    assert theirs.usage and ours.usage
    counted = (
        theirs.usage.input_tokens,
        theirs.usage.output_tokens,
        theirs.usage.output_tokens_details.reasoning_tokens,
    )
    assert counted == (ours.usage.input, ours.usage.output, ours.usage.thinking)
    assert theirs.model == ours.model
    parts = [p for item in theirs.output if item.type == "message" for p in item.content if p.type == "output_text"]
    pages = [note.url for part in parts for note in part.annotations if note.type == "url_citation"]
    assert pages == [source.url for source in ours.sources if source.title]
    tokens = [(t.token, t.logprob) for part in parts for t in part.logprobs or []]
    assert tokens == [(token.token, token.logprob) for token in ours.logprobs]


ANSWERS = {
    "talk": (THOUGHT, said("Hello"), CALLED),
    "search": (SEARCHED, said("Carney", annotations=[CITED])),
    "logprobs": (said("Hello", logprobs=[LOGPROB]),),
    "two messages": (said("Hel"), said("lo")),
    "nothing": (),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_official_sdk_reads_the_same_from_a_response(name: str) -> None:
    body = whole(*ANSWERS[name])
    with serving(Canned(msgspec.json.encode(body))) as server, client_of(server.url) as client:
        theirs = client.responses.create(model="m", input="x")
    same(theirs, reply_to(openai_responses, HELLO, body))


@pytest.mark.parametrize("name", ANSWERS)
def test_the_official_sdk_reads_the_same_from_a_stream(name: str) -> None:
    body = sse(events(*ANSWERS[name]))
    with (
        serving(Canned(body, "text/event-stream")) as server,
        client_of(server.url) as client,
        client.responses.stream(model="m", input="x") as told,
    ):
        theirs = told.get_final_response()
    same(theirs, reply_to(openai_responses, STREAMED, body))


def test_the_official_sdk_reads_the_same_cut() -> None:
    body = whole(THOUGHT, status="incomplete", reason="max_output_tokens")
    with serving(Canned(msgspec.json.encode(body))) as server, client_of(server.url) as client:
        theirs = client.responses.create(model="m", input="x", max_output_tokens=16)
    same(theirs, reply_to(openai_responses, HELLO, body))


def test_the_official_sdk_names_the_same_error() -> None:
    body = error("unsupported_parameter", "logprobs are not supported with reasoning models.", param="top_logprobs")
    canned = Canned(msgspec.json.encode(body), status=400)
    with serving(canned) as server, client_of(server.url) as client, pytest.raises(sdk.BadRequestError) as theirs:
        client.responses.create(model="m", input="x", top_logprobs=2)
    ours = reply_to(openai_responses, HELLO, body, status=400).error
    assert ours and (ours.status, ours.code, ours.param) == (400, theirs.value.code, theirs.value.param)
    assert ours.message in theirs.value.message
