"""The finer points of calls and of streams: what each behaviour of them makes of a chat completion."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Server, Switchboard, serve
from emulator.switchboard import FINER

WIRE = "openai_chat"


def _tool(name: str, /, **properties: Any) -> Any:
    parameters = {"type": "object", "properties": properties}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


ROOT = _tool("square_root", number={"type": "number"})
CLOCK = _tool("current_time")
PERSON = _tool(
    "store_person",
    name={"type": "string"},
    address={"type": "object", "properties": {"zip": {"type": "string"}}},
    tags={"type": "array", "items": {"type": "string"}},
)
ONE = "Calculate the square root of 132413 with the tool square_root."
TWO = "Calculate the square roots of 132413 and of 98765 with the tool square_root."
STORE = "Store a person: the name is Zoë, the zip code is 100-0001, and the tags are, in this order, naïve and 日本."
SCHEMA = {"name": "r", "schema": {"type": "object", "properties": {"root": {"type": "number"}}}}
FED_BACK = [
    {"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]},
    {"role": "tool", "tool_call_id": "a", "content": "363.89"},
]
USED: Any = {
    "tools": [ROOT], "messages": [{"role": "user", "content": ONE}, *FED_BACK],
    "response_format": {"type": "json_schema", "json_schema": SCHEMA},
}  # fmt: skip
NAMED = {"type": "function", "function": {"name": "square_root"}}
STREAMED: Any = {"tools": [ROOT], "stream": True, "stream_options": {"include_usage": True}}

# What is asked, and what each behaviour makes of it.
CASES: dict[str, tuple[str, dict[str, Any], dict[Behaviour, str]]] = {
    "tools.none": (
        ONE, {"tools": [ROOT], "tool_choice": "none"},
        {WORKS: "text", REJECTS: "tool_choice", IGNORES: 'square_root {"number": 132413}'},
    ),
    "tools.named": (
        "Say hello.", {"tools": [CLOCK, ROOT], "tool_choice": NAMED},
        {WORKS: 'square_root {"number": 1}', REJECTS: "tool_choice", IGNORES: "text", WRONG: "current_time {}"},
    ),
    "tools.parallel": (
        TWO, {"tools": [ROOT]},
        {WORKS: 'square_root {"number": 132413}; square_root {"number": 98765}', IGNORES: 'square_root {"number": 132413}'},
    ),
    "tools.serial": (
        TWO, {"tools": [ROOT], "parallel_tool_calls": False},
        {WORKS: 'square_root {"number": 132413}', REJECTS: "parallel_tool_calls",
         IGNORES: 'square_root {"number": 132413}; square_root {"number": 98765}'},
    ),
    "tools.empty": (
        "What time is it? Use the tool current_time.", {"tools": [CLOCK]},
        {WORKS: "current_time {}", REJECTS: "tools", IGNORES: "text", MALFORMED: "current_time {, oops",
         WRONG: 'current_time {"unasked": "value"}'},
    ),
    "tools.nested": (
        STORE, {"tools": [PERSON]},
        {WORKS: 'store_person {"name": "Zoë", "address": {"zip": "100-0001"}, "tags": ["naïve", "日本"]}', REJECTS: "tools", IGNORES: "text",
         WRONG: 'store_person {"name": "Zo?", "address": {"zip": "100-0001"}, "tags": ["na?ve", "??"]}'},
    ),
    "tools.schema": (
        "", USED,
        {WORKS: '{"root": 363.89}', REJECTS: "tools", IGNORES: "The result is 363.89.", MALFORMED: '{"root": 3', WRONG: '{"unasked": "value"}'},
    ),
}  # fmt: skip
# What of a stream tells the behaviours apart.
STREAMS: dict[str, tuple[str, dict[Behaviour, Any]]] = {
    "stream.ends": ("done", {WORKS: True, IGNORES: False}),
    "stream.finish": ("finish", {WORKS: "tool_calls", IGNORES: None}),
    "stream.role": ("role", {WORKS: "assistant", IGNORES: None}),
    "stream.usage": ("counted", {WORKS: True, IGNORES: False}),
    "stream.calls": ("call", {WORKS: (0, '{"number": 132413}'), IGNORES: (None, '{"number": 132413}'), MALFORMED: (0, '{"number": 132413, oops')}),
    "stream.agrees": ("agrees", {WORKS: True, WRONG: False}),
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated",), closed=True), (WIRE,)) as running:
        yield running


def _post(server: Server, said: str, **more: Any) -> httpx.Response:
    body = {"model": "emulated", "messages": [{"role": "user", "content": said}], **more}
    return httpx.post(f"{server.url(WIRE)}/chat/completions", json=body, headers={"authorization": "Bearer test-key"})


def _told(answer: httpx.Response) -> str:
    """The calls, the JSON or result, else that it is a text; of a refusal the field that it names."""
    if answer.status_code >= 400:
        return str(answer.json()["error"]["param"])
    message = answer.json()["choices"][0]["message"]
    if calls := message.get("tool_calls"):
        return "; ".join(f"{call['function']['name']} {_plain(call['function']['arguments'])}" for call in calls)
    return str(message["content"]) if "{" in message["content"] or "363.89" in message["content"] else "text"


def _plain(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments), ensure_ascii=False)
    except ValueError:
        return arguments


def test_all_of_them_are_tried() -> None:
    assert {*CASES, *STREAMS} == set(FINER)


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_of_calls(server: Server, capability: str) -> None:
    said, body, expected = CASES[capability]
    told = {}
    for behaviour in expected:
        server.switchboard.clear().set(capability, behaviour)
        told[behaviour] = _told(_post(server, said, **body))
    assert told == expected


def _streamed(server: Server) -> dict[str, Any]:
    """What a stream tells of one call."""
    lines = [line.removeprefix("data: ") for line in _post(server, ONE, **STREAMED).text.splitlines() if line]
    chunks = [json.loads(line) for line in lines if line != "[DONE]"]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    pieces = [call for delta in deltas for call in delta.get("tool_calls", ())]
    used = next((chunk["usage"] for chunk in chunks if chunk.get("usage")), None)
    plain = _post(server, ONE, tools=[ROOT]).json()["usage"]
    return {
        "done": "[DONE]" in lines,
        "finish": next((chunk["choices"][0]["finish_reason"] for chunk in reversed(chunks) if chunk["choices"]), None),
        "role": next((delta["role"] for delta in deltas if "role" in delta), None),
        "counted": used is not None,
        "call": (pieces[0].get("index"), "".join(call["function"]["arguments"] for call in pieces)),
        "agrees": used is not None and used["prompt_tokens"] == plain["prompt_tokens"],
    }


@pytest.mark.parametrize("capability", STREAMS)
def test_each_behaviour_of_streams(server: Server, capability: str) -> None:
    what, expected = STREAMS[capability]
    told = {}
    for behaviour in expected:
        server.switchboard.clear().set(capability, behaviour)
        told[behaviour] = _streamed(server)[what]
    assert told == expected


def test_beside_a_schema_the_first_turn_is_a_call(server: Server) -> None:
    asked = {**USED, "messages": [{"role": "user", "content": ONE}]}
    assert _told(_post(server, "", **asked)) == 'square_root {"number": 132413}'
