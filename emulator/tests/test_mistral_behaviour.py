"""How Mistral's emulator refuses, and how each behaviour of it shows, on the socket."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import ResponseValidationError, SDKError

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Server, Switchboard, serve
from emulator.tests.mistral_samples import LONG, PAPER, PICTURE, ROOT, SCHEMA, SOUND, TOOL, beside, referring, says

WIRE = "mistral"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True), (WIRE,)) as running:
        yield running


def client(server: Server) -> Mistral:
    return Mistral(server_url=server.url(WIRE).removesuffix("/v1"), api_key="test-key", timeout_ms=10_000)


def _post(server: Server, path: str, body: Any) -> httpx.Response:
    return httpx.post(f"{server.url(WIRE)}{path}", json=body, headers={"authorization": "Bearer test-key"}, timeout=10)


CHAT: dict[str, Any] = {"model": "emulated", "messages": says("Hi")}
TALK: dict[str, Any] = {"model": "emulated", "inputs": "Hi"}


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/chat/completions", CHAT | {"seed": 7}, 422, ["body", "seed"]),
        ("/chat/completions", CHAT | {"stream_options": {}, "max_completion_tokens": 8}, 422, ["body", "max_completion_tokens"]),
        ("/chat/completions", {"model": "emulated"}, 422, ["body", "messages"]),
        ("/chat/completions", {"messages": []}, 422, ["body", "model"]),
        ("/chat/completions", CHAT | {"messages": [{"role": "user", "content": "a", "name": "b"}]}, 422, ["body", "messages", 0, "user", "name"]),
        ("/chat/completions", CHAT | {"messages": [{"role": "developer", "content": "a"}]}, 422, "Input tag 'developer'"),
        ("/chat/completions", CHAT | {"messages": says([{"type": "video_url"}])}, 422, "Input tag 'video_url'"),
        ("/chat/completions", CHAT | {"tools": [{"type": "web_search"}]}, 422, "Input tag 'web_search'"),
        ("/chat/completions", CHAT | {"max_tokens": -1}, 422, ["body", "max_tokens"]),
        ("/chat/completions", CHAT | {"temperature": 2}, 422, "less than or equal to 1.5"),
        ("/chat/completions", CHAT | {"response_format": {"type": "json"}}, 422, ["body", "response_format", "type"]),
        ("/chat/completions", CHAT | {"response_format": {"type": "json_schema"}}, 422, ["body", "response_format", "json_schema"]),
        ("/chat/completions", CHAT | {"messages": [*says("a"), {"role": "assistant", "content": "b"}]}, 400, "3230"),
        ("/chat/completions", CHAT | {"messages": [*says("a"), {"role": "assistant", "content": ""}, *says("c")]}, 400, "3240"),
        ("/chat/completions", CHAT | {"messages": says([{"type": "image_url", "image_url": "data:image/png;base64,!"}])}, 400, "3310"),
        ("/chat/completions", CHAT | {"messages": says([{"type": "document_url", "document_url": "nowhere"}])}, 400, "3310"),
        ("/chat/completions", [], 422, "valid dictionary"),
        ("/conversations", TALK | {"messages": []}, 422, ["body", "messages"]),
        ("/conversations", {"model": "emulated"}, 422, ["body", "inputs"]),
        ("/conversations", TALK | {"completion_args": {"seed": 1}}, 422, ["body", "completion_args", "seed"]),
        ("/conversations", TALK | {"tools": [{"type": "search"}]}, 422, "'web_search', 'web_search_premium'"),
        ("/conversations", TALK | {"tools": [{"type": "web_search"}, {"type": "web_search_premium"}]}, 422, "together"),
        ("/conversations", TALK | {"agent_id": "ag_1"}, 422, "agent_id"),
        ("/conversations", {"inputs": "a", "agent_id": "ag_1"}, 404, "3000"),
        ("/completions", CHAT, 404, "no Route matched"),
        ("/batch/jobs", {"endpoint": "/v1/nothing"}, 422, ["body", "endpoint"]),
    ],
)  # fmt: skip
def test_what_the_api_does_not_take_is_refused_in_its_form(
    server: Server, path: str, body: Any, status: int, told: Any
) -> None:
    answer = _post(server, path, body)
    assert answer.status_code == status, answer.text
    if isinstance(told, list):
        assert told in [one["loc"] for one in answer.json()["detail"]]
    else:
        assert told in answer.text
    assert (answer.json().get("object") == "Error") == (path == "/conversations")
    assert answer.headers["mistral-correlation-id"]


def test_a_stream_is_data_alone_and_a_conversation_names_its_events(server: Server) -> None:
    chat = _post(server, "/chat/completions", CHAT | {"stream": True}).text
    assert chat.endswith("data: [DONE]\n\n") and "event:" not in chat
    talk = _post(server, "/conversations", TALK | {"stream": True}).text.split("\n\n")
    assert talk[0].startswith('event: conversation.response.started\ndata: {"type":"conversation.response.started"')
    assert talk[-2].startswith("event: conversation.response.done") and talk[-1] == ""


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
CALLED = [{"id": "abcdefghi", "function": {"name": "square_root", "arguments": "{}"}}]


def _of(name: str) -> Callable[[httpx.Response], Any]:
    return lambda answer: answer.json()["choices"][0]["message"][name]


def _functions(answer: httpx.Response) -> Any:
    return [call["function"] for call in _of("tool_calls")(answer) or ()]


def _outputs(answer: httpx.Response) -> Any:
    return [(one["type"], one.get("content")) for one in answer.json()["outputs"]]


# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.text": ({}, _of("content"), ALL),
    "in.image": ({"messages": says(beside(PICTURE))}, _of("content"), ALL),
    "in.audio": ({"messages": says(beside(SOUND))}, _of("content"), ALL),
    "in.document": ({"messages": says(beside(PAPER))}, _of("content"), ALL),
    "json": ({"response_format": {"type": "json_object"}}, _of("content"), ALL),
    "schema": ({"response_format": SCHEMA}, _of("content"), ALL),
    "tools": ({"tools": [TOOL]}, _functions, ALL),
    "tools.forced": ({"tools": [TOOL], "tool_choice": "any"}, _functions, (WORKS, REJECTS, IGNORES, MALFORMED)),
    "tools.result": (
        {"messages": [*says("Hi"), {"role": "assistant", "content": "", "tool_calls": CALLED},
                      {"role": "tool", "tool_call_id": "abcdefghi", "content": "3"}]},
        _of("content"), (WORKS, IGNORES),
    ),
    "max_tokens": (
        {"messages": says(LONG), "max_tokens": 9},
        lambda r: (r.json()["choices"][0]["finish_reason"], r.json()["usage"]["completion_tokens"]), ALL,
    ),
    "stop": (
        {"messages": says("Count from 1 to 9."), "stop": "5"}, lambda r: (_of("content")(r), r.json()["choices"][0]["finish_reason"]), ALL,
    ),
    "logprobs": ({"logprobs": True, "top_logprobs": 1}, lambda r: r.json()["choices"][0].get("logprobs"), ALL),
    "cite": ({"messages": referring()}, _of("content"), ALL),
    "thinking": ({"reasoning_effort": "high"}, _of("content"), (WORKS, REJECTS, IGNORES)),
    "web_search": ({"inputs": "What is the news?", "tools": [{"type": "web_search"}]}, _outputs, ALL),
    "usage": ({}, lambda r: r.json().get("usage"), PASSIVE),
    "finish": ({}, lambda r: r.json()["choices"][0]["finish_reason"], PASSIVE),
    "limits": ({}, lambda r: r.headers.get("x-ratelimit-limit-req-minute"), PASSIVE),
}  # fmt: skip


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        sent = {"model": "emulated"} | ({} if "inputs" in body else {"messages": says(ROOT)}) | body
        answer = _post(server, "/conversations" if "inputs" in body else "/chat/completions", sent)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.text if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen


def test_the_seed_behaves(server: Server) -> None:
    word = {"messages": says("Write one random word, and nothing else."), "random_seed": 5}
    for behaviour, count in ((WORKS, 1), (IGNORES, 2)):
        server.switchboard.clear().set("seed", behaviour)
        assert min(2, len({_of("content")(_post(server, "/chat/completions", CHAT | word)) for _ in range(9)})) == count
    server.switchboard.clear().set("seed", REJECTS)
    assert "random_seed is not enabled for this model" in _post(server, "/chat/completions", CHAT | word).text


def _batched(server: Server) -> str:
    """What became of a batch: its state, the id of its row, or that the row is broken."""
    with client(server) as sdk:
        requests: Any = [{"custom_id": "a", "body": {"messages": says("Say hello.")}}]
        try:
            job = sdk.batch.jobs.create(requests=requests, model="emulated", endpoint="/v1/chat/completions")
        except SDKError:
            return "refused"
        for _ in range(3):
            job = sdk.batch.jobs.get(job_id=job.id)
        if job.status != "SUCCESS":
            return str(job.status)
        try:
            return str(json.loads(sdk.files.download(file_id=str(job.output_file)).read())["custom_id"])
        except ValueError:
            return "broken"


def _uploaded(server: Server) -> str:
    """What became of an upload: the bytes that came back, or what failed."""
    with client(server) as sdk:
        try:
            kept = sdk.files.upload(file={"file_name": "a.txt", "content": b"my bytes"}, purpose="ocr")
            return bytes(sdk.files.download(file_id=kept.id).read()).decode()
        except ResponseValidationError:
            return "no id"
        except SDKError as error:
            return "no files at all" if "no Route" in error.body else "no such file"


def test_batches_and_files_behave(server: Server) -> None:
    batches = [_batched(server) if server.switchboard.clear().set("batch", act) else "" for act in ALL]
    assert batches == ["a", "refused", "RUNNING", "broken", "another"]
    files = [_uploaded(server) if server.switchboard.clear().set("file", act) else "" for act in ALL]
    assert files == ["my bytes", "no files at all", "no such file", "no id", "other bytes"]
