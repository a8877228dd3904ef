"""Amazon Bedrock's Converse: what is sent, what is read, whole and in frames."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Quirks, Request, Response
from providers.chat import Ask, Citation, Document, Media, Message, Source, Text, Tool, ToolCall, ToolResult, Usage
from providers.wire import bedrock_converse as wire
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.frames import event, exception, frame, stream
from tests.support.mutating import VALUES, changed, places, survives

HELLO = Ask.text("Say hello.")
STREAMED = msgspec.structs.replace(HELLO, stream=True)
TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}}
CALL = ToolCall("square_root", {"number": 4}, "", "tooluse_1")
COUNTED = {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}
EVENTS: list[tuple[str, Any]] = [
    ("messageStart", {"role": "assistant", "p": "ab"}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Greet."}}}),
    ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "sig"}}}),
    ("contentBlockStop", {"contentBlockIndex": 0}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "Hel"}}),
    ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "lo"}, "p": "abcdef"}),
    ("contentBlockStop", {"contentBlockIndex": 1}),
    (
        "contentBlockStart",
        {"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "tooluse_1", "name": "square_root"}}},
    ),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"number"'}}}),
    ("contentBlockDelta", {"contentBlockIndex": 2, "delta": {"toolUse": {"input": ": 4}"}}}),
    ("contentBlockStop", {"contentBlockIndex": 2}),
    ("messageStop", {"stopReason": "tool_use"}),
    ("metadata", {"usage": COUNTED, "metrics": {"latencyMs": 300}}),
]


def message(*content: dict[str, Any], stop: str = "end_turn", **usage: int) -> dict[str, Any]:
    said = {"message": {"role": "assistant", "content": list(content)}}
    return {"output": said, "stopReason": stop, "usage": COUNTED | usage, "metrics": {"latencyMs": 1}}


WHOLE = message(
    {"reasoningContent": {"reasoningText": {"text": "Greet.", "signature": "sig"}}},
    {"text": "Hello"},
    {"toolUse": {"toolUseId": "tooluse_1", "name": "square_root", "input": {"number": 4}}},
    stop="tool_use",
)

ASKS = [
    HELLO,
    STREAMED,
    Ask(
        (
            Message("system", (Text("Be brief."),)),
            Message("user", (Text("Root of 4?"),)),
            Message("assistant", (Text("Well."), CALL)),
            Message("user", (ToolResult("2", "", "tooluse_1"),)),
        ),
        tools=(TOOL,),
    ),
    Ask.text("Root?", tools=(TOOL,), tool_choice="required"),
    Ask.text("Root?", tools=(TOOL,), tool_choice="required", named_tool="square_root"),
    Ask.text("Fruit?", schema=SCHEMA),
    Ask.text("Count.", max_tokens=20, stop=("7", "8"), sampling=(("temperature", 0.5), ("topP", 0.9))),
    Ask.text("Think.", thinking=True),
    Ask.text("Think not.", thinking=False),
    Ask.text("Search.", web_search=True),
    Ask.text(
        "What is it?",
        Media("image", "image/png", b"\x89PNG"),
        Media("video", "video/mp4", b"mp4"),
        Media("video", "video/quicktime", b"mov"),
        Media("audio", "audio/mpeg", b"ID3"),
        Media("audio", "audio/wav", b"RIFF"),
        Media("document", "application/pdf", b"%PDF-"),
        Document("Quack.", "Facts 1"),
    ),
]


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: "+".join(sorted(ask.features)))
@pytest.mark.parametrize("model", ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-2-lite-v1:0"])
def test_what_is_asked_is_read_back(ask: Ask, model: str) -> None:
    read = wire.read(request_of(wire, ask, model))
    titled = [part for part in read[1].parts() if isinstance(part, Document)]
    assert [part.title for part in titled] == ["Facts 1 2"] * len(titled)  # names are told apart by a number
    plain = [
        msgspec.structs.replace(p, title="Facts 1") if isinstance(p, Document) else p
        for p in read[1].messages[-1].parts
    ]
    messages = (*read[1].messages[:-1], Message(read[1].messages[-1].role, tuple(plain)))
    assert (read[0], msgspec.structs.replace(read[1], messages=messages)) == (model, ask)


def test_the_model_and_the_stream_stand_in_the_url() -> None:
    assert request_of(wire, HELLO, "amazon.nova-lite-v1:0").url == f"{BASE}/model/amazon.nova-lite-v1%3A0/converse"
    arn = "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0"
    sent = request_of(wire, STREAMED, arn)
    assert sent.url.endswith("inference-profile%2Fus.amazon.nova-lite-v1%3A0/converse-stream")
    assert wire.read(sent)[0] == arn
    assert wire.read(msgspec.structs.replace(sent, url=f"{BASE}/model/{arn}/converse"))[0] == arn


def test_thinking_is_asked_for_in_the_words_of_the_maker() -> None:
    asked = Ask.text("Think.", thinking=True)
    claude = body_of(wire, asked, "anthropic.claude-3-7-sonnet-20250219-v1:0")["additionalModelRequestFields"]
    assert claude == {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    nova = body_of(wire, asked, "us.amazon.nova-2-lite-v1:0")["additionalModelRequestFields"]
    assert nova == {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}
    assert body_of(wire, asked, "m", Quirks(options={"thinking": {"m": {True: {"a": 1}}}}))[
        "additionalModelRequestFields"
    ] == {"a": 1}


@pytest.mark.parametrize(
    ("more", "thinking"),
    [
        ({"thinking": {"type": "adaptive"}}, None),
        ({"reasoning_config": {"type": "enabled", "budget_tokens": 1024}}, True),
        ({"reasoning_config": "high"}, True),
        ({"reasoning_effort": "none"}, False),
        ({"top_k": 3}, None),
    ],
)
def test_whether_thinking_was_asked_for(more: dict[str, Any], thinking: bool | None) -> None:
    body = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}], "additionalModelRequestFields": more}
    assert wire.read(sent(body))[1].thinking is thinking


def sent(body: dict[str, Any], verb: str = "converse") -> Request:
    return Request("POST", f"{BASE}/model/m/{verb}", msgspec.json.encode(body))


def test_requests_of_others_in_forms_of_their_own() -> None:
    data = base64.b64encode(b"Quack.").decode()
    content: list[dict[str, Any]] = [
        {"document": {"format": "txt", "name": "a", "source": {"bytes": data}}},
        {
            "document": {
                "format": "md",
                "name": "b",
                "source": {"content": [{"text": "# B"}]},
                "citations": {"enabled": True},
            }
        },
        {"document": {"format": "pdf", "name": "c", "source": {"s3Location": {"uri": "s3://bucket/c.pdf"}}}},
        {"guardContent": {"text": {"text": "guarded"}}},
        {"cachePoint": {"type": "default"}},
        {"searchResult": {"source": "https://a.example", "title": "A", "content": [{"text": "found"}]}},
        {"toolResult": {"toolUseId": "1", "content": [{"json": {"a": 1}}, {"image": {"format": "png"}}]}},
    ]
    read = wire.read(sent({"messages": [{"role": "user", "content": content}]}))[1]
    assert read.messages[0].parts == (
        Text("Quack."), Document("# B", "b", "text/markdown"), Media("document", "application/pdf", url="s3://bucket/c.pdf"),
        Text("guarded"), Document("found", "A"), ToolResult('{"a":1}', "", "1"),
    )  # fmt: skip


def test_what_cannot_be_said_is_not_sent() -> None:
    for ask in (
        Ask.text("x", json=True), Ask.text("x", seed=1), Ask.text("x", top_logprobs=2),
        Ask.text("x", tools=(TOOL,), tool_choice="none"), Ask.text("x", Media("image", "image/png", url="https://a.example/a.png")),
    ):  # fmt: skip
        with pytest.raises(NotExpressible):
            request_of(wire, ask)


def test_an_answer() -> None:
    reply = reply_to(wire, HELLO, WHOLE)
    assert (reply.text, reply.thinking, reply.finish, reply.finish_raw) == ("Hello", "Greet.", "tool_calls", "tool_use")
    assert reply.calls == (CALL,)
    assert reply.usage == Usage(10, 5)
    assert not reply.unknown
    assert reply.turn
    assert body_of(wire, Ask((reply.turn,)))["messages"][0]["content"] == WHOLE["output"]["message"]["content"]


def test_a_stream_says_the_same() -> None:
    reply = reply_to(wire, STREAMED, stream(*EVENTS), content_type="application/vnd.amazon.eventstream")
    whole = reply_to(wire, HELLO, WHOLE)
    assert whole.turn
    assert (reply.text, reply.thinking, reply.finish, reply.usage, reply.turn) == (
        whole.text, whole.thinking, whole.finish, whole.usage, msgspec.structs.replace(whole.turn, parts=(Text("Hello"), *reply.calls)),
    )  # fmt: skip
    assert reply.calls == (msgspec.structs.replace(CALL, raw='{"number": 4}'),)
    assert (reply.cut, reply.unknown) == ("", ())


@pytest.mark.parametrize("end", range(1, len(EVENTS) - 1))
def test_a_stream_that_ends_too_early(end: int) -> None:
    reply = reply_to(wire, STREAMED, stream(*EVENTS[:end]))
    assert bool(reply.cut) == (EVENTS[end - 1][0] != "messageStop")
    broken = stream(*EVENTS[:end]) + event(*EVENTS[end])[:-3]
    assert reply_to(wire, STREAMED, broken).cut == "the stream ends within a frame"


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("end_turn", "stop"), ("stop_sequence", "stop_sequence"), ("tool_use", "tool_calls"), ("max_tokens", "length"),
        ("guardrail_intervened", "content_filter"), ("content_filtered", "content_filter"), ("malformed_tool_use", "tool_calls"),
        ("malformed_model_output", "other"), ("model_context_window_exceeded", "length"), ("new_word", "other"),
    ],
)  # fmt: skip
def test_finish_reasons(raw: str, finish: str) -> None:
    assert reply_to(wire, HELLO, message({"text": "x"}, stop=raw)).finish == finish


def test_what_the_cache_holds_is_counted_with_the_input() -> None:
    assert reply_to(
        wire, HELLO, message({"text": "x"}, cacheReadInputTokens=7, cacheWriteInputTokens=3)
    ).usage == Usage(20, 5)


CITATION = {
    "title": "Facts", "sourceContent": [{"text": "Ducks quack."}], "location": {"documentChar": {"documentIndex": 0, "start": 0, "end": 12}},
}  # fmt: skip
WEB = {"location": {"web": {"url": "https://a.example", "domain": "a.example"}}}


def test_citations_and_pages() -> None:
    cited = {"citationsContent": {"content": [{"text": "They quack."}], "citations": [CITATION, WEB]}}
    reply = reply_to(wire, HELLO, message({"text": "So: "}, cited))
    assert (reply.text, reply.citations) == ("So: They quack.", (Citation(0, "Ducks quack.", 4, 15),))
    assert reply.sources == (Source("https://a.example"),)
    deltas = [
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": d})
        for d in ({"text": "They quack."}, {"citation": CITATION}, {"citation": WEB})
    ]
    streamed = reply_to(wire, STREAMED, stream(*deltas, ("messageStop", {"stopReason": "end_turn"})))
    assert (streamed.text, streamed.citations) == ("They quack.", (Citation(0, "Ducks quack.", 0, 11),))
    assert streamed.sources == reply.sources


def test_a_search_by_the_providers_tool_is_no_call() -> None:
    use = {
        "toolUse": {"toolUseId": "1", "name": "nova_grounding", "type": "server_tool_use", "input": {"query": "news"}}
    }
    reply = reply_to(wire, HELLO, message(use, {"toolResult": {"toolUseId": "1", "content": []}}, {"text": "x"}))
    assert (reply.calls, reply.searches) == ((), ("news",))


@pytest.mark.parametrize(
    ("status", "name", "said", "kind"),
    [
        (400, "ValidationException", "This model doesn't support tool use.", "request"),
        (400, "ValidationException", "The provided model identifier is invalid.", "model"),
        (403, "AccessDeniedException", "You don't have access to the model with the specified model ID.", "model"),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid.", "auth"),
        (429, "ThrottlingException", "Too many tokens, please wait before trying again.", "rate"),
        (404, "ResourceNotFoundException", "The specified resource could not be found", "model"),
        (424, "ModelErrorException", "The system encountered an unexpected error during processing.", "server"),
        (503, "ServiceUnavailableException", "Try again.", "server"),
    ],
)
def test_errors(status: int, name: str, said: str, kind: str) -> None:
    error = reply_to(
        wire, HELLO, {"message": said}, status=status, x_amzn_errortype=f"{name}:http://internal.amazon.com/coral/"
    ).error
    assert error
    assert (error.kind, error.type, error.message) == (kind, name, said)
    told = exception(name[0].lower() + name[1:], said)
    streamed = reply_to(wire, STREAMED, stream(*EVENTS[:2]) + told).error
    assert streamed
    assert streamed.kind == kind


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"<html>",
        b'{"output": 1}',
        b'{"output": {"message": {"content": {}}}}',
        b'{"output": {"message": {"content": [{"text": 1}]}}}',
    ],
)
def test_bodies_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, body)


@pytest.mark.parametrize(
    "body",
    [
        b"data: {} and so on\n\n",
        event("messageStart", 1),
        event("other", {}),
        frame(b"{", b""),
        event("messageStart", {})[:-1] + b"x",
    ],
)
def test_streams_that_are_none(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, STREAMED, body)


def test_a_stream_that_is_empty_is_cut() -> None:
    assert reply_to(wire, STREAMED, b"").cut == "the stream is empty"


def test_a_whole_answer_to_a_stream_is_noted() -> None:
    assert reply_to(wire, STREAMED, WHOLE).repairs == ("answered whole where a stream was asked for",)


@given(st.data())
def test_nothing_but_its_own_errors(data: st.DataObject) -> None:
    body = changed(WHOLE, data.draw(st.sampled_from(places(WHOLE))), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, HELLO, msgspec.json.encode(body)))
    events = [list(told) for told in EVENTS]
    spoilt = changed(events, data.draw(st.sampled_from([p for p in places(events) if len(p) > 2])), data.draw(VALUES))
    assert survives(lambda: reply_to(wire, STREAMED, stream(*spoilt)))
    asked = body_of(wire, ASKS[2])
    assert survives(
        lambda: wire.read(sent(changed(asked, data.draw(st.sampled_from(places(asked)[1:])), data.draw(VALUES))))
    )


def test_requests_of_other_wires() -> None:
    for url in ("/model/m/invoke", "/model/m/count-tokens", "/v1/messages"):
        assert not wire.matches(Request("POST", BASE + url, b"{}"))
        with pytest.raises(Misfit):
            wire.read(Request("POST", BASE + url, b"{}"))
    with pytest.raises(Misfit):
        wire.read(sent({"inputText": "x"}))


def test_the_list_of_models_is_of_another_host() -> None:
    listing = wire.models("https://bedrock-runtime.us-east-1.amazonaws.com")
    assert next(listing).url == "https://bedrock.us-east-1.amazonaws.com/foundation-models"
    body = {"modelSummaries": [{"modelId": "b"}, {"modelId": "a"}]}
    with pytest.raises(StopIteration) as done:
        listing.send(Response(200, {}, msgspec.json.encode(body)))
    assert done.value.value == ["a", "b"]
