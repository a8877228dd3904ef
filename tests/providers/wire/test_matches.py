"""Whose request is whose: each wire knows its own, and no other claims it; where two may, the order of their names decides."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from providers.base import Quirks, Request, wires
from providers.chat import Ask
from scoreboard.judge.decoding import wire_of

CHAT = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
CONVERSE = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}
CLAUDE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, **CHAT}
CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
AZURE, BEDROCK, VERTEX = (
    "https://r.openai.azure.com/openai", "https://bedrock-runtime.us-east-1.amazonaws.com/model",
    "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers",
)  # fmt: skip

# Wires that know the request, in the order in which they are tried; the first is the one that reads it.
CASES: list[tuple[str, str, Any]] = [
    ("anthropic", "https://api.anthropic.com/v1/messages", CHAT),
    ("anthropic", "https://acme.snowflakecomputing.com/api/v2/cortex/v1/messages", CHAT),
    ("anthropic_complete", "https://api.anthropic.com/v1/complete", {"model": "m", "prompt": "Hi"}),
    ("bedrock_converse", f"{BEDROCK}/amazon.nova-lite-v1%3A0/converse", CONVERSE),
    ("bedrock_converse", f"{BEDROCK}/amazon.nova-lite-v1%3A0/converse-stream", CONVERSE),
    ("bedrock_invoke", f"{BEDROCK}/anthropic.claude-v2/invoke", {"prompt": "Hi", "max_tokens_to_sample": 9}),
    ("bedrock_invoke", f"{BEDROCK}/us.anthropic.claude-opus-4-8/invoke-with-response-stream", CLAUDE),
    ("bedrock_invoke", f"{BEDROCK}/amazon.titan-text-express-v1/invoke", {"inputText": "Hi"}),
    ("", f"{BEDROCK}/amazon.titan-embed-text-v2%3A0/invoke", {"inputText": "Hi"}),
    ("", f"{BEDROCK}/anthropic.claude-v2/count-tokens", {"input": {}}),
    ("bfl", "https://api.bfl.ai/v1/flux-pro-1.1", {"prompt": "a duck"}),
    (
        "cloudflare",
        "https://api.cloudflare.com/client/v4/accounts/a/ai/run/@cf/meta/llama-3.2-3b-instruct",
        {"messages": []},
    ),
    ("cohere", "https://api.cohere.com/v2/chat", CHAT),
    ("cohere_v1", "https://api.cohere.com/v1/chat", {"message": "Hi", "model": "command"}),
    ("writer_chat", "https://api.writer.com/v1/chat", CHAT),
    ("gemini", "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:generateContent", CONTENTS),
    ("gemini", f"{VERTEX}/google/models/gemini-3-pro:streamGenerateContent", CONTENTS),
    (
        "gemini_interactions",
        "https://generativelanguage.googleapis.com/v1beta/interactions",
        {"model": "m", "input": "Hi"},
    ),
    ("imagen", f"{VERTEX}/google/models/imagen-4.0-generate-001:predict", {"instances": [{"prompt": "a duck"}]}),
    ("vertex_raw", f"{VERTEX}/anthropic/models/claude-opus-4-8:streamRawPredict", CLAUDE),
    ("mistral openai_chat", "https://api.mistral.ai/v1/chat/completions", CHAT),
    ("ollama", "http://localhost:11434/api/chat", CHAT),
    ("ollama_generate", "http://localhost:11434/api/generate", {"model": "m", "prompt": "Hi"}),
    ("openai_chat", "https://api.openai.com/v1/chat/completions", CHAT),
    ("openai_chat", f"{AZURE}/deployments/my-own/chat/completions?api-version=2024-10-21", CHAT),
    ("openai_chat", "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview", CHAT),
    ("openai_completions", "https://api.openai.com/v1/completions", {"model": "m", "prompt": "Hi"}),
    ("openai_completions", f"{AZURE}/deployments/my-own/completions?api-version=2024-10-21", {"prompt": "Hi"}),
    ("openai_images", "https://api.openai.com/v1/images/generations", {"model": "m", "prompt": "a duck"}),
    ("openai_responses", "https://api.openai.com/v1/responses", {"model": "m", "input": "Hi"}),
    ("openai_responses", f"{AZURE}/responses?api-version=2025-04-01-preview", {"model": "m", "input": "Hi"}),
    (
        "watsonx",
        "https://us-south.ml.cloud.ibm.com/ml/v1/text/chat?version=2025-02-11",
        {"model_id": "m", "messages": CHAT["messages"]},
    ),
    (
        "watsonx",
        "https://us-south.ml.cloud.ibm.com/ml/v1/text/generation?version=2025-02-11",
        {"model_id": "m", "input": "Hi"},
    ),
    ("", "https://api.openai.com/v1/embeddings", {"model": "m", "input": "Hi"}),
    ("", "https://api.openai.com/v1/threads/t/messages", {"role": "user", "content": "Hi"}),
    ("", "https://api.cohere.com/v2/rerank", {"model": "m", "query": "Hi"}),
]


@pytest.mark.parametrize(
    ("expected", "url", "body"), CASES, ids=[f"{n}-{case[0] or 'none'}" for n, case in enumerate(CASES)]
)
def test_a_request_is_known_by_its_own_wire_alone(expected: str, url: str, body: Any) -> None:
    request = Request("POST", url, msgspec.json.encode(body))
    assert [name for name, wire in wires().items() if wire.matches(request)] == expected.split()
    if expected:
        assert wire_of(request, wires().values()) is wires()[expected.split(maxsplit=1)[0]]


def test_a_request_of_another_method_asks_nothing() -> None:
    for expected, url, body in CASES:
        request = Request("DELETE", url, msgspec.json.encode(body))
        assert not [
            name for name, wire in wires().items() if wire.matches(request) and name not in ("gemini", "imagen")
        ], expected


def test_every_wire_with_a_body_has_a_case() -> None:
    assert {name for case in CASES for name in case[0].split()} >= set(wires()) - {"prompt_image"}


@pytest.mark.parametrize(
    "url", ["https://api.openai.com/v1/chat/completions", f"{AZURE}/deployments/my%20own/chat/completions"]
)
def test_a_deployment_is_the_model(url: str) -> None:
    name = wires()["openai_chat"].read(Request("POST", url, msgspec.json.encode(CHAT)))[0]
    assert name == ("my own" if "deployments" in url else "m")


def test_what_a_wire_sends_is_its_own() -> None:
    quirks = Quirks(options={"body": {"project_id": "p"}})
    for wire in wires().values():
        if "output/image" in wire.fields(quirks) and "text" not in wire.fields(quirks):
            continue
        assert (
            wire.matches(next(wire.ask(Ask.text("Hi"), "m", "https://api.test/v1", quirks)))
            or wire is wires()["mistral"]
        )
