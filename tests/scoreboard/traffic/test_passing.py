"""What is passed over by its name."""

import pytest

from providers.base import Request
from scoreboard.traffic.passing import passed_over


@pytest.mark.parametrize(
    ("method", "path", "about"),
    [
        ("POST", "/v1/embeddings", "embeddings"),
        ("POST", "/v1beta/models/m:batchEmbedContents", "embeddings"),
        ("POST", "/v1beta/models/m:countTokens", "token counts"),
        ("POST", "/v1/messages/count_tokens", "token counts"),
        ("POST", "/v2/rerank", "rerank"),
        ("POST", "/v1/moderations", "moderation"),
        ("POST", "/v1/images/edits", "images edits"),
        ("POST", "/v1/audio/transcriptions", "audio transcription"),
        ("GET", "/v1/models", "lists of models"),
        ("GET", "/v1/models/m", "lists of models"),
        ("POST", "/v1/files", "files"),
        ("GET", "/v1/files/file-1/content", "files"),
        ("POST", "/v1/batches", "batches"),
        ("POST", "/v1/messages/batches", "batches"),
        ("POST", "/model/amazon.titan-embed-text-v2%3A0/invoke", "embeddings"),
        ("POST", "/model/anthropic.claude-v2/invoke", ""),
        ("POST", "/v1/audio/speech", "speech"),
        ("POST", "/v1/threads/t/runs", "agents and assistants"),
        ("GET", "/some.pdf", "a page or file that is fetched"),
        ("POST", "/v1/chat/completions", ""),
    ],
)
def test_a_request_is_told_by_its_path(method: str, path: str, about: str) -> None:
    assert passed_over(Request(method, f"https://a.example{path}")) == about


@pytest.mark.parametrize(
    ("url", "headers", "about"),
    [
        ("https://a.example/x", {"content-type": "application/grpc+proto"}, "gRPC"),
        ("https://a.example/x", {"upgrade": "websocket"}, "WebSocket"),
        ("wss://a.example/x", {}, "WebSocket"),
    ],
)
def test_other_protocols_are_told(url: str, headers: dict[str, str], about: str) -> None:
    assert passed_over(Request("POST", url, headers=headers)) == about
