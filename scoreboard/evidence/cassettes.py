"""Cassettes: our own recordings, in vcrpy's format (YAML, version 1), so that a stock vcrpy plays them.

    cassettes/<provider>/<model>/<mode>/<cell>.yaml

Beside each interaction, where vcrpy does not look, stands what it would lose: the question's name, the sample, the time, and
when each chunk of a stream arrived (SIZE@SECONDS). Media of assets/ are kept as their digest. Secrets never get this far: each exchange is
redacted, and one that still holds a known secret is not written at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from msgspec import Struct, structs

from providers.base import Request, Response
from providers.chat import Chunk
from scoreboard.disk import write
from scoreboard.evidence.matching import fold, unfold, with_fixed_boundary
from scoreboard.evidence.redaction import Redactor
from scoreboard.evidence.yaml_reader import content, document, fields, headers, items, text, whole
from scoreboard.evidence.yaml_writer import emitted
from scoreboard.traffic.govcr import LIMIT

_BESIDE = "scoreboard"
_CONTROL = bytes({*range(32)} - {*b"\t\n\r"})


class CassetteError(Exception):
    """A cassette that cannot be read, or must not be written; the message says which, why, and what to do, in one line."""


class Recording(Struct, frozen=True):
    """One exchange: for which question, in which sample, when (ISO 8601, UTC)."""

    request: Request
    response: Response
    question: str = ""
    sample: int = 1
    observed_at: str = ""


class Place(Struct, frozen=True, order=True):
    """A row's folder of cassettes. `mode` is sync or stream, with +thinking."""

    provider: str
    model: str
    mode: str

    @property
    def name(self) -> str:
        """The row's name, for people."""
        return f"{self.provider}/{self.model}/{self.mode}"

    @property
    def folder(self) -> Path:
        """The folder, below that of all cassettes. Names are hostile: they are escaped, reversibly."""
        return Path(_escaped(self.provider), _escaped(self.model), _escaped(self.mode))

    def cassette(self, cell: str) -> Path:
        """The file of a cell."""
        return self.folder / f"{_escaped(cell)}.yaml"


@lru_cache(1000)
def _escaped(name: str) -> str:
    plain = quote(name, safe="@+=,()", errors="surrogatepass").replace("~", "%7E")
    return f"%2E{plain[1:]}" if plain.startswith(".") else plain


def places(root: Path) -> Iterator[Place]:
    """The rows that have cassettes below a folder, in order."""
    for folder in sorted({path.parent for path in root.glob("*/*/*/*.yaml")}):
        yield Place(*(unquote(part, errors="surrogatepass") for part in folder.relative_to(root).parts))


def load(path: Path) -> list[Recording]:
    """The recordings of a cassette. Raises CassetteError."""
    try:
        if path.stat().st_size > LIMIT:
            msg = f"{path} has {path.stat().st_size >> 20} MB, more than any cassette; delete it and record it again"
            raise CassetteError(msg)
        tree = document(path.read_bytes())
        version = text(tree, "version")
        if version != "1":
            msg = f"{path} is version {version!r:.20} of vcrpy's format; only version 1 is known: use the release that wrote it"
            raise CassetteError(msg)
        return [_recording(fields(item, "interactions")) for item in items(tree.get("interactions"), "interactions")]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise CassetteError(msg) from error
    except ValueError as error:
        msg = f"{path} {error}".replace("record it again", "restore it from version control, or record it again")
        raise CassetteError(msg) from error


def _recording(tree: dict[str, Any]) -> Recording:
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    beside = fields(tree[_BESIDE], _BESIDE) if _BESIDE in tree else {}
    return Recording(
        Request(text(request, "method"), text(request, "uri"), unfold(content(request, "body")), headers(request)),
        Response(
            whole(fields(response.get("status"), "status"), "code"),
            headers(response),
            content(fields(response.get("body"), "body"), "string"),
            tuple(_chunks(text(beside, "chunks", ""))),
        ),
        text(beside, "question", ""),
        int(text(beside, "sample", "1")),
        text(beside, "observed_at", ""),
    )


def _chunks(said: str) -> Iterator[Chunk]:
    for piece in said.split():
        size, _, at = piece.partition("@")
        if not size.isdecimal() or not at.replace(".", "", 1).isdecimal():
            msg = f"has a chunk {piece!r:.40} that is not SIZE@SECONDS; record it again"
            raise ValueError(msg)
        yield Chunk(int(size), float(at))


def kept(recording: Recording, redactor: Redactor) -> Recording:
    """The exchange as a cassette keeps it: redacted, its media as digests, the boundary of its parts fixed, its times rounded."""
    folded = structs.replace(recording.request, body=fold(recording.request))  # first: there is less to look through without media
    response = redactor.response(recording.response)
    chunks = tuple(Chunk(chunk.size, round(chunk.at or 0.0, 4)) for chunk in response.chunks)
    return structs.replace(
        recording,
        request=with_fixed_boundary(redactor.request(folded)),
        response=structs.replace(response, chunks=chunks),
        question=redactor.text(recording.question),
    )


def save(path: Path, recordings: Sequence[Recording], redactor: Redactor) -> None:
    """Replaces a cassette in one step. Raises CassetteError, DiskError; the old one then stays."""
    write(path, checked(path, [kept(recording, redactor) for recording in recordings], redactor))


def checked(path: Path, recordings: Sequence[Recording], redactor: Redactor) -> bytes:
    """The bytes of a cassette whose recordings are as `kept` makes them. Raises CassetteError where a secret would be in them."""
    data = dump(recordings)
    if redactor.leaks(data):
        msg = f"{path} was not written: a secret would have been in it; please report how the provider echoed it"
        raise CassetteError(msg)
    return data


def dump(recordings: Sequence[Recording]) -> bytes:
    """The bytes of a cassette. The recordings are as `kept` makes them."""
    tree = {"interactions": [_interaction(recording) for recording in recordings], "version": 1}
    return emitted(tree)


def _interaction(recording: Recording) -> dict[str, Any]:
    request, response = recording.request, recording.response
    beside: dict[str, Any] = {"question": recording.question, "sample": recording.sample, "observed_at": recording.observed_at}
    if response.chunks:
        beside["chunks"] = " ".join(f"{chunk.size}@{chunk.at}" for chunk in response.chunks)
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": _said(request.body) if request.body else None,
            "headers": {name: [value] for name, value in sorted(request.headers.items())},
        },
        "response": {
            "status": {"code": response.status, "message": _phrase(response.status)},
            "headers": {name: [value] for name, value in sorted(response.headers.items())},
            "body": {"string": _said(response.body)},
        },
        _BESIDE: beside,
    }


def _said(body: bytes) -> str | bytes:
    """Text where it is text that YAML can hold (else it is kept as !!binary)."""
    try:
        said = body.decode()
    except UnicodeDecodeError:
        return body
    return said if len(body.translate(None, _CONTROL)) == len(body) else body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
