"""Answers of Google's wires."""

import json
from typing import Any

from tests.support.corpus_parts import LONG, PNG, YES, Bodies, sse


def _gemini_body(*parts: Any, finish: str = "STOP", spent: int = 5, **more: Any) -> dict[str, Any]:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish, "index": 0, **more}
    return {
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": spent},
        "modelVersion": "m",
    }


def gemini() -> Bodies:
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


def interactions() -> Bodies:
    """Interactions, in steps; and as their outputs alone, as they were before."""

    def body(*steps: Any, status: str = "completed", spent: int = 5, place: str = "steps") -> dict[str, Any]:
        usage = {
            "total_input_tokens": 9,
            "total_output_tokens": spent,
            "total_thought_tokens": 0,
            "total_tokens": 9 + spent,
        }
        return {
            "id": "v1_1",
            "object": "interaction",
            "model": "m",
            "status": status,
            place: list(steps),
            "usage": usage,
        }

    def dumps(*steps: Any, **more: Any) -> bytes:
        return json.dumps(body(*steps, **more)).encode()

    def say(text: str, *notes: Any) -> dict[str, Any]:
        return {"type": "model_output", "content": [{"type": "text", "text": text, "annotations": list(notes)}]}

    def events(*told: tuple[dict[str, Any], dict[str, Any]], status: str = "completed") -> bytes:
        """A stream of steps, each with one delta."""
        pieces: list[dict[str, Any]] = []
        for index, (step, delta) in enumerate(told):
            pieces += [
                {"event_type": "step.start", "index": index, "step": step}, {"event_type": "step.delta", "index": index, "delta": delta},
                {"event_type": "step.stop", "index": index},
            ]  # fmt: skip
        begun, ended = body(status="in_progress"), body(status=status)
        return sse([
            {"event_type": "interaction.created", "interaction": {k: v for k, v in begun.items() if k not in ("steps", "usage")}},
            {"event_type": "interaction.status_update", "interaction_id": "v1_1", "status": "in_progress"},
            *pieces, {"event_type": "interaction.completed", "interaction": {k: v for k, v in ended.items() if k != "steps"}},
        ], named="event_type")  # fmt: skip

    thought = {"type": "thought"}, {"type": "thought_summary", "content": {"type": "text", "text": "hm"}}
    call = {"type": "function_call", "id": "f", "name": "square_root", "arguments": {"number": 132413}}
    searched = {"type": "google_search_call", "id": "s", "arguments": {"queries": ["who"]}}
    page = {"type": "url_citation", "url": "https://example.com", "title": "e", "start_index": 0, "end_index": 1}
    picture = {"type": "model_output", "content": [{"type": "image", "mime_type": "image/png", "data": PNG}]}
    return {
        "json": dumps({"type": "thought", "signature": "s"}, say(YES)), "schema": dumps({"type": "text", "text": YES}, place="outputs"),
        "tools": dumps(call, status="requires_action"), "calls": dumps(call, status="requires_action"), "max": dumps(say("Space"), status="incomplete", spent=16),
        "stop": dumps(say("Canada ")), "image": dumps(say("banana")), "search": dumps(searched, say("X", page)), "draw": dumps(picture),
        "json:bad": dumps(say("No")), "tools:bad": dumps(say("363")), "max:bad": dumps(say(LONG), spent=300), "image:bad": dumps(say("An apple")),
        "search:bad": dumps(say("X")), "draw:bad": dumps(say("no")),
        "json:stream": events(thought, ({"type": "model_output"}, {"type": "text", "text": YES})),
        "tools:stream": events(({**call, "arguments": {}}, {"type": "arguments_delta", "arguments": '{"number": 132413}'}), status="requires_action"),
        "search:stream": events(({"type": "model_output"}, {"type": "text", "text": "X"}), ({"type": "model_output"}, {"type": "text_annotation_delta", "annotations": [page]})),
        "tools:bad:stream": events(({"type": "model_output"}, {"type": "text", "text": "363"})),
    }  # fmt: skip
