"""How each behaviour of Ollama's emulator shows on the socket."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import ollama
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS
from emulator.tests.test_ollama import LONG, ROOT, SCHEMA, TOOL, WIRE, _raw, said


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated",), closed=True), (WIRE,)) as running:
        yield running


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)


def _shown(file: str) -> dict[str, Any]:
    image = base64.b64encode((ASSETS / file).read_bytes()).decode()
    return {"messages": [{"role": "user", "content": "What word?", "images": [image]}]}


def _content(answer: Any) -> Any:
    return answer["message"]["content"]


RESULT = [
    {"role": "assistant", "tool_calls": [{"function": {"name": "square_root", "arguments": {}}}]},
    {"role": "tool", "content": "3"},
]
FULL = "registry.ollama.ai/library/emulated:latest does not support"
# For each capability: what asks for it, what of the answer tells the behaviours apart, which of them there are, and a refusal's words.
CASES: dict[str, tuple[dict[str, Any], Callable[[Any], Any], tuple[Behaviour, ...], str]] = {
    "in.text": ({}, _content, ALL, '"emulated" does not support chat'),
    "out.text": ({}, _content, ALL, '"emulated" does not support chat'),
    "in.image": (_shown("image.png"), _content, ALL, "this model does not support image input"),
    "in.audio": (_shown("audio.wav"), _content, ALL, "this model does not support audio input"),
    "json": (
        {"messages": said("Is a banana a fruit? Use the key is_fruit."), "format": "json"},
        _content,
        ALL,
        f"{FULL} json",
    ),
    "schema": ({"format": SCHEMA}, _content, ALL, f"{FULL} schema"),
    "tools": (
        {"messages": said(ROOT), "tools": [TOOL]},
        lambda a: [call["function"] for call in a["message"].get("tool_calls", ())],
        ALL,
        f"{FULL} tools",
    ),
    "tools.result": ({"messages": [*said(ROOT), *RESULT]}, _content, (WORKS, IGNORES), ""),
    "seed": ({"options": {"seed": 7}}, _content, (WORKS, REJECTS), f"{FULL} seed"),
    "max_tokens": (
        {"messages": said(LONG), "options": {"num_predict": 9}},
        lambda a: (a["done_reason"], a["eval_count"]),
        ALL,
        f"{FULL} max_tokens",
    ),
    "stop": (
        {"messages": said("Count from 1 to 9."), "options": {"stop": ["5"]}},
        lambda a: (_content(a), a["done_reason"]),
        ALL,
        f"{FULL} stop",
    ),
    "logprobs": ({"logprobs": True, "top_logprobs": 1}, lambda a: a.get("logprobs"), ALL, f"{FULL} logprobs"),
    "thinking": (
        {"think": True},
        lambda a: a["message"].get("thinking"),
        (WORKS, REJECTS, IGNORES),
        '"emulated" does not support thinking',
    ),
    "usage": ({}, lambda a: (a.get("prompt_eval_count"), a.get("eval_count")), PASSIVE, ""),
    "finish": ({}, lambda a: a.get("done_reason"), PASSIVE, ""),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours, words = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = _raw(server, **body)
        # A call that cannot be read is not shown but told of.
        expected = 400 if behaviour == REJECTS else 500 if (capability, behaviour) == ("tools", MALFORMED) else 200
        assert answer.status_code == expected, answer.text
        assert behaviour != REJECTS or answer.json()["error"].startswith(words)
        seen[behaviour.act] = str(told(answer.json()) if expected == 200 else answer.json())
    assert len(set(seen.values())) == len(behaviours), seen


class Detour(httpx.HTTPTransport):
    """Brings what is meant for ollama.com to the emulator, since the SDK has that address built in."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        there = httpx.URL(self._server.url(WIRE) + request.url.path)
        return super().handle_request(
            httpx.Request(request.method, there, headers=request.headers, content=request.read())
        )


def _found(server: Server, key: str = "test-key") -> list[str]:
    with ollama.Client(headers={"authorization": f"Bearer {key}"}, transport=Detour(server)) as sdk:
        return [str(one.url) for one in sdk.web_search("What is new at the harbour?").results]


def test_the_sdk_searches_and_fetches_the_web(server: Server) -> None:
    first, _ = _found(server)
    with ollama.Client(headers={"authorization": "Bearer test-key"}, transport=Detour(server)) as sdk:
        assert "harbour" in str(sdk.web_fetch(first).content)
        with pytest.raises(ollama.ResponseError, match="failed to fetch"):
            sdk.web_fetch("https://example.com/nothing")
    with pytest.raises(ollama.ResponseError, match="unauthorized"):
        _found(server, "wrong")
    assert _raw(server, path="/api/web_search", query="news").status_code == 401
    server.switchboard.set("web_search", MALFORMED)
    assert _found(server) == ["not a url"]
    server.switchboard.set("web_search", IGNORES)
    assert _found(server) == []
    server.switchboard.set("web_search", REJECTS)
    with pytest.raises(ollama.ResponseError, match="web search is unavailable"):
        _found(server)


def test_limits_are_kept_but_no_header_tells_them(server: Server) -> None:
    with serve(Switchboard(models=("emulated",)), (WIRE,), per_minute=2) as paced:
        assert [_raw(paced).status_code for _ in range(3)] == [200, 200, 429]
    assert not [name for name in _raw(server).headers if "limit" in name or name == "retry-after"]
    server.switchboard.lay(Fault(FaultKind.RATE, retry_after=3))
    assert _raw(server).headers["retry-after"] == "3"
