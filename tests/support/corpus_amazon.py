"""Answers of Amazon Bedrock. A stream is written here as events that name themselves, for the fuzzers to spoil what is
said; frames are made of it afterwards.
"""

import base64
import json
from typing import Any

from tests.support.corpus_anthropic import completions, messages
from tests.support.corpus_chat import chats
from tests.support.corpus_cohere import first_cohere
from tests.support.corpus_parts import LONG, YES, Bodies, sse
from tests.support.frames import frame, header


def converse() -> Bodies:
    """Converse."""

    def body(*content: Any, stop: str = "end_turn", spent: int = 5) -> dict[str, Any]:
        said = {"message": {"role": "assistant", "content": list(content)}}
        usage = {"inputTokens": 9, "outputTokens": spent, "totalTokens": 9 + spent}
        return {"output": said, "stopReason": stop, "usage": usage, "metrics": {"latencyMs": 1}}

    def dumps(*content: Any, **more: Any) -> bytes:
        return json.dumps(body(*content, **more)).encode()

    place = {"documentChar": {"documentIndex": 0, "start": 0, "end": 8}}
    cited = {"title": "D 1", "sourceContent": [{"text": "ostrumel"}], "location": place}
    web = {"location": {"web": {"url": "https://example.com", "domain": "example.com"}}}
    thought = {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}
    call = {"toolUse": {"toolUseId": "t", "name": "square_root", "input": {"number": 132413}}}
    searched = {
        "toolUse": {"toolUseId": "t", "name": "nova_grounding", "type": "server_tool_use", "input": {"query": "who"}}
    }

    def cites(text: str, *citations: Any) -> dict[str, Any]:
        return {"citationsContent": {"content": [{"text": text}], "citations": list(citations)}}

    return {
        "schema": dumps(thought, {"text": YES}), "tools": dumps(call, stop="tool_use"), "calls": dumps({"text": "Well."}, call, stop="tool_use"),
        "max": dumps({"text": "Space"}, stop="max_tokens", spent=16), "stop": dumps({"text": "Canada "}, stop="stop_sequence"), "image": dumps({"text": "banana"}),
        "cite": dumps(cites("ostrumel", cited)), "search": dumps(searched, cites("X", web)),
        "schema:bad": dumps({"text": '{"is_fruit": "yes"}'}), "tools:bad": dumps({"text": "363"}), "max:bad": dumps({"text": LONG}, spent=300),
        "image:bad": dumps({"text": "An apple"}), "cite:bad": dumps({"text": "ostrumel"}), "search:bad": dumps({"text": "X"}),
        "schema:stream": _told(_deltas({"reasoningContent": {"text": "hm"}}, {"reasoningContent": {"signature": "s"}}), _deltas({"text": '{"is_'}, {"text": 'fruit": true}'}, at=1)),
        "tools:stream": _told(_called(), stop="tool_use"), "stop:stream": _told(_deltas({"text": "Canada "}), stop="stop_sequence"),
        "cite:stream": _told(_deltas({"text": "ostrumel"}, {"citation": cited})),
        "tools:bad:stream": _told(_deltas({"text": "363"})), "cite:bad:stream": _told(_deltas({"text": "ostrumel"})),
        "schema:bad:stream": _told(_deltas({"text": '{"is_'}))[: -len(_ended())] + _named("modelStreamErrorException", {"message": "Broke."}),
    }  # fmt: skip


def _named(name: str, value: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n".encode()


def _deltas(*deltas: dict[str, Any], at: int = 0) -> bytes:
    told = [_named("contentBlockDelta", {"contentBlockIndex": at, "delta": delta, "p": "abc"}) for delta in deltas]
    return b"".join(told) + _named("contentBlockStop", {"contentBlockIndex": at})


def _called() -> bytes:
    begun = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "square_root"}}}
    return _named("contentBlockStart", begun) + _deltas(
        {"toolUse": {"input": '{"number"'}}, {"toolUse": {"input": ": 132413}"}}
    )


def _ended(stop: str = "end_turn") -> bytes:
    usage = {"inputTokens": 9, "outputTokens": 5, "totalTokens": 14}
    return _named("messageStop", {"stopReason": stop}) + _named(
        "metadata", {"usage": usage, "metrics": {"latencyMs": 1}}
    )


def _told(*blocks: bytes, stop: str = "end_turn") -> bytes:
    return _named("messageStart", {"role": "assistant"}) + b"".join(blocks) + _ended(stop)


