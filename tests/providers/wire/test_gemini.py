"""Gemini's generateContent: what is sent for each question, what is read from each answer, and Google's SDK as the oracle of both.

Source: https://ai.google.dev/api/generate-content.
"""

import json
from typing import Any

import pytest
from google import genai
from google.genai import types
from msgspec import structs

from providers.base import BadReply
from providers.chat import Ask, Document, Media, Message, Text, Tool, ToolCall, ToolResult, Usage
from providers.gemini import provider
from providers.wire import gemini as wire
from tests.support.driving import body_of, reply_to, request_of
from tests.support.loopback import Canned, serving

PARAMETERS = {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
TOOL = Tool("square_root", "Roots", PARAMETERS)
SCHEMA = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
PNG = b"\x89PNG"
HELLO = Ask.text("x")
STREAM = Ask.text("x", stream=True)


def candidate(*parts: dict[str, Any], finish: str | None = "STOP", **more: Any) -> dict[str, Any]:
    """One candidate of an answer."""
    return {
        "content": {"role": "model", "parts": list(parts)},
        "index": 0,
        **({"finishReason": finish} if finish else {}),
        **more,
    }


def body(*parts: dict[str, Any], finish: str | None = "STOP", **more: Any) -> dict[str, Any]:
    """A whole answer."""
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 2, "thoughtsTokenCount": 3, "totalTokenCount": 14}
    return {
        "candidates": [candidate(*parts, finish=finish, **more)],
        "usageMetadata": usage,
        "modelVersion": "gemini-x",
        "responseId": "r",
    }


def sse(*bodies: dict[str, Any]) -> bytes:
    """A stream of them."""
    return b"".join(b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in bodies)


SAID = body({"text": "hm", "thought": True}, {"text": "Hel"}, {"text": "lo"})
CALL = {"functionCall": {"name": "square_root", "args": {"number": 4}}}
TURNS = Ask(
    (
        Message("system", (Text("Be brief."),)),
        Message("user", (Text("x"),)),
        Message("assistant", (ToolCall("square_root", {"number": 4}),)),
        Message("user", (ToolResult("2", "square_root", ""),)),
    ),
    tools=(TOOL,),
)

# Our question, and what a user of the SDK would write for the same.
DECLARED = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="square_root", description="Roots", parameters_json_schema=PARAMETERS)
    ]
)
USER = types.Content(role="user", parts=[types.Part(text="x")])
ORACLES: dict[str, tuple[Ask, list[Any], dict[str, Any]]] = {
    "text": (HELLO, [USER], {}),
    "max tokens": (Ask.text("x", max_tokens=16), [USER], {"max_output_tokens": 16}),
    "seed": (Ask.text("x", seed=42), [USER], {"seed": 42}),
    "stop": (Ask.text("x", stop=("is", "was")), [USER], {"stop_sequences": ["is", "was"]}),
    "log-probabilities": (Ask.text("x", top_logprobs=2), [USER], {"response_logprobs": True, "logprobs": 2}),
    "json": (Ask.text("x", json=True), [USER], {"response_mime_type": "application/json"}),
    "schema": (Ask.text("x", schema=SCHEMA), [USER], {"response_mime_type": "application/json", "response_json_schema": SCHEMA}),
    "tools": (
        Ask.text("x", tools=(TOOL,)),
        [USER],
        {"tools": [DECLARED], "tool_config": types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.AUTO))},
    ),
    "tool choice": (
        Ask.text("x", tools=(TOOL,), tool_choice="required"),
        [USER],
        {"tools": [DECLARED], "tool_config": types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.ANY))},
    ),
    "web search": (Ask.text("x", web_search=True), [USER], {"tools": [types.Tool(google_search=types.GoogleSearch())]}),
    "picture": (
        Ask.text("x", Media("image", "image/png", PNG)),
        [types.Content(role="user", parts=[types.Part(text="x"), types.Part.from_bytes(data=PNG, mime_type="image/png")])],
        {},
    ),
    "video by URL": (
        Ask.text("x", Media("video", "video/mp4", url="https://x.test/a.mp4")),
        [types.Content(role="user", parts=[types.Part(text="x"), types.Part.from_uri(file_uri="https://x.test/a.mp4", mime_type="video/mp4")])],
        {},
    ),
    "document": (
        Ask.text("x", Document("text", "T", "text/plain")),
        [types.Content(role="user", parts=[types.Part(text="x"), types.Part.from_bytes(data=b"text", mime_type="text/plain")])],
        {},
    ),
    "picture out": (Ask.text("x", outputs=("text", "image")), [USER], {"response_modalities": ["TEXT", "IMAGE"]}),
    "thinking": (Ask.text("x", thinking=True), [USER], {"thinking_config": types.ThinkingConfig(include_thoughts=True, thinking_budget=512)}),
    "no thinking": (Ask.text("x", thinking=False), [USER], {"thinking_config": types.ThinkingConfig(include_thoughts=False, thinking_budget=0)}),
    "stream": (STREAM, [USER], {}),
}  # fmt: skip


