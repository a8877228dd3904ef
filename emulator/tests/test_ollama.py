"""The emulator of Ollama's own API, checked by Ollama's own SDK and on the socket."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import ollama
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "ollama"
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "square_root",
        "description": "Calculates the square root of a number",
        "parameters": {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
    },
}
SCHEMA: Any = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
HELLO = "Say hello. Use only one word."
ROOT = "What is the square root of 132413?"
LONG = "Explain the theory of relativity in great detail."
WORD = {one["file"]: one["word"] for one in json.loads((ASSETS / "manifest.json").read_text()) if one.get("word")}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated",), closed=True), (WIRE,)) as running:
        yield running


def said(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def ask(server: Server, text: str = HELLO, key: str = "", **more: Any) -> Any:
    """The answer of a chat, or all its parts; the model does not think unless told to."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    with ollama.Client(server.url(WIRE), headers=headers) as sdk:
        answer = sdk.chat(**{"model": "emulated", "messages": said(text), "think": False, **more})
        return list(answer) if more.get("stream") else answer


def test_the_sdk_reads_a_plain_answer_its_counts_and_its_end(server: Server) -> None:
    answer = ask(server, model="emulated:latest")
    assert ("hello" in answer.message.content.lower(), answer.message.role, answer.model) == (
        True,
        "assistant",
        "emulated:latest",
    )
    assert (answer.done, answer.done_reason, answer.message.thinking, answer.logprobs) == (True, "stop", None, None)
    assert answer.prompt_eval_count > 0 and answer.eval_count > 0
    assert (
        answer.total_duration > answer.load_duration > 0
        and answer.prompt_eval_duration > 0
        and answer.eval_duration > 0
    )


def test_the_sdk_reads_a_stream(server: Server) -> None:
    parts = ask(server, LONG, stream=True)
    assert len(parts) > 10 and [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert "are in this tale. Long ago" in "".join(part.message.content for part in parts)
    assert [part.done_reason for part in parts[-2:]] == [None, "stop"] and not parts[-1].message.content
    assert [part.eval_count is None for part in parts] == [True] * (len(parts) - 1) + [False]


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool) -> None:
    first = ask(server, ROOT, tools=[TOOL], stream=stream)
    parts = first if stream else [first]
    (call,) = [call for part in parts for call in part.message.tool_calls or ()]
    assert (call.function.name, call.function.arguments) == ("square_root", {"number": 132413})
    assert (parts[-1].done_reason, "".join(part.message.content for part in parts)) == ("stop", "")
    called = {"role": "assistant", "tool_calls": [call]}
    back = [*said(ROOT), called, {"role": "tool", "tool_name": "square_root", "content": "363.89"}]
    assert "363.89" in ask(server, messages=back, tools=[TOOL]).message.content


def test_json_schema_seed_stop_cap_and_probabilities(server: Server) -> None:
    fruit = 'Is a banana a fruit? Reply only as JSON: {"is_fruit": true or false}.'
    assert isinstance(json.loads(ask(server, fruit, format="json").message.content), dict)
    assert json.loads(ask(server, fruit, format=SCHEMA).message.content) == {"is_fruit": True}
    word = "Write one random word, and nothing else."
    assert len({ask(server, word, options={"seed": 42}).message.content for _ in range(4)}) == 1
    assert len({ask(server, word, options={"seed": -1}).message.content for _ in range(12)}) > 1
    server.switchboard.set("seed", IGNORES)
    assert len({ask(server, word, options={"seed": 42}).message.content for _ in range(12)}) > 1
    cut = ask(server, LONG, options={"num_predict": 16})
    assert (cut.done_reason, cut.eval_count) == ("length", 16)
    assert ask(server, LONG, options={"num_predict": -1}).done_reason == "stop"
    stopped = ask(server, "Count from 1 to 9.", options={"stop": ["5"]})
    assert (stopped.message.content.strip(" ,"), stopped.done_reason) == ("1, 2, 3, 4", "stop")
    probable = ask(server, logprobs=True, top_logprobs=2).logprobs
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in probable)
    streamed = ask(server, logprobs=True, stream=True)
    assert "".join(token.token for part in streamed for token in part.logprobs or ()) == "Hello."
    assert all(token.top_logprobs is None for part in streamed for token in part.logprobs or ())


@pytest.mark.parametrize("file", ["image.png", "image.jpg", "image.webp", "audio.wav", "audio.mp3"])
def test_what_is_shown_is_seen_only_by_one_who_can(server: Server, file: str) -> None:
    shown: Any = [{"role": "user", "content": "What word?", "images": [(ASSETS / file).read_bytes()]}]
    assert ask(server, messages=shown).message.content == WORD[file]
    modality = file.partition(".")[0]
    server.switchboard.set(f"in.{modality}", IGNORES)
    assert WORD[file] not in ask(server, messages=shown).message.content
    server.switchboard.set(f"in.{modality}", REJECTS)
    with pytest.raises(ollama.ResponseError, match=f"this model does not support {modality} input") as raised:
        ask(server, messages=shown)
    assert raised.value.status_code == 400


