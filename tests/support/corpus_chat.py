"""Answers of chat completions, and of the wires that grew from them."""

import json
from typing import Any

from tests.support.corpus_parts import LONG, YES, Bodies, sse


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


def chats() -> Bodies:
    def dumps(*said: Any, **more: Any) -> bytes:
        return json.dumps(chat(*said, **more)).encode()

    return {
        "json": dumps(YES), "schema": dumps(YES), "tools": dumps(None, "tool_calls", tool_calls=CALLED), "max": dumps("Space is", "length", 16),
        "stop": dumps("Canada "), "logprobs": dumps("Hi", logprobs=LOGPROBS), "image": dumps("A banana."),
        "json:bad": dumps("No."), "schema:bad": dumps('{"is_fruit": "yes"}'), "tools:bad": dumps("363.89"),
        "max:bad": dumps(LONG, "stop", 300), "image:bad": dumps("An apple."),
        "json:stream": chunks({"role": "assistant", "content": '{"is_'}, {"content": 'fruit": true}'}),
        "tools:stream": chunks({"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "square_root", "arguments": ""}}]},
                               {"tool_calls": [{"index": 0, "function": {"arguments": '{"number": 132413}'}}]}, finish="tool_calls"),
    }  # fmt: skip


def mistral() -> Bodies:
    said = [
        {"type": "text", "text": "X"},
        {"type": "tool_reference", "tool": "web_search", "title": "e", "url": "https://example.com"},
    ]
    searched = {"object": "conversation.response", "conversation_id": "c", "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
                "outputs": [{"type": "tool.execution", "name": "web_search", "arguments": "{}"}, {"type": "message.output", "role": "assistant", "content": said}]}  # fmt: skip
    return {**chats(), "search": json.dumps(searched).encode()}


def writer() -> Bodies:
    """Writer's chat, which tells beside the text what Writer's own tools found."""
    own = {"graph_data": None, "llm_data": {"prompt": "x"}, "web_search_data": None}
    told = chat("Canada ")
    told["choices"][0]["message"] |= own
    pieces = [
        {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": text, **own}, "finish_reason": why}]}
        for text, why in (("Canada", None), (" ", "stop"))
    ]
    return {**chats(), "stop": json.dumps(told).encode(), "stop:stream": sse(pieces, done=False)}


def generations() -> Bodies:
    """The older generation of text of watsonx.ai."""
    model = "google/flan-ul2"

    def body(text: str, why: str, spent: int = 5) -> dict[str, Any]:
        result = {"generated_text": text, "generated_token_count": spent, "input_token_count": 9, "stop_reason": why}
        return {"model_id": model, "created_at": "2026-01-01T00:00:00Z", "results": [result]}

    return {
        f"stop@{model}": json.dumps(body("Canada ", "stop_sequence")).encode(), f"max@{model}": json.dumps(body("Space", "max_tokens", 16)).encode(),
        f"max:bad@{model}": json.dumps(body(LONG, "eos_token", 300)).encode(),
        f"stop:stream@{model}": sse([body("Can", "not_finished", 1), body("ada ", "stop_sequence")], done=False),
        f"max:bad:stream@{model}": sse([body(LONG, "not_finished", 299), body("", "eos_token", 300)], done=False),
    }  # fmt: skip


def prompts() -> Bodies:
    """Completions of a prompt: OpenAI's, and Writer's, whose pieces are values alone."""

    def completion(text: str, why: str | None = "stop", spent: int = 5, **more: Any) -> dict[str, Any]:
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": why, **more}
        usage = {"prompt_tokens": 9, "completion_tokens": spent, "total_tokens": 9 + spent}
        return {"id": "1", "object": "text_completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}

    def dumps(*said: Any, **more: Any) -> bytes:
        return json.dumps(completion(*said, **more)).encode()

    probs = {"tokens": ["Hi"], "token_logprobs": [-0.1], "top_logprobs": [{"Hi": -0.1, "Ho": -3.0}], "text_offset": [0]}
    return {
        "max": dumps("Space is", "length", 16), "stop": dumps("Canada "), "logprobs": dumps("Hi", logprobs=probs),
        "max:bad": dumps(LONG, spent=300), "logprobs:bad": dumps("Hi"),
        "max:stream": sse([completion("Space", None), completion(" is", "length", 16)]),
        "logprobs:stream": sse([completion("Hi", None, logprobs=probs), completion("")]), "logprobs:bad:stream": sse([completion("Hi", None), completion("")]),
        "stop@palmyra-x5": json.dumps({"choices": [{"text": "Canada ", "log_probs": None}], "model": "palmyra-x5"}).encode(),
        "stop:stream@palmyra-x5": sse([{"value": "Can"}, {"value": "ada "}], done=False),
    }  # fmt: skip
