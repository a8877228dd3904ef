"""What the answers of all wires are made of."""

import base64
import json
from collections.abc import Iterable
from typing import Any

# The body of each answer, or the bodies in turn, by kind of question; see `tests.support.corpus.cases` for the keys.
Bodies = dict[str, bytes | list[bytes]]

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
YES = '{"is_fruit": true}'
LONG = "word " * 300


def sse(values: Iterable[Any], *, named: str = "", done: bool = True) -> bytes:
    """Server-sent events."""
    lines = []
    for value in values:
        head = f"event: {value.get(named)}\n" if named else ""
        lines.append(f"{head}data: {json.dumps(value)}\n\n")
    return ("".join(lines) + ("data: [DONE]\n\n" if done else "")).encode()