def client(url: str) -> genai.Client:
    """Google's client, pointed at a server of ours."""
    return genai.Client(api_key="k", http_options=types.HttpOptions(base_url=url, api_version="v1beta"))


def _plain(value: Any) -> Any:
    """The same meaning: empty lists and snake case apart, which the SDK leaves in places."""
    if isinstance(value, dict):
        return {
            "".join(w if i == 0 else w.title() for i, w in enumerate(k.split("_"))): _plain(v)
            for k, v in value.items()
            if v not in ([], {}) or k == "googleSearch"
        }
    return [_plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ORACLES)
def test_the_official_sdk_sends_the_same(name: str) -> None:
    ask, contents, config = ORACLES[name]
    with serving(Canned(sse(SAID), "text/event-stream") if ask.stream else Canned(json.dumps(SAID).encode())) as server:
        google = client(server.url)  # held: it closes itself when it is collected
        models = google.models
        settings = types.GenerateContentConfig(
            **config, automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
        )
        if ask.stream:
            list(models.generate_content_stream(model="gemini-x", contents=contents, config=settings))
        else:
            models.generate_content(model="gemini-x", contents=contents, config=settings)
        sent = server.asked[0]
    ours = request_of(wire, ask, "gemini-x")
    theirs = _plain(sent.json())
    assert _plain(json.loads(ours.body)) == theirs
    assert ours.url.removeprefix("https://api.test/v1") == sent.path.removeprefix("/v1beta")
    assert sent.headers[provider.key[0]] == "k"


@pytest.mark.parametrize("stream", [False, True])
def test_the_official_sdk_reads_the_same(stream: bool) -> None:
    found = {"groundingChunks": [{"web": {"uri": "https://x.test", "title": "A"}}], "webSearchQueries": ["q"]}
    chosen = {"chosenCandidates": [{"token": "Hi", "logProbability": -0.25}], "topCandidates": [{"candidates": [{"token": "Hi", "logProbability": -0.25}]}]}  # fmt: skip
    first, last = (
        body({"text": "hm", "thought": True}, {"text": "Hel"}, finish=None),
        body({"text": "lo"}, CALL, groundingMetadata=found, logprobsResult=chosen),
    )
    answer = body(
        *first["candidates"][0]["content"]["parts"],
        *last["candidates"][0]["content"]["parts"],
        groundingMetadata=found,
        logprobsResult=chosen,
    )
    with serving(
        Canned(sse(first, last), "text/event-stream") if stream else Canned(json.dumps(answer).encode())
    ) as server:
        google = client(server.url)  # held: it closes itself when it is collected
        models = google.models
        theirs = (
            list(models.generate_content_stream(model="m", contents="x"))
            if stream
            else [models.generate_content(model="m", contents="x")]
        )
    ours = reply_to(
        wire,
        STREAM if stream else HELLO,
        sse(first, last) if stream else answer,
        content_type="text/event-stream" if stream else "application/json",
    )
    parts = [part for one in theirs for part in one.candidates[0].content.parts]  # type: ignore[index, union-attr]
    assert ours.text == "".join(part.text for part in parts if part.text and not part.thought) == "Hello"
    assert ours.thinking == "".join(part.text for part in parts if part.text and part.thought) == "hm"
    assert [(call.name, call.arguments) for call in ours.calls] == [
        (p.function_call.name, p.function_call.args) for p in parts if p.function_call
    ]
    final = theirs[-1]
    assert ours.finish_raw == final.candidates[0].finish_reason.value  # type: ignore[index, union-attr]
    assert ours.finish == "tool_calls"
    usage = final.usage_metadata
    assert usage is not None
    assert ours.usage == Usage(
        usage.prompt_token_count or 0,
        (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
        usage.thoughts_token_count or 0,
    )
    assert ours.sources[0].url == final.candidates[0].grounding_metadata.grounding_chunks[0].web.uri  # type: ignore[index, union-attr]
    assert ours.searches == ("q",)
    assert ours.logprobs[0].logprob == final.candidates[0].logprobs_result.chosen_candidates[0].log_probability  # type: ignore[index, union-attr]
    assert not ours.unknown


@pytest.mark.parametrize(
    ("finish", "expected"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "tool_calls"),
        (None, None),
    ],
)
def test_finish_reasons(finish: str | None, expected: str | None) -> None:
    reply = reply_to(wire, HELLO, body({"text": "x"}, finish=finish))
    assert (reply.finish, reply.finish_raw) == (expected, finish or "")


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        (
            429,
            {
                "code": 429,
                "message": "You exceeded your current quota, please check your plan and billing details.",
                "status": "RESOURCE_EXHAUSTED",
            },
            "rate",
        ),
        (
            400,
            {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"},
            "auth",
        ),
        (404, {"code": 404, "message": "models/x is not found for API version v1beta", "status": "NOT_FOUND"}, "model"),
        (429, {"code": 429, "message": "Resource has been exhausted", "status": "RESOURCE_EXHAUSTED"}, "rate"),
        (503, {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}, "server"),
        (
            400,
            {"code": 400, "message": "Logprobs is not enabled for this model", "status": "INVALID_ARGUMENT"},
            "request",
        ),
    ],
)
@pytest.mark.parametrize("within", ["status", "a 200", "a stream"])
def test_errors_wherever_they_stand(status: int, said: dict[str, Any], kind: str, within: str) -> None:
    if within == "a stream":
        reply = reply_to(
            wire, STREAM, sse(body({"text": "x"}, finish=None), {"error": said}), content_type="text/event-stream"
        )
    else:
        reply = reply_to(wire, HELLO, {"error": said}, status=status if within == "status" else 200)
    assert reply.error is not None
    assert (reply.error.kind, reply.error.status, reply.error.message) == (kind, status, said["message"])


