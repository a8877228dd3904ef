"""The emulator of chat completions, checked by OpenAI's own SDK and on the socket."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "openai_chat"
HELLO: list[Any] = [{"role": "user", "content": "Say hello. Use only one word."}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "square_root",
        "description": "Calculates the square root of a number",
        "parameters": {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
    },
}
SCHEMA: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "r",
        "schema": {
            "type": "object",
            "properties": {"is_fruit": {"type": "boolean"}},
            "required": ["is_fruit"],
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated",), closed=True), (WIRE,)) as running:
        yield running


def client(server: Server, key: str = "test-key", **more: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url(WIRE), api_key=key, max_retries=0, **more)


def ask(server: Server, **more: Any) -> Any:
    with client(server) as sdk:
        answer = sdk.chat.completions.create(**{"model": "emulated", "messages": HELLO, **more})
        return list(answer) if more.get("stream") else answer


def test_the_sdk_reads_a_plain_answer_its_usage_and_its_end(server: Server) -> None:
    answer = ask(server)
    assert "hello" in answer.choices[0].message.content.lower()
    assert (answer.choices[0].finish_reason, answer.usage.total_tokens) == (
        "stop",
        answer.usage.prompt_tokens + answer.usage.completion_tokens,
    )


def test_the_sdk_reads_a_stream(server: Server) -> None:
    chunks = list(ask(server, stream=True, stream_options={"include_usage": True}))
    assert len(chunks) > 2
    assert "hello" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices).lower()
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].usage.completion_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool) -> None:
    asked: list[Any] = [{"role": "user", "content": "What is the square root of 132413?"}]
    if stream:
        pieces = [c.choices[0].delta.tool_calls[0] for c in ask(server, messages=asked, tools=[TOOL], tool_choice="required", stream=True) if c.choices and c.choices[0].delta.tool_calls]  # fmt: skip
        assert json.loads("".join(piece.function.arguments or "" for piece in pieces)) == {"number": 132413}
        return
    first = ask(server, messages=asked, tools=[TOOL], tool_choice="required").choices[0]
    assert (first.finish_reason, first.message.tool_calls[0].function.name) == ("tool_calls", "square_root")
    assert json.loads(first.message.tool_calls[0].function.arguments) == {"number": 132413}
    back = [
        *asked,
        first.message,
        {"role": "tool", "tool_call_id": first.message.tool_calls[0].id, "content": "363.89"},
    ]
    assert "363.89" in ask(server, messages=back, tools=[TOOL]).choices[0].message.content


def test_json_schema_seed_stop_cap_and_probabilities(server: Server) -> None:
    fruit: list[Any] = [
        {"role": "user", "content": 'Is a banana a fruit? Reply only as JSON: {"is_fruit": true or false}.'}
    ]
    assert isinstance(
        json.loads(ask(server, messages=fruit, response_format={"type": "json_object"}).choices[0].message.content),
        dict,
    )
    assert json.loads(ask(server, messages=fruit, response_format=SCHEMA).choices[0].message.content).keys() == {
        "is_fruit"
    }
    word: list[Any] = [{"role": "user", "content": "Write one random word, and nothing else."}]
    assert len({ask(server, messages=word, seed=42).choices[0].message.content for _ in range(4)}) == 1
    assert len({ask(server, messages=word).choices[0].message.content for _ in range(12)}) > 1
    long: list[Any] = [{"role": "user", "content": "Explain the theory of relativity in great details."}]
    cut = ask(server, messages=long, max_completion_tokens=16)
    assert (cut.choices[0].finish_reason, cut.usage.completion_tokens) == ("length", 16)
    probable = ask(server, logprobs=True, top_logprobs=2).choices[0].logprobs.content
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in probable)


def test_a_picture_is_seen_only_by_one_who_can_see(server: Server) -> None:
    data = base64.b64encode((ASSETS / "image.png").read_bytes()).decode()
    parts: Any = [
        {"type": "text", "text": "What word?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
    ]
    word = next(one["word"] for one in json.loads((ASSETS / "manifest.json").read_text()) if one["file"] == "image.png")
    assert word in ask(server, messages=[{"role": "user", "content": parts}]).choices[0].message.content.lower()
    server.switchboard.set("in.image", IGNORES)
    assert word not in ask(server, messages=[{"role": "user", "content": parts}]).choices[0].message.content.lower()
    server.switchboard.set("in.image", REJECTS)
    with pytest.raises(openai.BadRequestError):
        ask(server, messages=[{"role": "user", "content": parts}])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FaultKind.RATE, openai.RateLimitError),
        (FaultKind.OUT_OF_CREDIT, openai.RateLimitError),
        (FaultKind.EXPIRED_KEY, openai.AuthenticationError),
        (FaultKind.MODEL_GONE, openai.NotFoundError),
        (FaultKind.SERVER_ERROR, openai.InternalServerError),
        (FaultKind.UNAVAILABLE, openai.InternalServerError),
        (FaultKind.RESET, openai.APIConnectionError),
    ],
)
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, fault: FaultKind, error: type[Exception]
) -> None:
    server.switchboard.lay(Fault(fault))
    with pytest.raises(error):
        ask(server)


def test_a_wrong_key_and_an_unknown_model(server: Server) -> None:
    with client(server, "wrong") as sdk, pytest.raises(openai.AuthenticationError):
        sdk.models.list()
    with pytest.raises(openai.NotFoundError):
        ask(server, model="another")
    with client(server) as sdk:
        assert [model.id for model in sdk.models.list()] == ["emulated"]


def _raw(server: Server, **more: Any) -> httpx.Response:
    body = {"model": "emulated", "messages": HELLO, **more}
    return httpx.post(
        f"{server.url(WIRE)}/chat/completions", json=body, headers={"authorization": "Bearer test-key"}, timeout=30
    )


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (FaultKind.HTML, lambda r: "text/html" in r.headers["content-type"]),
        (FaultKind.BAD_GATEWAY, lambda r: r.status_code == 502),
        (FaultKind.OVERLOADED, lambda r: r.status_code == 529),
        (FaultKind.WRONG_TYPE, lambda r: "json" not in r.headers["content-type"]),
        (FaultKind.INVALID_UTF8, lambda r: b"\xff" in r.content or not _is_utf8(r.content)),
        (FaultKind.CUT_JSON, lambda r: not _is_json(r.content)),
        (FaultKind.REDIRECT_LOOP, lambda r: r.is_redirect),
    ],
)
def test_faults_are_really_on_the_socket(
    server: Server, fault: FaultKind, seen: Callable[[httpx.Response], bool]
) -> None:
    server.switchboard.lay(Fault(fault))
    assert seen(_raw(server))


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
PICTURE = f"data:image/png;base64,{base64.b64encode((ASSETS / 'image.png').read_bytes()).decode()}"
SOUND = {"data": base64.b64encode((ASSETS / "audio.wav").read_bytes()).decode(), "format": "wav"}
PAPER = {
    "filename": "d.pdf",
    "file_data": f"data:application/pdf;base64,{base64.b64encode((ASSETS / 'document.pdf').read_bytes()).decode()}",
}
CALLED = [{"type": "function", "id": "c1", "function": {"name": "square_root", "arguments": "{}"}}]


def _saying(*parts: Any) -> dict[str, Any]:
    return {
        "messages": [
            {
                "role": "user",
                "content": [{"type": "text", "text": "What is the square root of 9? Answer as json."}, *parts],
            }
        ]
    }


def _of(field: str) -> Callable[[httpx.Response], Any]:
    return lambda answer: answer.json()["choices"][0]["message"].get(field)


# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.text": ({}, _of("content"), ALL),
    "in.image": (_saying({"type": "image_url", "image_url": {"url": PICTURE}}), _of("content"), ALL),
    "in.audio": (_saying({"type": "input_audio", "input_audio": SOUND}), _of("content"), ALL),
    "in.document": (_saying({"type": "file", "file": PAPER}), _of("content"), ALL),
    "out.audio": (
        {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
        lambda r: (_of("audio")(r) or {}).get("data"),
        ALL,
    ),
    "json": (_saying() | {"response_format": {"type": "json_object"}}, _of("content"), ALL),
    "schema": (_saying() | {"response_format": SCHEMA}, _of("content"), ALL),
    "tools": (_saying() | {"tools": [TOOL]}, lambda r: [c["function"] for c in _of("tool_calls")(r) or ()], ALL),
    "tools.forced": (
        {"tools": [TOOL], "tool_choice": "required"},
        lambda r: [c["function"] for c in _of("tool_calls")(r) or ()],
        (WORKS, REJECTS, IGNORES, MALFORMED),
    ),
    "tools.result": (
        {
            "messages": [
                *HELLO,
                {"role": "assistant", "tool_calls": CALLED},
                {"role": "tool", "tool_call_id": "c1", "content": "3"},
            ]
        },
        _of("content"),
        (WORKS, IGNORES),
    ),
    "max_tokens": (
        {"messages": [{"role": "user", "content": "Tell a long story."}], "max_tokens": 9},
        lambda r: (r.json()["choices"][0]["finish_reason"], r.json()["usage"]["completion_tokens"]),
        ALL,
    ),
    "stop": (
        {"messages": [{"role": "user", "content": "Count from 1 to 9."}], "stop": "5"},
        lambda r: (_of("content")(r), r.json()["choices"][0]["finish_reason"]),
        ALL,
    ),
    "logprobs": ({"logprobs": True, "top_logprobs": 1}, lambda r: r.json()["choices"][0]["logprobs"], ALL),
    "web_search": ({"web_search_options": {}}, lambda r: (_of("content")(r), _of("annotations")(r)), ALL),
    "thinking": ({"thinking": {"type": "enabled"}}, _of("reasoning_content"), (WORKS, REJECTS, IGNORES)),
    "usage": ({}, lambda r: r.json().get("usage"), PASSIVE),
    "finish": ({}, lambda r: r.json()["choices"][0]["finish_reason"], PASSIVE),
    "limits": ({}, lambda r: r.headers.get("x-ratelimit-limit-requests"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = _raw(server, **body)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["error"]["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen


LINE = {
    "custom_id": "a",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": "emulated", "messages": HELLO},
}


def _batched(server: Server) -> str:
    """What became of a batch: its state, the id of its row, or that the row is broken."""
    with client(server) as sdk:
        lines = sdk.files.create(file=("b.jsonl", json.dumps(LINE).encode()), purpose="batch")
        batch = sdk.batches.create(input_file_id=lines.id, endpoint="/v1/chat/completions", completion_window="24h")
        for _ in range(3):
            batch = sdk.batches.retrieve(batch.id)
        if batch.status != "completed":
            return str(batch.status)
        row = sdk.files.content(str(batch.output_file_id)).read()
    return str(json.loads(row)["custom_id"]) if _is_json(row) else "broken"


def test_batches_behave(server: Server) -> None:
    seen = [_batched(server) if server.switchboard.clear().set("batch", act) else "" for act in ALL]
    assert seen == ["a", "failed", "in_progress", "broken", "another"]


def _uploaded(server: Server) -> str:
    """What became of an upload: the bytes that came back, or what failed."""
    with client(server) as sdk:
        try:
            kept = sdk.files.create(file=("a.txt", b"my bytes"), purpose="user_data")
            return sdk.files.content(kept.id).read().decode() if kept.id else "no id"
        except openai.NotFoundError as error:
            return "no such file" if "No such File" in str(error) else "no files at all"


def test_files_behave(server: Server) -> None:
    seen = [_uploaded(server) if server.switchboard.clear().set("file", act) else "" for act in ALL]
    assert seen == ["my bytes", "no files at all", "no such file", "no id", "other bytes"]


def test_limits_are_kept_and_told(server: Server) -> None:
    with serve(Switchboard(models=("emulated",)), (WIRE,), per_minute=2) as paced:
        assert [_raw(paced).status_code for _ in range(3)] == [200, 200, 429]
        assert float(_raw(paced).headers["retry-after"]) > 0
    server.switchboard.lay(Fault(FaultKind.RATE, retry_after=3))
    assert _raw(server).headers["retry-after"] == "3"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True
