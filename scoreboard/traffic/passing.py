"""What is passed over by its name: requests that ask nothing of a model that any cell could be judged by."""

from __future__ import annotations

import re

from providers.base import Request

# What a request is about, by its path; the first that fits.
_BY_PATH = (
    ("token counts", r"count_?tokens|countTokens|count-tokens|input_tokens|/tokenize|/detokenize|computeTokens"),
    (
        "embeddings",
        r"embeddings?$|/embed$|[eE]mbedContents?$|/embed/|embed[^/]*/invoke|text-embedding|embedding[\w.-]*(:\w+)?$",
    ),
    ("rerank", r"rerank"),
    ("moderation", r"moderations?$|guardrails"),
    ("images edits", r"images/(edits|variations)"),
    (
        "audio transcription",
        r"audio/(transcriptions|translations)|/transcripts?\b|/listen$|speech-to-text|audio:transcrib",
    ),
    ("speech", r"audio/speech$|/speak$|/tts$|text-to-speech"),
    ("realtime, WebSocket", r"/realtime"),
    (
        "agents and assistants",
        r"/(threads|assistants|agents|conversations)\b|retrieveAndGenerate|/sessions/|/knowledgebases/",
    ),
    ("stores of vectors", r"/vector_stores|fileSearchStores|/indexes/|/collections?\b"),
    ("caches", r"cachedContents"),
    ("batches", r"/batch(es)?\b|batchGenerateContent|/batch/|/model-invocation-jobs?\b"),
    ("files", r"/files?(\b|:)|/uploads?\b|/upload/"),
    ("fine tuning", r"fine[_-]?tun|tunedModels"),
    ("compaction", r"/compact$"),
    ("telemetry", r"/telemetry|/traces?\b|/otel|/reports?\b|/ingest|/spans\b|/metrics\b|/datasets\b|/runs\b"),
    ("tools over MCP", r"/mcp\b|/sse$"),
    ("keys and tokens", r"/token$|/oauth2?/"),
    ("lists of models", r"/models(/[^:]*)?$|/tags$|/api/show$|/api/ps$|/props$|/health$|/version$|/revision/"),
)
_PATH = re.compile("|".join(f"(?P<p{number}>{path})" for number, (_, path) in enumerate(_BY_PATH)))


def passed_over(request: Request) -> str:
    """What a request is, where it asks nothing of a model; else empty. Only asked of what no wire format knows."""
    headers = request.headers
    if "grpc" in headers.get("content-type", ""):
        return "gRPC"
    if headers.get("upgrade", "").lower() == "websocket" or request.url.startswith("ws"):
        return "WebSocket"
    found = _PATH.search(request.path)
    if found and found.lastgroup:
        return _BY_PATH[int(found.lastgroup[1:])][0]
    return "a page or file that is fetched" if request.method in ("GET", "HEAD", "DELETE", "OPTIONS") else ""
