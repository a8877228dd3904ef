"""One question and answer of each kind for each wire, hand-made from the public documentation, for the fuzzers to spoil.

Each case names the cell that it bears on; `good` tells whether the answer, left whole, supports it. The bad ones are such that
no damage can make them good: a text that runs past a stop sequence, say, is not among them, since a shorter one would be right.
"""

import base64
import json
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from providers.base import wires
from providers.chat import Ask, Document, Media, Tool

TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {
    "type": "object",
    "properties": {"is_fruit": {"type": "boolean"}},
    "required": ["is_fruit"],
    "additionalProperties": False,
}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
PICTURE = Media("image", "image/png", b"\x89PNG\r\n\x1a\n", word="banana")
YES = '{"is_fruit": true}'


class Case(Struct, frozen=True):
    """A question, and the bodies that answer its requests in turn."""

    wire: str
    cell: str
    ask: Ask
    bodies: tuple[bytes, ...]
    good: bool = True
    content_type: str = "application/json"

    @property
    def name(self) -> str:
        return f"{self.wire}:{self.ask.name}{'' if self.good else ':bad'}{':stream' if self.ask.stream else ''}"


def sse(values: Iterable[Any], *, named: bool = False, done: bool = True) -> bytes:
    """Server-sent events."""
    lines = []
    for value in values:
        head = f"event: {value.get('type')}\n" if named else ""
        lines.append(f"{head}data: {json.dumps(value)}\n\n")
    return ("".join(lines) + ("data: [DONE]\n\n" if done else "")).encode()


def asks(*, stream: bool = False) -> dict[str, tuple[str, Ask]]:
    """Questions by kind, with the cell that each bears on."""
    return {
        "json": ("json", Ask.text("Is a banana a fruit?", name="json", json=True, stream=stream)),
        "schema": ("schema", Ask.text("Is a banana a fruit?", name="jsonschema", schema=SCHEMA, stream=stream)),
        "tools": (
            "tools.forced",
            Ask.text("Root?", name="tools-squareroot-1", tools=(TOOL,), tool_choice="required", stream=stream),
        ),
        "max": ("max_tokens", Ask.text("Relativity?", name="maxtokens", max_tokens=16, stream=stream)),
        "stop": ("stop", Ask.text("Canada?", name="stop", stop=("is",), stream=stream)),
        "logprobs": ("logprobs", Ask.text("Hello?", name="toplogprobs", top_logprobs=2, stream=stream)),
        "image": ("in.image", Ask.text("What?", PICTURE, name="multimodal-image-png-inline", stream=stream)),
        "search": (
            "web_search",
            Ask.text("Who?", name="tools-websearch", web_search=True, stream=stream, expects=frozenset({"web_search"})),
        ),
        "cite": (
            "cite",
            Ask.text(
                "Coin?", Document("The coin is the ostrumel.", "D", "text/plain"), name="citations", stream=stream
            ),
        ),
        "draw": ("out.image", Ask.text("Draw", name="doc-image", outputs=("image",))),
    }


def chat(text: str | None, finish: str = "stop", spent: int = 5, **more: Any) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": text, **{k: v for k, v in more.items() if k == "tool_calls"}}
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": finish,
        **{k: v for k, v in more.items() if k == "logprobs"},
    }
    usage = {"prompt_tokens": 9, "completion_tokens": spent, "total_tokens": 9 + spent}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


CALLED = [{"id": "c", "type": "function", "function": {"name": "square_root", "arguments": '{"number": 132413}'}}]
LOGPROBS = {
    "content": [
        {
            "token": "Hi",
            "logprob": -0.1,
            "bytes": [72],
            "top_logprobs": [{"token": "Hi", "logprob": -0.1, "bytes": [72]}],
        }
    ]
}