def invoke() -> Bodies:
    """Invoked models: each maker's own body. What a stream counts stands in its last piece."""

    def dumps(value: Any) -> bytes:
        return json.dumps(value).encode()

    def of(model: str, bodies: Bodies, *kinds: str) -> Bodies:
        told = {f"{key}@{model}": body for key, body in bodies.items() if key.split(":")[0] in kinds}
        return {key: body.replace(b"data: [DONE]\n\n", b"") for key, body in told.items() if isinstance(body, bytes)}

    def llama(text: str, why: str | None, spent: int = 5) -> dict[str, Any]:
        return {"generation": text, "prompt_token_count": 9, "generation_token_count": spent, "stop_reason": why}

    def titan(text: str, why: str, spent: int = 5) -> dict[str, Any]:
        return {
            "inputTextTokenCount": 9,
            "results": [{"tokenCount": spent, "outputText": text, "completionReason": why}],
        }

    counted = {
        "amazon-bedrock-invocationMetrics": {
            "inputTokenCount": 9,
            "outputTokenCount": 5,
            "invocationLatency": 5,
            "firstByteLatency": 2,
        }
    }
    nova = [
        {"messageStart": {"role": "assistant"}}, {"contentBlockStart": {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "square_root"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"toolUse": {"input": '{"number": 132413}'}}}}, {"contentBlockStop": {"contentBlockIndex": 0}},
        {"messageStop": {"stopReason": "tool_use"}}, {"metadata": {"usage": {"inputTokens": 9, "outputTokens": 5}}, **counted},
    ]  # fmt: skip
    whole = {kind: body for kind, body in converse().items() if not kind.endswith("stream")}
    return {
        **messages(), **of("openai.gpt-oss-120b-1:0", chats(), "tools"), **of("amazon.nova-lite-v1:0", whole, "tools", "schema"),
        **of("anthropic.claude-v2", completions(), "max", "stop"), **of("cohere.command-r-v1:0", first_cohere(), "calls", "max", "stop"),
        "tools:stream@amazon.nova-lite-v1:0": sse(nova, done=False),
        "max@meta.llama3-8b-instruct-v1:0": dumps(llama("Space", "length", 16)), "max:bad@meta.llama3-8b-instruct-v1:0": dumps(llama(LONG, "stop", 300)),
        "max:stream@meta.llama3-8b-instruct-v1:0": sse([llama("Sp", None, 1), {**llama("ace", "length", 16), **counted}], done=False),
        "stop@amazon.titan-text-express-v1": dumps(titan("Canada ", "STOP_CRITERIA_MET")), "max:bad@amazon.titan-text-express-v1": dumps(titan(LONG, "FINISH", 300)),
        "max:stream@amazon.titan-text-express-v1": sse([{"outputText": "Space", "index": 0, "totalOutputTextTokenCount": 16, "completionReason": "LENGTH", "inputTextTokenCount": 9}], done=False),
        "max@cohere.command-text-v14": dumps({"id": "1", "generations": [{"id": "2", "text": "Space", "finish_reason": "MAX_TOKENS"}], "prompt": "Relativity?"}),
        "stop:stream@cohere.command-text-v14": sse([{"text": "Canada ", "is_finished": False, "index": 0}, {"finish_reason": "COMPLETE", "is_finished": True, **counted}], done=False),
        "stop@ai21.j2-mid-v1": dumps({"id": 1, "prompt": {"text": "Canada?", "tokens": []}, "completions": [{"data": {"text": "Canada ", "tokens": []}, "finishReason": {"reason": "stop"}}]}),
        "max@mistral.mistral-7b-instruct-v0:2": dumps({"outputs": [{"text": "Space", "stop_reason": "length"}]}),
    }  # fmt: skip


def framed(told: bytes) -> bytes:
    """Events as frames, each with its name and what it says, whatever became of that."""
    return b"".join(_frame(*_event(block)) for block in told.split(b"\n\n") if block.strip())


def invoked(told: bytes) -> bytes:
    """The pieces of an invoked model as frames that hold base64: lines, or the data of events."""
    lines = (
        line.removeprefix(b"data: ") for line in told.split(b"\n") if line.strip() and not line.startswith(b"event: ")
    )
    return b"".join(
        _frame("chunk", json.dumps({"bytes": base64.b64encode(line).decode(), "p": "abc"}).encode()) for line in lines
    )


def _event(block: bytes) -> tuple[str, bytes]:
    head, mark, data = block.partition(b"data: ")
    return (head.removeprefix(b"event: ").strip().decode("ascii", "ignore"), data) if mark else ("", block)


def _frame(name: str, payload: bytes) -> bytes:
    kind = "exception" if name.endswith("Exception") else "event"
    told = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    return frame(payload, b"".join(header(*item) for item in told.items()))
