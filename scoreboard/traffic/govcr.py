"""Files of go-vcr, version 2: YAML with requests and responses, read with suspicion."""

from __future__ import annotations

from pathlib import Path

from providers.base import Request, Response
from scoreboard.errors import ScoreboardError
from scoreboard.evidence.yaml_reader import content, document, fields, headers, items, text, whole

LIMIT = 64 * 1024 * 1024  # the largest real recording has 1.2 MB


class BadRecording(ScoreboardError):
    """A file that is no recording; the message says which and why, in one line."""


def read_file(path: Path) -> list[tuple[Request, Response]]:
    """The exchanges of a file. Raises BadRecording with one line that names the file."""
    try:
        if path.stat().st_size > LIMIT:
            msg = f"{path} has {path.stat().st_size >> 20} MB, more than any recording; it was left out"
            raise BadRecording(msg)
        return parse(path.read_bytes())
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise BadRecording(msg) from error
    except ValueError as error:
        msg = f"{path} {error}"
        raise BadRecording(msg) from error


def parse(data: bytes) -> list[tuple[Request, Response]]:
    """The exchanges of a document. Raises ValueError, worded to follow the file's name."""
    tree = document(data)
    version = text(tree, "version")
    if version != "2":
        msg = f"is version {version!r:.20} of the format; only version 2 of go-vcr is known"
        raise ValueError(msg)
    found = []
    for item in items(tree.get("interactions"), "interactions"):
        exchange = fields(item, "interactions")
        request, response = fields(exchange.get("request"), "request"), fields(exchange.get("response"), "response")
        asked = Request(text(request, "method"), text(request, "url"), content(request, "body"), headers(request))
        found.append((asked, Response(whole(response, "code"), headers(response), content(response, "body"))))
    if not found:
        msg = "holds no exchange"
        raise ValueError(msg)
    return found
