"""Fields in another form than the documentation gives them, finish reasons, counts and turns, over every wire that has them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from providers.base import PLAIN, wires
from providers.chat import Ask, Message, Reply, ToolResult, Usage
from providers.wire._json import dumps, loads
from tests.support.driving import BASE
from tests.support.field import SAMPLES, read

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
SSE = {"content_type": "text/event-stream"}


def chat(message: dict[str, Any] | None = None, finish: Any = "stop", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"content": "Hi.", **(message or {})}, "finish_reason": finish}
    return {"choices": [choice | more], **({} if "usage" not in more else {"usage": more["usage"]})}


def events(*told: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + dumps(event) + b"\n\n" for event in told)


def chunks(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    body = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    return events(*body, {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}) + b"data: [DONE]\n\n"


def claude(*content: Any, stop: Any = "end_turn", **more: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": list(content), "stop_reason": stop, **more}


def gemini(content: Any, reason: Any = "STOP", **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": content, "finishReason": reason, **more}]}


def item(**more: Any) -> dict[str, Any]:
    return {"object": "response", "status": "completed", "output": [more]}


def cohere(message: dict[str, Any], finish: str = "COMPLETE", **more: Any) -> dict[str, Any]:
    return {"message": message, "finish_reason": finish, **more}


def ollama(message: dict[str, Any], reason: Any = "stop", **more: Any) -> dict[str, Any]:
    return {"message": message, "done": True, "done_reason": reason, **more}


def run(**result: Any) -> dict[str, Any]:
    return {"result": result, "success": True, "errors": []}


PART = {"type": "text", "text": "Hi."}
AS_TEXT: list[tuple[str, Any, str]] = [
    ("openai_chat", chat({"content": PART}), "content came as an object, not as text"),
    ("openai_chat", chat({"content": [PART]}), "content came as a list, not as text"),
    ("mistral", chat({"content": PART}), "content came as an object, not as text"),
    ("mistral", chat({"content": [PART]}), ""),
    ("ollama", ollama({"content": PART}), "content came as an object, not as text"),
    ("ollama", ollama({"content": [PART]}), "content came as a list, not as text"),
    ("anthropic", {**claude(), "content": "Hi."}, "content came as text, not as a list"),
    ("anthropic", {**claude(), "content": PART}, "content came as an object, not as a list"),
    ("cohere", cohere({"content": "Hi."}), "content came as text, not as a list"),
    ("cohere", cohere({"content": PART}), "content came as an object, not as a list"),
    ("gemini", gemini("Hi."), "content came as text, not as a list"),
    ("gemini", gemini({"parts": {"text": "Hi."}}), "parts came as an object, not as a list"),
    (
        "gemini",
        {"candidates": gemini({"parts": [{"text": "Hi."}]})["candidates"][0]},
        "candidates came as an object, not as a list",
    ),
    ("openai_responses", item(type="message", content="Hi."), "content came as text, not as a list"),
    (
        "openai_responses",
        item(type="message", content={"type": "output_text", "text": "Hi."}),
        "content came as an object, not as a list",
    ),
    ("cloudflare", run(response="Hi."), ""),  # any JSON value may stand there
]


@pytest.mark.parametrize(("name", "body", "repair"), AS_TEXT)
def test_content_of_another_form_is_read(name: str, body: Any, repair: str) -> None:
    reply = read(name, body)
    assert (reply.text, reply.repairs, reply.unknown) == ("Hi.", (repair,) if repair else (), ())


def test_an_object_of_json_mode_is_written_out() -> None:
    assert read("openai_chat", chat({"content": {"is_fruit": True}})).text == '{"is_fruit":true}'


WHOLE = {"name": "f", "arguments": {"a": 1}}
CALLS: list[tuple[str, Any, str]] = [
    ("openai_chat", chat({"tool_calls": [{"id": "c1", "function": WHOLE}]}), "arguments came as an object, not as text"),
    ("openai_chat", chunks({"tool_calls": [{"index": 0, "id": "c1", "function": WHOLE}]}), "arguments came as an object, not as text"),
    ("openai_chat", chunks({"tool_calls": [CALL]}), "calls came without index"),
    ("mistral", chat({"tool_calls": [{"id": "c1", "function": WHOLE}]}), "arguments came as an object, not as text"),
    ("mistral", chunks({"tool_calls": [CALL]}), "calls came without index"),
    ("cohere", cohere({"tool_calls": [{"id": "c1", "function": WHOLE}]}), "arguments came as an object, not as text"),
    ("ollama", ollama({"content": "", "tool_calls": [{"function": {"name": "f", "arguments": '{"a":1}'}}]}), "arguments came as text, not as an object"),
    ("anthropic", claude({"type": "tool_use", "id": "c1", "name": "f", "input": '{"a":1}'}), "input came as text, not as an object"),
    ("gemini", gemini({"parts": [{"functionCall": {"name": "f", "args": '{"a":1}'}}]}), "args came as text, not as an object"),
    ("openai_responses", item(type="function_call", name="f", call_id="c1", arguments={"a": 1}), "arguments came as an object, not as text"),
    ("openai_responses", events(
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "function_call", "name": "f", "call_id": "c1", "arguments": ""}},
        {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": '{"a":1}'},
        {"type": "response.output_item.done", "output_index": 0, "item": {"type": "function_call", "name": "f", "call_id": "c1", "arguments": ""}},
        {"type": "response.completed", "response": item(type="function_call", name="f", call_id="c1", arguments="")},
    ), "arguments of a call came in one event"),
    ("cloudflare", run(tool_calls=[{"name": "f", "arguments": {"a": 1}}]), ""),  # both are documented
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "repair"), CALLS)
def test_arguments_of_another_form_are_read(name: str, body: Any, repair: str) -> None:
    stream = isinstance(body, bytes)
    reply = read(name, body, stream=stream)
    assert [(call.name, call.arguments) for call in reply.calls] == [("f", {"a": 1})]
    assert reply.repairs == () if not repair else repair in "; ".join(reply.repairs)


def test_calls_without_index_are_told_apart() -> None:
    other = {**CALL, "id": "c2", "function": {"name": "g", "arguments": "{}"}}
    reply = read("openai_chat", chunks({"tool_calls": [CALL]}, {"tool_calls": [other]}), stream=True)
    assert [(call.name, call.id) for call in reply.calls] == [("f", "c1"), ("g", "c2")]


NUMBERS: list[tuple[str, Any]] = [
    ("openai_chat", chat(logprobs=-0.5)),
    ("mistral", chat(logprobs=-0.5)),
    ("openai_chat", chat(logprobs={"content": [-0.5]})),
    ("gemini", gemini({"parts": [{"text": "Hi."}]}, logprobsResult=-0.5)),
    ("ollama", ollama({"content": "Hi."}, logprobs=-0.5)),
    ("cohere", cohere({"content": [PART]}, logprobs=-0.5)),
    ("openai_responses", item(type="message", content=[{"type": "output_text", "text": "Hi.", "logprobs": -0.5}])),
]


@pytest.mark.parametrize(("name", "body"), NUMBERS)
def test_a_number_in_the_place_of_log_probabilities_is_none(name: str, body: Any) -> None:
    reply = read(name, body)
    assert (reply.text, reply.logprobs) == ("Hi.", ())
    assert len(reply.repairs) == 1 and "number" in reply.repairs[0]


@pytest.mark.parametrize(
    "spoil", [lambda t: t.rstrip("="), lambda t: t.replace("+", "-").replace("/", "_"), lambda t: t[:2] + "\n" + t[2:]]
)
def test_base64_of_another_alphabet_is_read(spoil: Any) -> None:
    data = b"\x89PNG\xfb\xff\xfe\xfb"
    text = spoil(base64.b64encode(data).decode())
    for name, body in (
        ("gemini", gemini({"parts": [{"inlineData": {"mimeType": "image/png", "data": text}}]})),
        ("imagen", {"predictions": [{"bytesBase64Encoded": text}]}),
        ("openai_images", {"data": [{"b64_json": text}]}),
        ("openai_responses", item(type="image_generation_call", result=text)),
        ("openai_chat", chat({"images": [{"b64_json": text}]})),
    ):
        reply = read(name, body)
        assert reply.media[0].data == data, name
        assert reply.repairs == ("base64 came in another alphabet, or without its padding",)


def test_the_output_may_come_in_deltas_alone() -> None:
    told = [{"type": "response.output_text.delta", "delta": piece} for piece in ("H", "i.")]
    end = {"type": "response.completed", "response": {"object": "response", "status": "completed", "output": []}}
    reply = read("openai_responses", events(*told, end), stream=True)
    assert (reply.text, reply.cut, reply.repairs) == ("Hi.", "", ("the last event came without its output",))


# Finish reasons.


def finished(name: str, raw: Any) -> Reply:
    made: dict[str, Callable[[], Any]] = {
        "openai_chat": lambda: chat(finish=raw), "mistral": lambda: chat(finish=raw),
        "anthropic": lambda: claude(PART, stop=raw), "gemini": lambda: gemini({"parts": [{"text": "Hi."}]}, raw),
        "cohere": lambda: cohere({"content": [PART]}, raw), "ollama": lambda: ollama({"content": "Hi."}, raw),
        "cloudflare": lambda: run(choices=chat(finish=raw)["choices"]),
        "openai_responses": lambda: {**SAMPLES[name].whole, "status": "incomplete", "incomplete_details": {"reason": raw}},
    }  # fmt: skip
    return read(name, made[name]())


GEMINI_FILTERS = ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_RECITATION",
                  "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE", "MODEL_ARMOR")  # fmt: skip
FINISHES: list[tuple[str, Any, str | None]] = [
    *((name, raw, finish) for name in ("openai_chat", "mistral", "cloudflare") for raw, finish in (
        ("stop", "stop"), ("length", "length"), ("tool_calls", "tool_calls"), ("content_filter", "content_filter"),
        ("content_filter: RECITATION", "content_filter"), ("RECITATION", "content_filter"), ("sensitive", "content_filter"),
        ("refusal", "content_filter"), ("model_context_window_exceeded", "length"), ("error", "error"),
        ("network_error", "error"), ("insufficient_system_resource", "error"), ("brand_new", "other"), ("", None), (None, None),
    )),
    ("mistral", "model_length", "length"),
    *(("anthropic", raw, finish) for raw, finish in (
        ("end_turn", "stop"), ("pause_turn", "stop"), ("stop_sequence", "stop_sequence"), ("max_tokens", "length"),
        ("tool_use", "tool_calls"), ("refusal", "content_filter"), ("model_context_window_exceeded", "length"), ("error", "error"),
        ("", None), (None, None),
    )),
    *(("gemini", raw, "content_filter") for raw in GEMINI_FILTERS),
    *(("gemini", raw, finish) for raw, finish in (
        ("STOP", "stop"), ("MAX_TOKENS", "length"), (1, "stop"), (2, "length"), (3, "content_filter"), (4, "content_filter"),
        (10, "tool_calls"), (0, None), (99, "other"), ("MALFORMED_FUNCTION_CALL", "tool_calls"), ("OTHER", "other"),
        ("UNEXPECTED_TOOL_CALL", "tool_calls"), ("MALFORMED_RESPONSE", "error"), ("MISSING_THOUGHT_SIGNATURE", "error"),
        ("FINISH_REASON_UNSPECIFIED", None), ("", None), (None, None),
    )),
    *(("cohere", raw, finish) for raw, finish in (
        ("COMPLETE", "stop"), ("STOP_SEQUENCE", "stop_sequence"), ("MAX_TOKENS", "length"), ("TOOL_CALL", "tool_calls"),
        ("ERROR_TOXIC", "content_filter"), ("ERROR", "error"), ("TIMEOUT", "error"), ("ERROR_LIMIT", "error"), ("", None),
    )),
    *(("ollama", raw, finish) for raw, finish in (("stop", "stop"), ("length", "length"), ("error", "error"), ("", None), (None, None))),
    *(("openai_responses", raw, finish) for raw, finish in (
        ("max_output_tokens", "length"), ("content_filter", "content_filter"), ("brand_new", "other"),
    )),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "finish"), FINISHES)
def test_each_finish_reason_has_its_meaning(name: str, raw: Any, finish: str | None) -> None:
    reply = finished(name, raw)
    assert (reply.finish, bool(reply.error)) == (finish, finish == "error")
    if reply.error:
        assert reply.error.kind in ("server", "generation", "form")


@pytest.mark.parametrize(
    "reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "BRAND_NEW", 2, 4]
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_prompt_that_is_blocked_is_an_answer_taken_away(reason: Any, *, stream: bool) -> None:
    body = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 3}}
    reply = read("gemini", events(body) if stream else body, stream=stream)
    assert (reply.finish, reply.cut, reply.empty) == ("content_filter", "", True)


@pytest.mark.parametrize("reason", ["load", "unload"])
def test_a_model_that_was_but_loaded_gave_no_answer(reason: str) -> None:
    for stream in (False, True):
        error = read("ollama", ollama({"content": ""}, reason), stream=stream).error
        assert error and (error.kind, f"{reason}ed, nothing was generated" in error.message) == ("server", True)


def test_a_picture_that_was_filtered_is_an_answer_taken_away() -> None:
    assert read("imagen", {"predictions": [{"raiFilteredReason": "no"}]}).finish == "content_filter"


@pytest.mark.parametrize("stream", [False, True])
def test_a_search_that_failed_is_told(*, stream: bool) -> None:
    asked = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}
    failed = {"type": "web_search_tool_result_error", "error_code": "unavailable"}
    found = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": failed}
    blocks = [
        {"type": "content_block_start", "index": n, "content_block": block}
        for n, block in enumerate((asked, found, PART))
    ]
    ended: list[dict[str, Any]] = [
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ]
    body = (
        events({"type": "message_start", "message": claude(stop=None)}, *blocks, *ended)
        if stream
        else claude(asked, found, PART)
    )
    reply = read("anthropic", body, stream=stream)
    assert (reply.text, reply.failed, reply.sources, reply.unknown) == ("Hi.", ("web_search: unavailable",), (), ())
    call = {"type": "web_search_call", "id": "w1", "status": "failed", "action": {"type": "search", "query": "x"}}
    assert read("openai_responses", item(**call)).failed == ("web_search",)


def test_a_refusal_is_told_in_its_own_words() -> None:
    body = claude(stop="refusal", stop_sequence=None, stop_details={"type": "refusal", "explanation": "Not this."})
    assert (read("anthropic", body).refusal, read("openai_chat", chat({"refusal": "No."})).refusal) == (
        "Not this.",
        "No.",
    )
    said = item(type="message", content=[{"type": "refusal", "refusal": "No."}])
    assert read("openai_responses", said).refusal == "No."


@pytest.mark.parametrize("name", ["openai_chat", "mistral", "cloudflare"])
def test_an_error_of_a_choice_keeps_its_code(name: str) -> None:
    body = chat(finish="error", error={"code": 502, "message": "Upstream error"})
    reply = read(name, run(**body) if name == "cloudflare" else body)
    assert reply.error
    assert (reply.status, reply.error.kind) == (502, "server")


# Counts.

COUNTS: list[tuple[str, Any]] = [
    ("openai_chat", {**chat(), "usage": {"prompt_tokens": 3, "completion_tokens": -1}}),
    ("openai_chat", {**chat(), "usage": {"prompt_tokens": 3, "completion_tokens": -4, "total_tokens": 8,
                                         "completion_tokens_details": {"reasoning_tokens": 9}}}),
    ("openai_chat", {**chat(), "timings": {"cache_n": -2, "prompt_n": 5, "predicted_n": 1}}),
    ("anthropic", claude(PART, usage={"input_tokens": 9, "cache_read_input_tokens": -2, "output_tokens": 1})),
    ("gemini", {**gemini({"parts": [PART]}), "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": -1, "thoughtsTokenCount": 5}}),
    ("ollama", ollama({"content": "Hi."}, prompt_eval_count=-1, eval_count=3)),
    ("cohere", cohere({"content": [PART]}, usage={"tokens": {"input_tokens": -1, "output_tokens": 3}})),
    ("cloudflare", run(response="Hi.", usage={"prompt_tokens": -1, "completion_tokens": 3})),
    ("openai_responses", {**SAMPLES["openai_responses"].whole, "usage": {"input_tokens": -1, "output_tokens": 3}}),
    ("mistral", {**chat(), "usage": {"prompt_tokens": -1, "completion_tokens": 3}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), COUNTS)
def test_a_count_below_zero_stays_one(name: str, body: Any) -> None:
    usage = read(name, body).usage
    assert isinstance(usage, Usage)
    assert min(usage.input, usage.output) < 0


# The turn that goes back.


def sent_back(name: str, body: Any, *, stream: bool = False) -> Any:
    reply = read(name, body, stream=stream)
    assert reply.turn
    ask = Ask((structs.replace(Ask.text("x").messages[0]), reply.turn, Message("user", (ToolResult("2", "f", "c1"),))))
    sent = loads(next(wires()[name].ask(ask, "m", BASE, PLAIN)).body)
    return next(sent[key][1] for key in ("messages", "contents", "input") if key in sent)


SIGNED = {**CALL, "extra_content": {"google": {"thought_signature": "s"}}}
TURNS: list[tuple[str, dict[str, Any]]] = [
    ("reasoning", {"content": "", "reasoning_content": "Hm.", "tool_calls": [CALL]}),
    ("reasoning by another name", {"content": None, "reasoning": "Hm.", "tool_calls": [CALL]}),
    (
        "details",
        {
            "content": "",
            "reasoning_details": [{"type": "reasoning.text", "text": "Hm.", "signature": "s"}],
            "tool_calls": [CALL],
        },
    ),
    ("null", {"content": None, "tool_calls": [CALL]}),
    ("empty", {"content": "", "tool_calls": [CALL]}),
    ("signed", {"content": None, "tool_calls": [SIGNED]}),
    ("turn signed", {"content": "a", "extra_content": {"google": {"thought_signature": "t"}}, "tool_calls": [CALL]}),
]


@pytest.mark.parametrize("name", ["openai_chat", "mistral"])
@pytest.mark.parametrize("message", [message for _, message in TURNS], ids=[case for case, _ in TURNS])
@pytest.mark.parametrize("stream", [False, True])
def test_a_turn_goes_back_as_it_came(name: str, message: dict[str, Any], *, stream: bool) -> None:
    turn = {"role": "assistant", **message}
    streamed = {**turn, "tool_calls": [{**call, "index": 0} for call in message["tool_calls"]]}
    assert sent_back(name, chunks(streamed) if stream else chat(turn), stream=stream) == turn


def test_parts_go_back_with_their_signatures() -> None:
    parts = [{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "s"}]
    assert sent_back("gemini", gemini({"role": "model", "parts": parts}))["parts"] == parts
