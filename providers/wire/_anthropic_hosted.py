"""Anthropic's messages where another cloud serves them: the model and whether it streams stand in the URL, not in the
body.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html,
https://platform.claude.com/docs/en/api/claude-on-vertex-ai.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from providers.base import PLAIN, Misfit, Quirks, Request
from providers.chat import Ask
from providers.wire import anthropic
from providers.wire._http import body_of
from providers.wire._json import dumps, loads


def encode(ask: Ask, model: str, version: str, quirks: Quirks = PLAIN) -> dict[str, Any]:
    """The body of a question. Raises NotExpressible."""
    sent = next(anthropic.ask(ask, model, "", quirks))
    body: dict[str, Any] = loads(sent.body)
    body.pop("model", None)
    body.pop("stream", None)
    return {"anthropic_version": version, **body}


def read(request: Request, *, stream: bool) -> Ask:
    """The question of a recorded request. Raises Misfit."""
    body = body_of(request)
    if "messages" not in body:
        msg = f"{request.path} has no messages"
        raise Misfit(msg)
    plain = dumps({**body.value, "stream": stream or body.any("stream") is True})
    return anthropic.read(structs.replace(request, url="https://host/v1/messages", body=plain))[1]