def test_a_model_that_can_think_does_so_unless_told_not_to(server: Server) -> None:
    assert ask(server, think=None).message.thinking and ask(server, think="high").message.thinking
    assert ask(server, think=False).message.thinking is None
    parts = ask(server, think=True, stream=True)
    assert "".join(part.message.thinking or "" for part in parts).startswith("The user asks")
    assert not any(part.message.thinking and part.message.content for part in parts)
    server.switchboard.set("thinking", REJECTS)
    assert ask(server, think=None).message.thinking is None
    with pytest.raises(ollama.ResponseError, match='"emulated" does not support thinking'):
        ask(server, think=True)


def test_the_sdk_reads_what_generate_gives(server: Server) -> None:
    with ollama.Client(server.url(WIRE)) as sdk:
        answer = sdk.generate("emulated", HELLO, system="Be kind.", think=False)
        assert ("hello" in str(answer.response).lower(), answer.done_reason, answer.context is None) == (
            True,
            "stop",
            False,
        )
        parts = list(sdk.generate("emulated", LONG, stream=True, options={"num_predict": 9}, think=False))
        assert (parts[-1].done_reason, parts[-1].eval_count, len(parts)) == ("length", 9, 10)
        seen = sdk.generate("emulated", "What word?", images=[(ASSETS / "image.png").read_bytes()], think=False)
        assert seen.response == WORD["image.png"]
        drawn = sdk.generate("emulated", "A square.", width=8, height=8)
        assert base64.b64decode(str(drawn.image)).startswith(b"\x89PNG") and not drawn.response
        steps = list(sdk.generate("emulated", "A square.", steps=4, stream=True))
        assert [(part.completed, part.total) for part in steps[:-1]] == [(at, 4) for at in (1, 2, 3, 4)]
        assert (sdk.generate("emulated").done_reason, sdk.generate("emulated", keep_alive=0).done_reason) == (
            "load",
            "unload",
        )
        assert (sdk.chat("emulated").done_reason, sdk.chat("emulated", keep_alive=0).done_reason) == ("load", "unload")


def test_the_sdk_lists_and_shows_the_models(server: Server) -> None:
    with ollama.Client(server.url(WIRE)) as sdk:
        assert (
            [model.model for model in sdk.list().models]
            == [model.model for model in sdk.ps().models]
            == ["emulated:latest"]
        )
        assert sdk.list().models[0].details.family == "emulated"
        shown = sdk.show("emulated:latest")
        assert (shown.capabilities, shown.details.format) == (
            ["completion", "vision", "audio", "tools", "thinking"],
            "gguf",
        )
        server.switchboard.set("in.*", REJECTS).set("thinking", REJECTS)
        assert sdk.show("emulated").capabilities == ["completion", "tools"]
        with pytest.raises(ollama.ResponseError, match="model 'another' not found") as raised:
            sdk.show("another")
    assert raised.value.status_code == 404
    assert list(httpx.get(f"{server.url(WIRE)}/api/version").json()) == ["version"]
    assert httpx.get(server.url(WIRE)).text == "Ollama is running"
    nowhere = httpx.get(f"{server.url(WIRE)}/api/nothing")
    assert (nowhere.status_code, nowhere.text, nowhere.headers["content-type"][:10]) == (
        404,
        "404 page not found",
        "text/plain",
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (FaultKind.RATE, 429, "session usage limit"),
        (FaultKind.OUT_OF_CREDIT, 429, "weekly usage limit"),
        (FaultKind.EXPIRED_KEY, 401, "unauthorized"),
        (FaultKind.MODEL_GONE, 404, "model 'emulated' not found"),
        (FaultKind.SERVER_ERROR, 500, "model runner has unexpectedly stopped"),
        (FaultKind.UNAVAILABLE, 503, "Service Temporarily Unavailable"),
        (FaultKind.OVERLOADED, 503, "server busy, please try again"),
    ],
)
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, stream: bool, fault: FaultKind, status: int, words: str
) -> None:
    server.switchboard.lay(Fault(fault))
    with pytest.raises(ollama.ResponseError, match=words) as raised:
        ask(server, stream=stream)
    assert raised.value.status_code == status


def test_no_key_is_asked_for_but_a_wrong_one_is_refused(server: Server) -> None:
    assert ask(server).done and ask(server, key="test-key").done
    with pytest.raises(ollama.ResponseError, match="unauthorized"):
        ask(server, key="wrong")
    with pytest.raises(ollama.ResponseError, match="model 'another' not found"):
        ask(server, model="another")


