"""Answers of Anthropic's wires, and of those who host its models."""

import json
from typing import Any

from tests.support.corpus_chat import chats
from tests.support.corpus_parts import LONG, YES, Bodies, sse


def messages() -> Bodies:
    def message(*content: Any, stop: str = "end_turn", spent: int = 5) -> dict[str, Any]:
        usage = {"input_tokens": 9, "output_tokens": spent}
        return {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": list(content),
            "stop_reason": stop,
            "usage": usage,
        }

    def dumps(*content: Any, **more: Any) -> bytes:
        return json.dumps(message(*content, **more)).encode()

    def say(text: str) -> dict[str, Any]:
        return {"type": "text", "text": text}

    cited = {**say("ostrumel"), "citations": [{"type": "char_location", "cited_text": "ostrumel", "document_index": 0, "start_char_index": 0, "end_char_index": 8}]}  # fmt: skip
    events = [
        {"type": "message_start", "message": message()},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": say("")},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Canada "}},
        {"type": "content_block_stop", "index": 1},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "stop_sequence", "stop_sequence": "is"},
            "usage": {"output_tokens": 5},
        },
        {"type": "message_stop"},
    ]
    return {
        "schema": dumps(say(YES)), "tools": dumps({"type": "tool_use", "id": "t", "name": "square_root", "input": {"number": 132413}}, stop="tool_use"),
        "max": dumps(say("Space"), stop="max_tokens", spent=16), "stop": dumps(say("Canada "), stop="stop_sequence"), "image": dumps(say("banana")),
        "cite": dumps(cited), "cite:bad": dumps(say("ostrumel")), "tools:bad": dumps(say("363")),
        "stop:stream": sse(events, named="type", done=False),
    }  # fmt: skip


def completions() -> Bodies:
    """Text completions, which came before the messages."""

    def body(text: str, why: str | None = "stop_sequence", stop: str | None = "\n\nHuman:") -> dict[str, Any]:
        return {
            "type": "completion",
            "id": "c",
            "completion": text,
            "stop_reason": why,
            "model": "m",
            "stop": stop,
            "log_id": "c",
        }

    def dumps(*said: Any) -> bytes:
        return json.dumps(body(*said)).encode()

    def events(first: dict[str, Any], *others: dict[str, Any]) -> bytes:
        return sse([first, {"type": "ping"}, *others], named="type", done=False)

    return {
        "max": dumps(" Space", "max_tokens", None), "stop": dumps(" Canada ", "stop_sequence", "is"), "max:bad": dumps(LONG),
        "stop:stream": events(body(" Can", None, None), body("ada ", None, None), body("", "stop_sequence", "is")),
        "max:stream": events(body(" Space", None, None), body("", "max_tokens", None)), "max:bad:stream": events(body(LONG, None, None), body("")),
    }  # fmt: skip


def raw_predictions() -> Bodies:
    """Vertex AI: each maker's own body."""
    other = "mistralai/mistral-medium-3"
    return {
        **messages(),
        **{f"{kind}@{other}": body for kind, body in chats().items() if kind.split(":")[0] in ("schema", "tools", "max", "stop", "image")},
    }  # fmt: skip
