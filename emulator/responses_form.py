"""How OpenAI's Responses API shows an answer: output items, and the events that tell of them one by one.

Sources: https://platform.openai.com/docs/api-reference/responses, /responses-streaming; the types of the openai package.
"""

import base64
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from . import speech
from .question import Answer, Question, Token, Usage
from .wire import Json, event

_STATUS = {"length": "incomplete", "none": None, "garbage": "unknown_status"}
_BLANK: dict[str, Json] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "reasoning": {"summary": []},
    "image_generation_call": {"result": None},
}
_TEXT_SHELL = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}


def items(body: Json, answer: Answer, id_of: Callable[[str], str]) -> list[Json]:
    """The output: reasoning, searches, pictures, calls, and the message."""
    made: list[Json] = []
    included = body.get("include") or ()
    if answer.thinking:
        reasoning = body.get("reasoning") or {}
        told = [{"type": "summary_text", "text": answer.thinking}] if reasoning.get("summary") else []
        item: Json = {"id": id_of("rs"), "type": "reasoning", "summary": told}
        if "reasoning.encrypted_content" in included:
            item["encrypted_content"] = base64.b64encode(answer.thinking.encode()).decode()
        made.append(item)
    for query in answer.queries:
        action: Json = {"type": "search", "query": query, "queries": [query]}
        if "web_search_call.action.sources" in included:
            action["sources"] = [{"type": "url", "url": source.url} for source in answer.sources]
        made.append({"id": id_of("ws"), "type": "web_search_call", "status": "completed", "action": action})
    for drawn in answer.drawn:
        result = base64.b64encode(drawn.data).decode()
        made.append(
            {
                "id": id_of("ig"),
                "type": "image_generation_call",
                "status": "completed",
                "output_format": "png",
                "result": result,
            }
        )
    for call in answer.calls:
        shown = {"call_id": f"call_{call.id}", "name": call.name, "arguments": call.arguments}
        made.append({"id": id_of("fc"), "type": "function_call", "status": "completed", **shown})
    if answer.text or (not any(item["type"] != "reasoning" for item in made) and answer.finish != "length"):
        made.append(_message(answer, id_of("msg")))
    return made


def whole(body: Json, question: Question, answer: Answer, output: list[Json], id: str, created: int) -> Json:
    """The response object. What was asked for is told back, as the API does."""
    status = _STATUS.get(answer.finish, "completed")
    reason = {"reason": "max_output_tokens"} if answer.finish == "length" else None
    return {
        "id": id,
        "object": "response",
        "created_at": created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": reason,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": question.model,
        "output": output,
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None} | (body.get("reasoning") or {}),
        "service_tier": "default",
        "store": body.get("store", True),
        "temperature": body.get("temperature", 1.0),
        "text": {"format": {"type": "text"}, "verbosity": "medium"} | (body.get("text") or {}),
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": body.get("tools") or [],
        "top_logprobs": body.get("top_logprobs") or 0,
        "top_p": body.get("top_p", 1.0),
        "truncation": body.get("truncation", "disabled"),
        "usage": _usage(answer.usage) if answer.usage else None,
        "user": None,
        "metadata": body.get("metadata") or {},
    }


def events(response: Json, answer: Answer) -> Iterator[bytes]:
    """The response as a stream, each event numbered and named by its type."""
    numbers = itertools.count()

    def told(kind: str, **fields: Any) -> bytes:
        name = f"response.{kind}"
        return event({"type": name, "sequence_number": next(numbers), **fields}, name)

    empty: Json = {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    yield told("created", response=response | empty)
    yield told("in_progress", response=response | empty)
    for at, item in enumerate(response["output"]):
        yield told("output_item.added", output_index=at, item=_shell(item))

        def within(kind: str, item: Json = item, at: int = at, **fields: Any) -> bytes:
            return told(kind, item_id=item["id"], output_index=at, **fields)

        yield from _PARTS[item["type"]](item, answer, within)
        yield told("output_item.done", output_index=at, item=item)
    yield told("incomplete" if response["status"] == "incomplete" else "completed", response=response)


Within = Callable[..., bytes]


def _message_events(item: Json, answer: Answer, told: Within) -> Iterator[bytes]:
    part = item["content"][0]
    yield told("content_part.added", content_index=0, part=_TEXT_SHELL)
    at = 0
    for piece in speech.pieces(part["text"]):
        count = len(speech.tokens(piece))
        tokens = None if answer.logprobs is None else answer.logprobs[at : at + count]
        yield told("output_text.delta", content_index=0, delta=piece, logprobs=_logprobs(answer, tokens))
        at += count
    for index, annotation in enumerate(part["annotations"]):
        yield told("output_text.annotation.added", content_index=0, annotation_index=index, annotation=annotation)
    yield told("output_text.done", content_index=0, text=part["text"], logprobs=part["logprobs"])
    yield told("content_part.done", content_index=0, part=part)


def _call_events(item: Json, answer: Answer, told: Within) -> Iterator[bytes]:
    for piece in speech.pieces(item["arguments"], 6):
        yield told("function_call_arguments.delta", delta=piece)
    yield told("function_call_arguments.done", name=item["name"], arguments=item["arguments"])


def _reasoning_events(item: Json, answer: Answer, told: Within) -> Iterator[bytes]:
    for index, part in enumerate(item["summary"]):
        yield told("reasoning_summary_part.added", summary_index=index, part=part | {"text": ""})
        for piece in speech.pieces(part["text"]):
            yield told("reasoning_summary_text.delta", summary_index=index, delta=piece)
        yield told("reasoning_summary_text.done", summary_index=index, text=part["text"])
        yield told("reasoning_summary_part.done", summary_index=index, part=part)


def _search_events(item: Json, answer: Answer, told: Within) -> Iterator[bytes]:
    for step in ("in_progress", "searching", "completed"):
        yield told(f"web_search_call.{step}")


def _picture_events(item: Json, answer: Answer, told: Within) -> Iterator[bytes]:
    for step in ("in_progress", "generating", "completed"):
        yield told(f"image_generation_call.{step}")


_PARTS: dict[str, Callable[[Json, Answer, Within], Iterator[bytes]]] = {
    "message": _message_events,
    "function_call": _call_events,
    "reasoning": _reasoning_events,
    "web_search_call": _search_events,
    "image_generation_call": _picture_events,
}


def _shell(item: Json) -> Json:
    """An item as it is before anything of it came."""
    shell: Json = item | _BLANK.get(item["type"], {})
    return shell | {"status": "in_progress"} if "status" in item else shell


def _message(answer: Answer, id: str) -> Json:
    where = {"start_index": 0, "end_index": len(answer.text)}
    part = {
        "type": "output_text",
        "text": answer.text,
        "annotations": [
            {"type": "url_citation", **where, "url": one.url, "title": one.title} for one in answer.sources
        ],
        "logprobs": _logprobs(answer, answer.logprobs),
    }
    status = "incomplete" if answer.finish == "length" else "completed"
    return {"id": id, "type": "message", "status": status, "role": "assistant", "content": [part]}


def _logprobs(answer: Answer, tokens: list[Token] | None) -> Any:
    if "logprobs" in answer.broken and tokens is not None:
        return "unavailable"

    def one(text: str, logprob: float) -> Json:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}

    return [
        one(token.text, token.logprob) | {"top_logprobs": [one(*top) for top in token.top]} for token in tokens or ()
    ]


def _usage(usage: Usage) -> Json:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.thinking},
        "total_tokens": usage.input + usage.output,
    }