def test_what_fails_within_a_stream_is_told_by_its_last_line(server: Server) -> None:
    server.switchboard.set("stream", MALFORMED)
    answer = _raw(server, LONG, stream=True)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-1] == {"error": "an error was encountered while running the model"} and not any(
        line["done"] for line in lines[:-1]
    )
    got: list[Any] = []
    with (
        ollama.Client(server.url(WIRE)) as sdk,
        pytest.raises(ollama.ResponseError, match="an error was encountered") as raised,
    ):
        got.extend(sdk.chat("emulated", said(LONG), stream=True))
    assert (raised.value.status_code, len(got) > 3) == (-1, True)


def test_a_call_that_cannot_be_read_fails_as_soon_as_the_status_allows(server: Server) -> None:
    server.switchboard.set("tools", MALFORMED)
    for stream in (False, True):
        with pytest.raises(
            ollama.ResponseError, match=r"error parsing tool call: raw='\{\"number\": 132413, oops'"
        ) as raised:
            ask(server, ROOT, tools=[TOOL], stream=stream)
        assert raised.value.status_code == 500
    lines = _raw(server, ROOT, tools=[TOOL], stream=True, think=True).text.splitlines()
    assert "thinking" in lines[0] and list(json.loads(lines[-1])) == ["error"]


def _raw(server: Server, text: str = HELLO, path: str = "/api/chat", **more: Any) -> httpx.Response:
    body = {"model": "emulated", "messages": said(text), "stream": False, "think": False} | more
    return httpx.post(server.url(WIRE) + path, json=body, timeout=5)


UNREAD = "json: cannot unmarshal"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"model": ""}, 400, "model is required"),
        ({"model": 5}, 400, f"{UNREAD} number into Go struct field ChatRequest.model of type string"),
        ({"stream": "no"}, 400, f"{UNREAD} string into Go struct field ChatRequest.stream of type bool"),
        ({"messages": ["hi"]}, 400, f"{UNREAD} string into Go struct field ChatRequest.messages of type api.Message"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
            400,
            f"{UNREAD} array into Go struct field ChatRequest.messages.content of type string",
        ),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}]},
            400,
            f"{UNREAD} string into Go struct field ToolCallFunction.messages.tool_calls.function.arguments of type "
            "api.ToolCallFunctionArguments",
        ),
        (
            {"messages": [{"role": "user", "content": "", "images": ["https://example.com/a.png"]}]},
            400,
            "illegal base64 data at input byte 5",
        ),
        (
            {"messages": [{"role": "user", "images": ["data:image/png;base64,AAAA"]}]},
            400,
            "illegal base64 data at input byte 4",
        ),
        ({"messages": [{"role": "user", "images": ["JVBERi0x"]}]}, 500, "image: unknown format"),
        ({"top_logprobs": 21}, 400, "top_logprobs must be between 0 and 20"),
        ({"top_logprobs": 1.5}, 400, f"{UNREAD} number 1.5 into Go struct field ChatRequest.top_logprobs of type int"),
        ({"think": "a lot"}, 400, 'invalid think value: "a lot" (must be "high", "medium", "low", true, or false)'),
        ({"options": {"stop": "5"}}, 500, 'option "stop" must be of type array'),
        ({"options": {"seed": "1"}}, 500, 'option "seed" must be of type integer'),
        ({"format": "yaml"}, 500, 'invalid format: "\\"yaml\\""; expected "json" or a valid JSON Schema object'),
        ({"tools": {}}, 400, f"{UNREAD} object into Go struct field ChatRequest.tools of type api.Tools"),
    ],
)
def test_what_does_not_fit_is_refused_in_gos_words(
    server: Server, body: dict[str, Any], status: int, words: str
) -> None:
    for stream in (False, True):
        answer = _raw(server, **{"stream": stream, **body})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json; charset=utf-8")
        assert words in answer.json()["error"]
    with_unknown = _raw(server, tool_choice="required", options={"unknown": 1}, stop=["x"])
    assert with_unknown.status_code == 200, "unknown fields are passed over"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "missing request body"),
        (b"[]", f"{UNREAD} array into Go value"),
        (b"nope", "invalid character 'n'"),
        (b"{", ""),
    ],
)
def test_a_body_that_is_no_object_is_refused(server: Server, content: bytes, words: str) -> None:
    answer = httpx.post(f"{server.url(WIRE)}/api/chat", content=content)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_streams_are_lines_of_json_and_the_default(server: Server) -> None:
    body = {"model": "emulated", "messages": said(ROOT), "tools": [TOOL], "think": False}
    answer = httpx.post(f"{server.url(WIRE)}/api/chat", json=body)
    assert answer.headers["content-type"] == "application/x-ndjson" and answer.text.endswith("}\n")
    first, last = (json.loads(line) for line in answer.text.splitlines())
    function = first["message"]["tool_calls"][0]["function"]
    assert function == {"index": 0, "name": "square_root", "arguments": {"number": 132413}}
    assert (last["message"], last["done"], "error" in last) == ({"role": "assistant", "content": ""}, True, False)
    server.switchboard.set("stream", IGNORES)
    assert _raw(server, stream=True).json()["done"]