def chunks(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    """A streamed chat completion."""
    told = [
        {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas
    ]
    last = {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
    return sse([*told, last, {"id": "1", "choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5}}])


def _chat() -> dict[str, bytes | list[bytes]]:
    def dumps(*said: Any, **more: Any) -> bytes:
        return json.dumps(chat(*said, **more)).encode()

    return {
        "json": dumps(YES), "schema": dumps(YES), "tools": dumps(None, "tool_calls", tool_calls=CALLED), "max": dumps("Space is", "length", 16),
        "stop": dumps("Canada "), "logprobs": dumps("Hi", logprobs=LOGPROBS), "image": dumps("A banana."),
        "json:bad": dumps("No."), "schema:bad": dumps('{"is_fruit": "yes"}'), "tools:bad": dumps("363.89"),
        "max:bad": dumps("word " * 300, "stop", 300), "image:bad": dumps("An apple."),
        "json:stream": chunks({"role": "assistant", "content": '{"is_'}, {"content": 'fruit": true}'}),
        "tools:stream": chunks({"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "square_root", "arguments": ""}}]},
                               {"tool_calls": [{"index": 0, "function": {"arguments": '{"number": 132413}'}}]}, finish="tool_calls"),
    }  # fmt: skip


def _gemini_body(*parts: Any, finish: str = "STOP", spent: int = 5, **more: Any) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, "index": 0, **more}
    return {
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": spent},
        "modelVersion": "m",
    }


def _gemini() -> dict[str, bytes | list[bytes]]:
    def dumps(*parts: Any, **more: Any) -> bytes:
        return json.dumps(_gemini_body(*parts, **more)).encode()

    call = {"functionCall": {"name": "square_root", "args": {"number": 132413}}}
    probabilities = {"chosenCandidates": [{"token": "Hi", "logProbability": -0.1}], "topCandidates": [{"candidates": [{"token": "Hi", "logProbability": -0.1}]}]}  # fmt: skip
    found = {"groundingChunks": [{"web": {"uri": "https://example.com", "title": "e"}}], "webSearchQueries": ["who"]}
    return {
        "json": dumps({"text": YES}), "schema": dumps({"text": YES}), "tools": dumps(call), "max": dumps({"text": "Sp"}, finish="MAX_TOKENS", spent=16),
        "stop": dumps({"text": "Canada "}), "logprobs": dumps({"text": "Hi"}, logprobsResult=probabilities), "image": dumps({"text": "banana"}),
        "search": dumps({"text": "X"}, groundingMetadata=found), "draw": dumps({"inlineData": {"mimeType": "image/png", "data": PNG}}),
        "json:bad": dumps({"text": "No"}), "tools:bad": dumps({"text": "363"}), "search:bad": dumps({"text": "X"}), "draw:bad": dumps({"text": "no"}),
        "json:stream": sse([_gemini_body({"text": "think", "thought": True}), _gemini_body({"text": YES})], done=False),
    }  # fmt: skip


def _anthropic() -> dict[str, bytes | list[bytes]]:
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
        "stop:stream": sse(events, named=True, done=False),
    }  # fmt: skip


def _responses() -> dict[str, bytes | list[bytes]]:
    def dumps(*output: Any, status: str = "completed", spent: int = 5, why: str | None = None) -> bytes:
        usage = {"input_tokens": 9, "output_tokens": spent}
        details = {"reason": why} if why else None
        body = {
            "id": "r",
            "object": "response",
            "status": status,
            "incomplete_details": details,
            "output": list(output),
            "usage": usage,
            "model": "m",
        }
        return json.dumps(body).encode()

    def say(text: str, *notes: Any) -> dict[str, Any]:
        return {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text, "annotations": list(notes)}],
        }

    call = {
        "id": "f",
        "type": "function_call",
        "call_id": "c",
        "name": "square_root",
        "arguments": '{"number": 132413}',
    }
    page = {"type": "url_citation", "url": "https://example.com", "title": "e", "start_index": 0, "end_index": 1}
    whole = json.loads(dumps(say(YES)))
    return {
        "json": dumps(say(YES)), "schema": dumps(say(YES)), "tools": dumps(call), "image": dumps(say("banana")),
        "max": dumps(say("Space"), status="incomplete", why="max_output_tokens", spent=16), "search": dumps(say("X", page)),
        "json:bad": dumps(say("No")), "tools:bad": dumps(say("363")), "search:bad": dumps(say("X")),
        "json:stream": sse([
            {"type": "response.created", "response": {**whole, "output": [], "status": "in_progress"}},
            {"type": "response.output_item.added", "output_index": 0, "item": {"id": "m", "type": "message", "role": "assistant", "content": []}},
            {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": YES},
            {"type": "response.completed", "response": whole},
        ], named=True, done=False),
    }  # fmt: skip


def _cohere() -> dict[str, bytes | list[bytes]]:
    def dumps(text: str, finish: str = "COMPLETE", spent: int = 5, **more: Any) -> bytes:
        message = {"role": "assistant", "content": [{"type": "text", "text": text}], **more}
        usage = {
            "billed_units": {"input_tokens": 9, "output_tokens": spent},
            "tokens": {"input_tokens": 9, "output_tokens": spent},
        }
        return json.dumps({"id": "1", "finish_reason": finish, "message": message, "usage": usage}).encode()

    cited = [
        {
            "start": 0,
            "end": 8,
            "text": "ostrumel",
            "sources": [{"type": "document", "id": "0", "document": {"id": "0"}}],
        }
    ]
    events = [
        {"type": "message-start", "id": "1", "delta": {"message": {"role": "assistant", "content": []}}},
        {"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}},
        {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": YES}}}},
        {"type": "content-end", "index": 0},
        {
            "type": "message-end",
            "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 9, "output_tokens": 5}}},
        },
    ]
    return {
        "json": dumps(YES), "schema": dumps(YES), "tools": dumps("", "TOOL_CALL", tool_calls=CALLED), "max": dumps("Space", "MAX_TOKENS", 16),
        "stop": dumps("Canada ", "STOP_SEQUENCE"), "cite": dumps("ostrumel", citations=cited), "cite:bad": dumps("ostrumel"), "json:bad": dumps("No"),
        "json:stream": sse(events, named=True, done=False),
    }  # fmt: skip


def _ollama() -> dict[str, bytes | list[bytes]]:
    def line(text: str, *, done: bool = True, why: str = "stop", spent: int = 5, **more: Any) -> bytes:
        told = {"done_reason": why, "prompt_eval_count": 9, "eval_count": spent} if done else {}
        return json.dumps(
            {
                "model": "m",
                "created_at": "t",
                "message": {"role": "assistant", "content": text, **more},
                "done": done,
                **told,
            }
        ).encode()

    return {
        "json": line(YES), "schema": line(YES), "max": line("Space", why="length", spent=16), "stop": line("Canada "), "image": line("banana"),
        "json:bad": line("No"), "image:bad": line("An apple"),
        "json:stream": line('{"is_', done=False, thinking="hm") + b"\n" + line('fruit": true}', done=False) + b"\n" + line("") + b"\n",
        "stop:stream": line("Canada ", done=False) + b"\n" + line("") + b"\n",
    }  # fmt: skip


def _cloudflare() -> dict[str, bytes | list[bytes]]:
    def dumps(text: Any, spent: int = 5, **more: Any) -> bytes:
        result = {"response": text, "usage": {"prompt_tokens": 9, "completion_tokens": spent}, **more}
        return json.dumps({"result": result, "success": True, "errors": [], "messages": []}).encode()

    return {
        "json": dumps({"is_fruit": True}), "schema": dumps({"is_fruit": True}), "max": dumps("Space", 16), "max:bad": dumps("word " * 300, 300),
        "json:stream": sse([{"response": '{"is_'}, {"response": 'fruit": true}'}, {"response": "", "usage": {"prompt_tokens": 9, "completion_tokens": 5}}]),
    }  # fmt: skip


def _mistral() -> dict[str, bytes | list[bytes]]:
    said = [
        {"type": "text", "text": "X"},
        {"type": "tool_reference", "tool": "web_search", "title": "e", "url": "https://example.com"},
    ]
    searched = {"object": "conversation.response", "conversation_id": "c", "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
                "outputs": [{"type": "tool.execution", "name": "web_search", "arguments": "{}"}, {"type": "message.output", "role": "assistant", "content": said}]}  # fmt: skip
    return {**_chat(), "search": json.dumps(searched).encode()}


_DRAWN = {
    "openai_images": {"draw": json.dumps({"created": 1, "data": [{"b64_json": PNG}]}).encode(), "draw:bad": b'{"created": 1, "data": []}'},
    "imagen": {"draw": json.dumps({"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": PNG}]}).encode(), "draw:bad": b"{}"},
    "prompt_image": {"draw": base64.b64decode(PNG)},
    "bfl": {"draw": [
        b'{"id": "1", "polling_url": "https://api.test/v1/get_result?id=1"}', b'{"id": "1", "status": "Pending"}',
        b'{"id": "1", "status": "Ready", "result": {"sample": "https://cdn.test/x.jpeg"}}',
    ]},
}  # fmt: skip
_BODIES: dict[str, Any] = {
    "openai_chat": _chat(), "gemini": _gemini(), "anthropic": _anthropic(), "openai_responses": _responses(), "cohere": _cohere(), "ollama": _ollama(),
    "cloudflare": _cloudflare(), "mistral": _mistral(), **_DRAWN,
}  # fmt: skip


def cases() -> list[Case]:
    """All of them; every wire has some."""
    found = []
    for wire, bodies in _BODIES.items():
        for key, body in bodies.items():
            kind, _, how = key.partition(":")
            cell, ask = asks(stream=how == "stream")[kind]
            content = (
                "text/event-stream"
                if how == "stream" and wire != "ollama"
                else "image/png"
                if wire == "prompt_image"
                else "application/json"
            )
            found.append(
                Case(wire, cell, ask, tuple(body) if isinstance(body, list) else (body,), how != "bad", content)
            )
    assert {case.wire for case in found} == set(wires())
    return found