def test_a_stream_without_an_end_is_cut_and_a_blocked_prompt_is_filtered() -> None:
    assert reply_to(wire, STREAM, sse(body({"text": "x"}, finish=None)), content_type="text/event-stream").cut
    blocked = reply_to(wire, HELLO, {"promptFeedback": {"blockReason": "SAFETY"}})
    assert (blocked.finish, blocked.text) == ("content_filter", "")


def test_what_is_unknown_is_kept_and_listed() -> None:
    odd = body({"text": "x"}, {"novelPart": {"a": 1}}, finish="NEW_REASON", novel=1)
    reply = reply_to(wire, HELLO, {**odd, "brandNew": {}})
    assert (reply.text, reply.finish, reply.finish_raw) == ("x", "other", "NEW_REASON")
    assert set(reply.unknown) == {"brandNew", "candidates[].novel", "candidates[].content.parts[].novelPart"}


@pytest.mark.parametrize(
    "data",
    [
        b"<html>",
        b'{"candidates": 3}',
        b'{"candidates": [{"content": 7}]}',
        b"\xff",
        b'{"candidates": [{"content": {"parts": [{"text": 1}]}}]}',
    ],
)
def test_what_is_not_of_the_wire_is_a_bad_reply(data: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(wire, HELLO, data)


@pytest.mark.parametrize("name", [name for name in ORACLES if name != "no thinking"])
def test_a_request_is_read_back_as_the_question_that_it_carries(name: str) -> None:
    ask = ORACLES[name][0]
    model, read = wire.read(request_of(wire, ask, "gemini-x"))
    assert model == "gemini-x"
    if name == "document":  # the wire makes no difference between a document and a picture
        assert read.features == frozenset({"document", "text"}) or read.features == ask.features
    else:
        assert read.features == ask.features
        assert read.stream == ask.stream


@pytest.mark.parametrize("mode", [{"type": "any"}, [None], 1])
def test_a_mode_of_calling_that_is_none_leaves_the_choice_free(mode: Any) -> None:
    request = request_of(wire, Ask.text("Root?", tools=(TOOL,), tool_choice="required"), "gemini-x")
    body = json.loads(request.body)
    body["toolConfig"]["functionCallingConfig"]["mode"] = mode
    assert wire.read(structs.replace(request, body=json.dumps(body).encode()))[1].tool_choice == "auto"


def test_turns_go_and_a_turn_of_the_models_goes_back_as_it_came() -> None:
    sent = body_of(wire, TURNS)
    assert sent["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert [turn["role"] for turn in sent["contents"]] == ["user", "model", "user"]
    assert sent["contents"][2]["parts"] == [
        {"functionResponse": {"name": "square_root", "response": {"response": "2"}}}
    ]
    signed = {**CALL, "thoughtSignature": "abc"}
    reply = reply_to(wire, Ask.text("x", tools=(TOOL,)), body(signed))
    assert reply.turn is not None
    again = structs.replace(TURNS, messages=(TURNS.messages[1], reply.turn))
    assert body_of(wire, again)["contents"][1] == {"role": "model", "parts": [signed]}


def test_the_list_of_models_is_read_page_by_page() -> None:
    listing = wire.models("https://api.test/v1", provider.quirks)
    first = next(listing)
    assert first.url.startswith("https://api.test/v1/models")
    page = {"models": [{"name": "models/b", "supportedGenerationMethods": ["generateContent"]}], "nextPageToken": "t"}
    from providers.base import Response

    second = listing.send(Response(200, {"content-type": "application/json"}, json.dumps(page).encode()))
    assert "pageToken=t" in second.url
    with pytest.raises(StopIteration) as done:
        listing.send(Response(200, {"content-type": "application/json"}, b'{"models": [{"name": "models/a"}]}'))
    assert set(done.value.value) <= {"a", "b"}
