"""What went over another protocol than HTTP, kept in the dress of cassettes: gRPC, WebSocket, an agent's messages.

None of it is judged; it is passed over by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from providers.base import Response
from scoreboard.evidence.yaml_reader import fields
from scoreboard.traffic.formats._document import Document
from scoreboard.traffic.formats._nodes import each
from scoreboard.traffic.kept import Kept

_SIGNS = {"direction": "WebSocket", "kind": "WebSocket"}
_GRPC = ("request_sample", "request_stream", "collections_method", "response_proto_type")


def claims(document: Document) -> bool:
    """Whether its interactions are of one of them, or it holds messages of a command beside its version."""
    return any(_protocol(item) for item in _items(document)) or _of_an_agent(document)


def _items(document: Document) -> list[Any]:
    return [
        item for found in document.lists("interactions") if isinstance(found, yaml.SequenceNode) for item in found.value
    ]


def _protocol(item: Any) -> str:
    names = fields(item, "interactions") if isinstance(item, yaml.MappingNode) else {}
    if any(name in names for name in _GRPC) or any(name.endswith("_method") for name in names):
        return "gRPC"
    return next((protocol for sign, protocol in _SIGNS.items() if sign in names), "")


def _of_an_agent(document: Document) -> bool:
    return any({"messages", "version"} <= keys or keys == {"messages"} for keys in document.keys)


def read(document: Document) -> Iterator[Kept]:
    """What was kept, without its content; a conversation over a WebSocket is one."""
    found = [_protocol(item) or "WebSocket" for item in _items(document)]
    calls = [name for name in found if name == "gRPC"] or found[:1] or ["an agent's messages"]
    return each(calls, lambda name: Kept(None, Response(0, {}, b""), passed=name))
