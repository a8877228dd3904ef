"""Oddities of single services and of single APIs, on the socket."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from emulator import Server, Switchboard, serve
from emulator.tests.oddity_samples import JSON, ROOT, TOOL, events, odd_board, post


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(odd_board()) as running:
        yield running


def test_anthropic_pauses_fails_to_search_and_counts_late(server: Server) -> None:
    search = [{"type": "web_search_20250305", "name": "web_search"}]
    assert post(server, "anthropic", "35-pause-turn", tools=search).json()["stop_reason"] == "pause_turn"
    assert "pause_turn" in post(server, "anthropic", "35-pause-turn", tools=search, stream=True).text
    for stream in (False, True):
        failed = post(server, "anthropic", "49-anthropic-search-failed", tools=search, stream=stream).text
        assert "web_search_tool_result_error" in failed and "citation" not in failed
    counted = events(post(server, "anthropic", "51-anthropic-counts-at-the-end", stream=True))
    assert counted[0]["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert next(one for one in counted if one["type"] == "message_delta")["usage"]["input_tokens"] > 0
    assert post(server, "anthropic", "46-anthropic-done-after-stop", stream=True).text.endswith("data: [DONE]\n\n")


def test_anthropics_sdk_reads_a_stream_that_ends_twice(server: Server) -> None:
    with anthropic.Anthropic(
        base_url=server.url("anthropic").removesuffix("/v1"), api_key="test-key", max_retries=0
    ) as client:
        asked: Any = {"max_tokens": 4096, "messages": [{"role": "user", "content": "Say hello."}]}
        with client.messages.stream(model="emulated-46-anthropic-done-after-stop", **asked) as stream:
            assert stream.get_final_text()


def test_gemini_blocks_thinks_and_splits(server: Server) -> None:
    declared = {"tools": [{"functionDeclarations": [TOOL]}], "words": ROOT}
    for stream in (False, True):
        told = post(server, "gemini", "31-gemini-malformed-call", stream=stream, **declared)
        candidate = (events(told)[0] if stream else told.json())["candidates"][0]
        assert candidate["finishReason"] == "MALFORMED_FUNCTION_CALL" and candidate.get("content", {}) == {}
    blocked = post(
        server, "gemini", "57-gemini-prompt-blocked", generationConfig={"responseMimeType": "application/json"}
    ).json()
    assert blocked["promptFeedback"]["blockReason"] == "PROHIBITED_CONTENT" and "candidates" not in blocked
    spent = post(server, "gemini", "58-gemini-cap-spent-in-thoughts", generationConfig={"maxOutputTokens": 9}).json()
    assert spent["candidates"][0]["finishReason"] == "MAX_TOKENS" and not spent["candidates"][0].get("content")
    assert spent["usageMetadata"]["thoughtsTokenCount"] == 9 and "candidatesTokenCount" not in spent["usageMetadata"]
    parts = post(server, "gemini", "79-gemini-thoughts-and-text-in-parts").json()["candidates"][0]["content"]["parts"]
    assert [bool(part.get("thought")) for part in parts] == [True, False, False]
    assert post(server, "gemini", "55-gemini-done-at-the-end", stream=True).text.endswith("data: [DONE]\r\n\r\n")


def test_responses_stand_in_their_events_alone(server: Server) -> None:
    tools = {"tools": [{"type": "function", **TOOL}], "words": ROOT}
    called = events(post(server, "openai_responses", "62-responses-arguments-in-done-only", stream=True, **tools))
    arguments = {one["type"]: one["arguments"] for one in called if "arguments" in one}
    assert json.loads(arguments["response.function_call_arguments.done"]) == {"number": 16}
    assert called[-1]["response"]["output"][0]["arguments"] == ""
    assert not any(one["type"].endswith("arguments.delta") for one in called)
    whole = events(post(server, "openai_responses", "32-responses-completed-without-output", stream=True))
    assert whole[-1]["response"]["output"] == [] and any(one["type"] == "response.output_item.done" for one in whole)
    bare = events(post(server, "openai_responses", "76-responses-only-deltas", stream=True))
    assert {one["type"] for one in bare} == {"response.created", "response.output_text.delta", "response.completed"}
    assert not any("sequence_number" in one for one in bare)


def test_ollama_loads_first_and_counts_a_prompt_once() -> None:
    with serve(Switchboard().odd("66-ollama-load"), ("ollama",)) as server:
        told = [post(server, "ollama", "66-ollama-load").json() for _ in range(2)]
        assert [one["done_reason"] for one in told] == ["load", "stop"]
    with serve(Switchboard().odd("68-ollama-cached-prompt-not-counted"), ("ollama",)) as server:
        told = [post(server, "ollama", "68-ollama-cached-prompt-not-counted").json() for _ in range(2)]
        assert ["prompt_eval_count" in one for one in told] == [True, False]


def test_mistral_refers_to_sources_among_its_text(server: Server) -> None:
    content = post(server, "mistral", "70-mistral-references-among-the-text").json()["choices"][0]["message"]["content"]
    assert [chunk["type"] for chunk in content] == ["text", "reference", "text"]
    assert isinstance(content[1]["reference_ids"][0], str)


def test_json_mode_is_not_met(server: Server) -> None:
    told = post(server, "cloudflare", "72-cloudflare-json-mode-not-met", response_format=JSON)
    assert (told.status_code, told.json()["errors"][0]["code"]) == (400, 5024)
