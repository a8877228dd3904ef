"""How each behaviour of Cohere's emulator shows on the socket."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Server, Switchboard, serve
from emulator.tests.test_cohere import (
    DOCUMENTS,
    LONG,
    SCHEMA,
    THINKING,
    TOOL,
    WIRE,
    _picture,
    _post,
    _text,
    _told,
    says,
)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True, models=("emulated", "other")), (WIRE,)) as running:
        yield running


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
LESS = (WORKS, REJECTS, IGNORES)
JSON: Any = {
    "messages": says("Is a banana a fruit? Reply as JSON with is_fruit."),
    "response_format": {"type": "json_object"},
}
# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.text": ({}, _text, ALL),
    "in.image": ({"messages": says(_picture())}, _text, ALL),
    "json": (JSON, _text, ALL),
    "schema": (JSON | {"response_format": {"type": "json_object", "json_schema": SCHEMA}}, _text, ALL),
    "tools": ({"tools": [TOOL]}, _told("message", "tool_calls"), ALL),
    "tools.forced": ({"tools": [TOOL], "tool_choice": "REQUIRED"}, lambda r: "tool_calls" in r.json()["message"], LESS),
    "cite": (
        {"messages": says("How is the tower painted?"), "documents": DOCUMENTS},
        _told("message", "citations"),
        ALL,
    ),
    "stop": (
        {"messages": says("Count from 1 to 20."), "stop_sequences": ["9"]},
        lambda r: (_text(r), r.json()["finish_reason"]),
        ALL,
    ),
    "max_tokens": (
        {"messages": says(LONG), "max_tokens": 16},
        lambda r: (r.json()["finish_reason"], r.json()["usage"]["billed_units"]["output_tokens"]),
        ALL,
    ),
    "logprobs": ({"logprobs": True}, _told("logprobs"), ALL),
    "thinking": ({"thinking": THINKING}, lambda r: len(r.json()["message"]["content"]), LESS),
    "stream": ({"stream": True}, lambda r: r.headers["content-type"], LESS),
    "usage": ({}, _told("usage"), PASSIVE),
    "finish": ({}, _told("finish_reason"), PASSIVE),
    "limits": ({}, lambda r: r.headers.get("x-trial-endpoint-call-remaining"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = _post(server, body)
        assert answer.status_code == (400 if behaviour == REJECTS else 200), answer.text
        seen[behaviour.act] = str(answer.json()["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen
    if capability == "tools":
        assert seen["rejects"] == "invalid request: tool use is not supported by the provided model: emulated"
