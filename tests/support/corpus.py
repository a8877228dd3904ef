"""One question and answer of each kind for each wire, hand-made from the public documentation, for the fuzzers to spoil.

Each case names the cell that it bears on; `good` tells whether the answer, left whole, supports it. The bad ones are such that
no damage can make them good: a text that runs past a stop sequence, say, is not among them, since a shorter one would be right.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct, structs

from probes.row import EVERY
from providers.base import PLAIN, Quirks, wires
from providers.chat import Ask, Document, Media, Tool
from tests.support.corpus_amazon import converse, framed, invoke, invoked
from tests.support.corpus_anthropic import completions, messages, raw_predictions
from tests.support.corpus_chat import chats, generations, mistral, prompts, writer
from tests.support.corpus_cohere import cohere, first_cohere
from tests.support.corpus_google import gemini, interactions
from tests.support.corpus_parts import LONG, PNG, YES, Bodies, sse

TOOL = Tool(
    "square_root", "Roots", {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
)
SCHEMA = {
    "type": "object",
    "properties": {"is_fruit": {"type": "boolean"}},
    "required": ["is_fruit"],
    "additionalProperties": False,
}
PICTURE = Media("image", "image/png", b"\x89PNG\r\n\x1a\n", word="banana")


class Case(Struct, frozen=True):
    """A question to a model, and the bodies that answer its requests in turn. `sealed` makes what is sent of a body."""

    wire: str
    cell: str
    ask: Ask
    bodies: tuple[bytes, ...]
    good: bool = True
    content_type: str = "application/json"
    model: str = "m"
    quirks: Quirks = PLAIN
    sealed: Callable[[bytes], bytes] = bytes

    @property
    def name(self) -> str:
        how = f"{'' if self.good else ':bad'}{':stream' if self.ask.stream else ''}"
        return f"{self.wire}:{self.ask.name}{how}{'' if self.model == 'm' else f'@{self.model}'}"


def asks(*, stream: bool = False) -> dict[str, tuple[str, Ask]]:
    """Questions by kind, with the cell that each bears on."""
    return {
        "json": ("json", Ask.text("Is a banana a fruit?", name="json", json=True, stream=stream)),
        "schema": ("schema", Ask.text("Is a banana a fruit?", name="jsonschema", schema=SCHEMA, stream=stream)),
        "tools": (
            "tools.forced",
            Ask.text("Root?", name="tools-squareroot-1", tools=(TOOL,), tool_choice="required", stream=stream),
        ),
        "calls": (
            "tools",
            Ask.text("Root of 132413?", name="tools", tools=(TOOL,), stream=stream, expects=frozenset({"tools"})),
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


def _responses() -> Bodies:
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
        ], named="type", done=False),
    }  # fmt: skip


def _ollama(*, generate: bool = False) -> Bodies:
    def line(text: str, *, done: bool = True, why: str = "stop", spent: int = 5, **more: Any) -> bytes:
        told = {"done_reason": why, "prompt_eval_count": 9, "eval_count": spent} if done else {}
        said = {"response": text, **more} if generate else {"message": {"role": "assistant", "content": text, **more}}
        return json.dumps({"model": "m", "created_at": "t", **said, "done": done, **told}).encode()

    return {
        "json": line(YES), "schema": line(YES), "max": line("Space", why="length", spent=16), "stop": line("Canada "), "image": line("banana"),
        "json:bad": line("No"), "image:bad": line("An apple"),
        "json:stream": line('{"is_', done=False, thinking="hm") + b"\n" + line('fruit": true}', done=False) + b"\n" + line("") + b"\n",
        "stop:stream": line("Canada ", done=False) + b"\n" + line("") + b"\n",
    }  # fmt: skip


def _cloudflare() -> Bodies:
    def dumps(text: Any, spent: int = 5, **more: Any) -> bytes:
        result = {"response": text, "usage": {"prompt_tokens": 9, "completion_tokens": spent}, **more}
        return json.dumps({"result": result, "success": True, "errors": [], "messages": []}).encode()

    return {
        "json": dumps({"is_fruit": True}), "schema": dumps({"is_fruit": True}), "max": dumps("Space", 16), "max:bad": dumps(LONG, 300),
        "json:stream": sse([{"response": '{"is_'}, {"response": 'fruit": true}'}, {"response": "", "usage": {"prompt_tokens": 9, "completion_tokens": 5}}]),
    }  # fmt: skip


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
    "openai_chat": chats(), "gemini": gemini(), "anthropic": messages(), "openai_responses": _responses(), "cohere": cohere(), "ollama": _ollama(),
    "cloudflare": _cloudflare(), "mistral": mistral(), **_DRAWN,
    "gemini_interactions": interactions(), "anthropic_complete": completions(), "vertex_raw": raw_predictions(), "cohere_v1": first_cohere(),
    "ollama_generate": _ollama(generate=True), "openai_completions": prompts(), "watsonx": {**chats(), **generations()}, "writer_chat": writer(),
    "bedrock_converse": converse(), "bedrock_invoke": invoke(),
}  # fmt: skip
_SEALS: dict[str, Callable[[bytes], bytes]] = {"bedrock_converse": framed, "bedrock_invoke": invoked}
_QUIRKS = {"watsonx": Quirks(options={"body": {"project_id": "p"}})}  # without a project, nothing is asked of it
_STREAMS = {
    "ollama": "application/x-ndjson", "ollama_generate": "application/x-ndjson",
    "bedrock_converse": "application/vnd.amazon.eventstream", "bedrock_invoke": "application/vnd.amazon.eventstream",
}  # fmt: skip


def cases() -> list[Case]:
    """All of them; every wire has some. The key of a body is the kind of its question, then `:bad` and `:stream` where it
    is so, and `@MODEL` where the form is that of a model.
    """
    found = []
    for wire, bodies in _BODIES.items():
        for key, body in bodies.items():
            told, _, model = key.partition("@")
            kind, *hows = told.split(":")
            cell, asked = asks(stream="stream" in hows)[kind]
            ask = structs.replace(asked, expects=asked.expects | EVERY)  # the questions are our own
            assert ask.features <= wires()[wire].fields(PLAIN), f"{wire} has no field for {kind}"
            content = "image/png" if wire == "prompt_image" else "application/json"
            found.append(
                Case(
                    wire, cell, ask, tuple(body) if isinstance(body, list) else (body,), "bad" not in hows,
                    _STREAMS.get(wire, "text/event-stream") if ask.stream else content, model or "m",
                    _QUIRKS.get(wire, PLAIN), _SEALS.get(wire, bytes) if ask.stream else bytes,
                )
            )  # fmt: skip
    assert {case.wire for case in found} == set(wires())
    assert len({case.name for case in found}) == len(found)
    return found
