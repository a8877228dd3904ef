"""The emulator of OpenAI's Responses, checked by OpenAI's own SDK."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "openai_responses"
TOOL: Any = {
    "type": "function",
    "name": "square_root",
    "description": "Calculates the square root of a number",
    "parameters": {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
}
SCHEMA: Any = {
    "format": {
        "type": "json_schema",
        "name": "fruit",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"is_fruit": {"type": "boolean"}},
            "required": ["is_fruit"],
            "additionalProperties": False,
        },
    }
}
ROOT = "What is the square root of 132413?"
LONG = "Explain the theory of relativity in great detail."


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True), (WIRE,)) as running:
        yield running


def client(server: Server, key: str = "test-key") -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url(WIRE), api_key=key, max_retries=0, timeout=10)


def ask(server: Server, input: Any = "Say hello. Use only one word.", **more: Any) -> Any:
    """The response, put together by the SDK from its events where it is streamed."""
    with client(server) as sdk:
        if not more.pop("stream", False):
            return sdk.responses.create(model="emulated", input=input, **more)
        with sdk.responses.stream(model="emulated", input=input, **more) as stream:
            events: list[Any] = list(stream)
    final = events[-1].response  # of the event "completed" or "incomplete"
    deltas = [one.delta for one in events if one.type == "response.output_text.delta"]
    assert "".join(deltas) == final.output_text
    assert len(deltas) != 1 or len(final.output_text.split()) < 3, "a text of some length comes in pieces"
    return final


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_text_usage_end_reasoning_and_probabilities(server: Server, stream: bool) -> None:
    more: Any = {
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 2,
    }
    answer = ask(server, stream=stream, **more)
    reasoning, message = answer.output
    assert (answer.output_text, answer.status) == ("Hello.", "completed")
    assert (
        reasoning.summary[0].text
        and answer.usage.output_tokens > answer.usage.output_tokens_details.reasoning_tokens > 0
    )
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    tokens = message.content[0].logprobs
    assert "".join(token.token for token in tokens) == "Hello." and all(
        len(token.top_logprobs) == 2 for token in tokens
    )
    assert ask(server, stream=stream).output[0].type == "message"
    cut = ask(server, LONG, stream=stream, max_output_tokens=16)
    assert (cut.status, cut.incomplete_details.reason, cut.usage.output_tokens) == (
        "incomplete",
        "max_output_tokens",
        16,
    )


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool) -> None:
    first = ask(server, ROOT, stream=stream, tools=[TOOL], tool_choice="required")
    (call,) = first.output
    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "square_root", {"number": 132413})
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "363.89"}
    asked = [{"role": "user", "content": ROOT}, call.model_dump(exclude_none=True), result]
    assert "363.89" in ask(server, asked, stream=stream, tools=[TOOL]).output_text
    assert "363.89" in ask(server, [result], stream=stream, tools=[TOOL], previous_response_id=first.id).output_text
    with pytest.raises(openai.BadRequestError, match="No tool call found"):
        ask(server, [result])


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_json_a_search_and_a_picture(server: Server, stream: bool) -> None:
    fruit = "Is a banana a fruit? Reply as JSON."
    assert json.loads(ask(server, fruit, stream=stream, text={"format": {"type": "json_object"}}).output_text)
    assert json.loads(ask(server, fruit, stream=stream, text=SCHEMA).output_text) == {"is_fruit": True}
    search, message = ask(
        server,
        "What is the news?",
        stream=stream,
        tools=[{"type": "web_search"}],
        include=["web_search_call.action.sources"],
    ).output
    assert search.action.query and search.action.sources
    assert message.content[0].annotations[0].url.startswith("https://")
    drawn = next(
        one
        for one in ask(server, "Draw a cat.", stream=stream, tools=[{"type": "image_generation"}]).output
        if one.type[:5] == "image"
    )
    assert base64.b64decode(drawn.result).startswith(b"\x89PNG")


def _media(name: str, kind: str) -> Any:
    data = base64.b64encode((ASSETS / name).read_bytes()).decode()
    part = {"type": "input_image", "detail": "auto", "image_url": f"data:image/png;base64,{data}"}
    if kind == "file":
        part = {"type": "input_file", "filename": name, "file_data": f"data:application/pdf;base64,{data}"}
    return [{"role": "user", "content": [{"type": "input_text", "text": "What word is it?"}, part]}]


def _word(name: str) -> str:
    return next(str(one["word"]) for one in json.loads((ASSETS / "manifest.json").read_text()) if one["file"] == name)


def test_files_and_batches(server: Server) -> None:
    with client(server) as sdk:
        kept = sdk.files.create(
            file=("d.pdf", (ASSETS / "document.pdf").read_bytes(), "application/pdf"), purpose="user_data"
        )
        assert sdk.files.content(kept.id).read() == (ASSETS / "document.pdf").read_bytes()
        parts = [{"type": "input_text", "text": "What word?"}, {"type": "input_file", "file_id": kept.id}]
        assert _word("document.pdf") in ask(server, [{"role": "user", "content": parts}]).output_text
        line = {
            "custom_id": "a",
            "method": "POST",
            "url": "/v1/responses",
            "body": {"model": "emulated", "input": "Say hello."},
        }
        lines = sdk.files.create(file=("b.jsonl", json.dumps(line).encode()), purpose="batch")
        batch = sdk.batches.create(input_file_id=lines.id, endpoint="/v1/responses", completion_window="24h")
        states = [sdk.batches.retrieve(batch.id).status for _ in range(2)]
        assert (batch.status, *states) == ("validating", "in_progress", "completed")
        output = sdk.batches.retrieve(batch.id).output_file_id
        row = json.loads(sdk.files.content(str(output)).read())
        assert (row["custom_id"], row["response"]["body"]["output"][0]["content"][0]["text"]) == ("a", "Hello.")
        sdk.files.delete(kept.id)
        with pytest.raises(openai.NotFoundError):
            sdk.files.retrieve(kept.id)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.RATE, openai.RateLimitError),
        (FaultKind.OUT_OF_CREDIT, openai.RateLimitError),
        (FaultKind.EXPIRED_KEY, openai.AuthenticationError),
        (FaultKind.MODEL_GONE, openai.NotFoundError),
        (FaultKind.OVERLOADED, openai.InternalServerError),
        (FaultKind.RESET, openai.APIConnectionError),
        (FaultKind.CUT_JSON, json.JSONDecodeError),
    ],
)
def test_the_sdk_raises_the_right_error_for_each_fault(server: Server, kind: FaultKind, error: type[Exception]) -> None:
    server.switchboard.lay(Fault(kind))
    with pytest.raises(error):
        ask(server)


@pytest.mark.parametrize(("field", "value"), [("seed", 7), ("stop", ["x"]), ("max_tokens", 16), ("messages", [])])
def test_what_only_chat_completions_knows_is_refused_by_name(server: Server, field: str, value: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(server, extra_body={field: value})
    assert (caught.value.param, caught.value.code) == (field, "unknown_parameter")


def _text(answer: httpx.Response) -> str:
    return "".join(
        part["text"] for item in answer.json()["output"] if item["type"] == "message" for part in item["content"]
    )


def _each(field: str) -> Callable[[httpx.Response], str]:
    """A field of all items, without the identifiers that differ each time."""
    return lambda answer: str([item.get(field) for item in answer.json()["output"]])


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.text": ({}, _text, ALL),
    "in.image": ({"input": _media("image.png", "image")}, _text, ALL),
    "in.document": ({"input": _media("document.pdf", "file")}, _text, ALL),
    "out.image": ({"input": "Draw a cat.", "tools": [{"type": "image_generation"}]}, _each("result"), ALL),
    "json": (
        {"input": "Is a banana a fruit? JSON with is_fruit.", "text": {"format": {"type": "json_object"}}},
        _text,
        ALL,
    ),
    "schema": ({"text": SCHEMA}, _text, ALL),
    "tools": ({"tools": [TOOL]}, _each("arguments"), ALL),
    "tools.forced": ({"tools": [TOOL], "tool_choice": "required"}, _each("type"), (WORKS, REJECTS, IGNORES)),
    "max_tokens": (
        {"input": LONG, "max_output_tokens": 16},
        lambda r: (r.json()["status"], r.json()["usage"]["output_tokens"]),
        ALL,
    ),
    "logprobs": (
        {"include": ["message.output_text.logprobs"], "top_logprobs": 1},
        lambda r: r.json()["output"][0]["content"][0]["logprobs"],
        ALL,
    ),
    "web_search": ({"tools": [{"type": "web_search"}]}, lambda r: (_each("type")(r), _each("content")(r)), ALL),
    "thinking": ({"reasoning": {"effort": "high"}}, _each("type"), (WORKS, REJECTS, IGNORES)),
    "usage": ({}, lambda r: r.json()["usage"], PASSIVE),
    "finish": ({}, lambda r: (r.json()["status"], r.json()["incomplete_details"]), PASSIVE),
    "limits": ({}, lambda r: r.headers.get("x-ratelimit-limit-requests"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        headers = {"authorization": "Bearer test-key"}
        answer = httpx.post(
            f"{server.url(WIRE)}/responses", json={"model": "emulated", "input": ROOT, **body}, headers=headers
        )
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["error"]["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen
