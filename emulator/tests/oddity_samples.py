"""What the tests of oddities send, in the words of each wire."""

import json
from typing import Any

import httpx

from emulator import Server, Switchboard
from emulator.oddities import discover

TOOL: Any = {"name": "square_root", "description": "The square root of a number", "parameters": {
    "type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}}  # fmt: skip
CLIENT = httpx.Client(timeout=30)
JSON: Any = {"type": "json_object"}
SCHEMA: Any = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
ROOT = "What is the square root of 16?"


def odd_board() -> Switchboard:
    """Each oddity has a model of its name."""
    board = Switchboard()
    for case in discover():
        board.odd(case, model=f"emulated-{case}", measure=0.2 if case.startswith(("26", "proxy")) else None)
    return board


def post(server: Server, wire: str, case: str, *, stream: bool = False, **more: Any) -> httpx.Response:
    """A question in the words of the wire; what is given beside it stands in the body as it is."""
    model = f"emulated-{case}"
    words = more.pop("words", "Say hello. Use only one word.")
    body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": words}], "stream": stream}
    path, headers = "/chat/completions", {"authorization": "Bearer test-key"}
    match wire:
        case "anthropic":
            path, headers = "/v1/messages", {"x-api-key": "test-key", "anthropic-version": "2023-06-01"}
            body["max_tokens"] = 4096
        case "gemini":
            method = "streamGenerateContent?alt=sse" if stream else "generateContent"
            path, headers = f"/v1beta/models/{model}:{method}", {"x-goog-api-key": "test-key"}
            body = {"contents": [{"role": "user", "parts": [{"text": words}]}]}
        case "ollama":
            path = "/api/chat"
        case "mistral":
            path = "/v1/chat/completions"
        case "cohere":
            path = "/v2/chat"
        case "openai_responses":
            path = "/responses"
            body = {"model": model, "input": words, "stream": stream}
        case "cloudflare":
            path = f"/accounts/0123456789abcdef/ai/run/{model}"
            del body["model"]
    base = server.url(wire)
    path = path.removeprefix("/v1") if base.endswith("/v1") else path
    path = path.removeprefix("/v1beta") if base.endswith("/v1beta") else path
    return CLIENT.post(base + path, json=body | more, headers=headers)


def chat(server: Server, case: str, *, stream: bool = False, **more: Any) -> httpx.Response:
    return post(server, "openai_chat", case, stream=stream, **more)


def events(response: httpx.Response) -> list[Any]:
    lines = response.text.removeprefix("\ufeff").splitlines()
    return [
        json.loads(line[5:]) for line in lines if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]")
    ]


def image() -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": "https://assets.example/banana.png"}}


def calling(**more: Any) -> dict[str, Any]:
    return {"tools": [{"type": "function", "function": TOOL}], "words": ROOT, **more}
