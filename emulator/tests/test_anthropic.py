"""The emulator of Anthropic's Messages, checked by Anthropic's own SDK."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "anthropic"
TOOL: Any = {
    "name": "square_root",
    "description": "Calculates the square root of a number",
    "input_schema": {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
}
SEARCH: Any = {"type": "web_search_20250305", "name": "web_search", "max_uses": 1}
SCHEMA: Any = {
    "format": {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {"is_fruit": {"type": "boolean"}},
            "required": ["is_fruit"],
            "additionalProperties": False,
        },
    }
}
THINKING: Any = {"type": "enabled", "budget_tokens": 1024}
ROOT = "What is the square root of 132413?"
LONG = "Explain the theory of relativity in great detail."
NOTE = "The harbour opened in 1902. The tower is painted yellow. Ships are green."


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True), (WIRE,)) as running:
        yield running


def client(server: Server, key: str = "test-key") -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=server.url(WIRE).removesuffix("/v1"), api_key=key, max_retries=0, timeout=10)


def says(content: Any) -> Any:
    return [{"role": "user", "content": content}]


def ask(server: Server, content: Any = "Say hello. Use only one word.", **more: Any) -> Any:
    """The message, put together by the SDK from its events where it is streamed."""
    messages = more.pop("messages", says(content))
    more = {"model": "emulated", "max_tokens": 2000, **more}
    with client(server) as sdk:
        if not more.pop("stream", False):
            return sdk.messages.create(messages=messages, **more)
        with sdk.messages.stream(messages=messages, **more) as stream:
            assert len([one for one in stream if one.type == "content_block_delta"]) > 1
            return stream.get_final_message()


def text(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_text_thinking_usage_and_ends(server: Server, stream: bool) -> None:
    answer = ask(server, stream=stream, thinking=THINKING)
    thought, said = answer.content
    assert (said.text, answer.stop_reason, thought.type) == ("Hello.", "end_turn", "thinking")
    assert (
        thought.thinking
        and thought.signature
        and answer.usage.output_tokens > answer.usage.output_tokens_details.thinking_tokens > 0
    )
    cut = ask(server, LONG, stream=stream, max_tokens=16)
    assert (cut.stop_reason, cut.usage.output_tokens) == ("max_tokens", 16)
    stopped = ask(server, "Count from 1 to 20.", stream=stream, stop_sequences=["9"])
    assert (stopped.stop_reason, stopped.stop_sequence, text(stopped)[-3:]) == ("stop_sequence", "9", "8, ")


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool) -> None:
    first = ask(server, ROOT, stream=stream, tools=[TOOL], thinking=THINKING)
    call = first.content[-1]
    assert (first.stop_reason, call.name, call.input) == ("tool_use", "square_root", {"number": 132413})
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "363.89"}]}
    said = [
        *says(ROOT),
        {"role": "assistant", "content": [one.model_dump(exclude_none=True) for one in first.content]},
        result,
    ]
    assert "363.89" in text(ask(server, messages=said, stream=stream, tools=[TOOL], thinking=THINKING))
    with pytest.raises(anthropic.BadRequestError, match="tool_use_id"):
        ask(server, messages=[result])
    said[1]["content"][0]["thinking"] += " And more."
    with pytest.raises(anthropic.BadRequestError, match="signature"):
        ask(server, messages=said, tools=[TOOL])
    with pytest.raises(anthropic.BadRequestError, match="forces tool use"):
        ask(server, ROOT, tools=[TOOL], thinking=THINKING, tool_choice={"type": "any"})


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_schema_a_search_and_citations(server: Server, stream: bool) -> None:
    assert json.loads(text(ask(server, "Is a banana a fruit?", stream=stream, output_config=SCHEMA))) == {
        "is_fruit": True
    }
    search, results, said = ask(server, "What is the news?", stream=stream, tools=[SEARCH]).content
    assert (search.name, results.content[0].url) == ("web_search", said.citations[0].url)
    cited = ask(server, _document(), stream=stream).content[0].citations[0]
    assert cited.cited_text == NOTE[cited.start_char_index : cited.end_char_index] == "The tower is painted yellow."


def _document() -> Any:
    source = {"type": "text", "media_type": "text/plain", "data": NOTE}
    document = {"type": "document", "title": "Note", "source": source, "citations": {"enabled": True}}
    return [document, {"type": "text", "text": "How is the tower painted?"}]


def _media(kind: str, name: str, mime: str) -> Any:
    data = base64.b64encode((ASSETS / name).read_bytes()).decode()
    return [
        {"type": kind, "source": {"type": "base64", "media_type": mime, "data": data}},
        {"type": "text", "text": "What word is it?"},
    ]


PICTURE = _media("image", "image.png", "image/png")
PAPER = _media("document", "document.pdf", "application/pdf")


def _word(name: str) -> str:
    return next(str(one["word"]) for one in json.loads((ASSETS / "manifest.json").read_text()) if one["file"] == name)


def test_files_batches_and_models(server: Server) -> None:
    with client(server) as sdk:
        kept = sdk.beta.files.upload(file=("d.pdf", (ASSETS / "document.pdf").read_bytes(), "application/pdf"))
        asked = [
            {"type": "document", "source": {"type": "file", "file_id": kept.id}},
            {"type": "text", "text": "What word?"},
        ]
        assert _word("document.pdf") in text(ask(server, asked))
        assert [one.id for one in sdk.beta.files.list()] == [kept.id]
        assert sdk.beta.files.delete(kept.id).id == kept.id
        with pytest.raises(anthropic.NotFoundError):
            sdk.beta.files.retrieve_metadata(kept.id)
        good: Any = {"model": "emulated", "max_tokens": 100, "messages": says("Say hello.")}
        batch = sdk.messages.batches.create(
            requests=[{"custom_id": "a", "params": good}, {"custom_id": "b", "params": good | {"model": "x"}}]
        )
        states = [sdk.messages.batches.retrieve(batch.id) for _ in range(2)]
        assert [batch.processing_status, *(one.processing_status for one in states)] == [
            "in_progress",
            "in_progress",
            "ended",
        ]
        assert (states[-1].request_counts.succeeded, states[-1].request_counts.errored) == (1, 1)
        rows = {one.custom_id: one.result for one in sdk.messages.batches.results(batch.id)}
        assert rows["a"].type == "succeeded" and text(rows["a"].message) == "Hello."
        assert rows["b"].type == "errored" and rows["b"].error.error.type == "not_found_error"
        assert [one.id for one in sdk.models.list()] == ["emulated"]
        assert sdk.messages.count_tokens(model="emulated", messages=says("Hi")).input_tokens > 0


@pytest.mark.parametrize(
    ("kind", "error", "told"),
    [
        (FaultKind.RATE, anthropic.RateLimitError, "rate_limit_error"),
        (FaultKind.OUT_OF_CREDIT, anthropic.BadRequestError, "credit balance"),
        (FaultKind.EXPIRED_KEY, anthropic.AuthenticationError, "authentication_error"),
        (FaultKind.MODEL_GONE, anthropic.NotFoundError, "model: emulated"),
        (FaultKind.SERVER_ERROR, anthropic.InternalServerError, "api_error"),
        (FaultKind.OVERLOADED, anthropic.InternalServerError, "overloaded_error"),
        (FaultKind.RESET, anthropic.APIConnectionError, "onnection"),
    ],
)
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, kind: FaultKind, error: type[Exception], told: str
) -> None:
    server.switchboard.lay(Fault(kind))
    with pytest.raises(error, match=told):
        ask(server)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"extra_body": {"seed": 7}}, "seed: Extra inputs are not permitted"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater"),
        ({"thinking": {"type": "enabled", "budget_tokens": 5000}}, "must be greater than `thinking.budget_tokens`"),
        ({"messages": says([{"type": "audio"}])}, "Input tag 'audio'"),
        ({"messages": says(_media("image", "image.png", "image/bmp"))}, "Input should be 'image/gif'"),
    ],
)
def test_what_the_api_does_not_take_is_refused_by_name(server: Server, more: Any, told: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=told):
        ask(server, **more)


def _text(answer: httpx.Response) -> str:
    return "".join(block["text"] for block in answer.json()["content"] if block["type"] == "text")


def _each(field: str) -> Callable[[httpx.Response], str]:
    return lambda answer: str([block.get(field) for block in answer.json()["content"]])


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.text": ({}, _text, ALL),
    "in.image": ({"messages": says(PICTURE)}, _text, ALL),
    "in.document": ({"messages": says(PAPER)}, _text, ALL),
    "schema": ({"output_config": SCHEMA}, _text, ALL),
    "tools": ({"tools": [TOOL]}, _each("input"), ALL),
    "tools.forced": ({"tools": [TOOL], "tool_choice": {"type": "any"}}, _each("type"), (WORKS, REJECTS, IGNORES)),
    "stop": (
        {"messages": says("Count from 1 to 20."), "stop_sequences": ["9"]},
        lambda r: (_text(r), r.json()["stop_reason"]),
        ALL,
    ),
    "max_tokens": (
        {"messages": says(LONG), "max_tokens": 16},
        lambda r: (r.json()["stop_reason"], r.json()["usage"]["output_tokens"]),
        ALL,
    ),
    "web_search": ({"tools": [SEARCH]}, lambda r: (_each("type")(r), _each("content")(r), _each("citations")(r)), ALL),
    "cite": ({"messages": says(_document())}, _each("citations"), ALL),
    "thinking": ({"thinking": THINKING}, _each("type"), (WORKS, REJECTS, IGNORES)),
    "usage": ({}, lambda r: r.json().get("usage"), PASSIVE),
    "finish": ({}, lambda r: r.json()["stop_reason"], PASSIVE),
    "limits": ({}, lambda r: r.headers.get("anthropic-ratelimit-requests-limit"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        sent = {"model": "emulated", "max_tokens": 2000, "messages": says(ROOT), **body}
        headers = {"x-api-key": "test-key", "anthropic-version": "2023-06-01"}
        answer = httpx.post(f"{server.url(WIRE)}/messages", json=sent, headers=headers)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["error"]["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen


def _batched(server: Server) -> str:
    """What became of a batch: its state, the id of its row, or that the row is broken."""
    params: Any = {"model": "emulated", "max_tokens": 100, "messages": says("Say hello.")}
    with client(server) as sdk:
        try:
            batch = sdk.messages.batches.create(requests=[{"custom_id": "a", "params": params}])
        except anthropic.BadRequestError:
            return "refused"
        for _ in range(3):
            batch = sdk.messages.batches.retrieve(batch.id)
        if batch.processing_status != "ended":
            return str(batch.processing_status)
        try:
            return next(iter(sdk.messages.batches.results(batch.id))).custom_id
        except ValueError:
            return "broken"


def _uploaded(server: Server) -> str:
    """What became of an upload: the words that the model reads in it, or what failed."""
    with client(server) as sdk:
        try:
            kept = sdk.beta.files.upload(file=("a.txt", b"The tower is yellow.", "text/plain"))
            if not kept.id:
                return "no id"
            asked = [
                {"type": "document", "source": {"type": "file", "file_id": kept.id}},
                {"type": "text", "text": "The tower?"},
            ]
            return text(ask(server, asked))
        except anthropic.NotFoundError as error:
            return "no such file" if "File not found" in str(error) else "no files at all"


def test_batches_and_files_behave(server: Server) -> None:
    batches = [_batched(server) if server.switchboard.clear().set("batch", act) else "" for act in ALL]
    assert batches == ["a", "refused", "in_progress", "broken", "another"]
    files = [_uploaded(server) if server.switchboard.clear().set("file", act) else "" for act in ALL]
    assert files == ["The tower is yellow.", "no files at all", "no such file", "no id", "I do not see any file."]
