"""Cassettes: our own exchanges, in vcrpy's format (YAML, version 1), so that a stock vcrpy plays them.

    cassettes/<provider>/<model>/<mode>/<question>.yaml

Beside each interaction, where vcrpy does not look, stands what it would lose: the question's name, the sample, the
time, what the asker expects, and when each chunk of a stream arrived (SIZE@SECONDS). Media of assets/ are kept as their
digest. Secrets never get this far: each exchange is redacted, and one that still holds a known secret is not written at
all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from msgspec import structs

from providers.base import Request, Response
from providers.chat import Chunk
from scoreboard.disk import write
from scoreboard.errors import ScoreboardError
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.matching import fold, unfold, with_fixed_boundary
from scoreboard.evidence.redaction import Redactor
from scoreboard.evidence.yaml_reader import content, document, fields, headers, items, text, whole
from scoreboard.evidence.yaml_writer import emitted
from scoreboard.mode import Mode, RowId

_LIMIT = 64 * 1024 * 1024  # hundreds of times the largest real cassette
_BESIDE = "scoreboard"
_CONTROL = bytes({*range(32)} - {*b"\t\n\r"})


class CassetteError(ScoreboardError):
    """A cassette that cannot be read, or must not be written; the message says which, why, and what to do, in one
    line.
    """


def folder_of(row: RowId) -> Path:
    """A row's folder, below that of all cassettes. Names are hostile: they are escaped, reversibly."""
    return Path(_escaped(row.provider), _escaped(row.model), row.mode.name)


def cassette_of(row: RowId, question: str) -> Path:
    """The file of a question, below the folder of all cassettes."""
    return folder_of(row) / f"{_escaped(question)}.yaml"


def address_of(root: Path, path: Path, number: int) -> str:
    """The address of an interaction, as evidence: its cassette below the folder of all, and its number there, from
    1.
    """
    return f"{root.name}/{path.relative_to(root).as_posix()}#{number}"


@lru_cache(1000)
def _escaped(name: str) -> str:
    plain = quote(name, safe="@+=,()", errors="surrogatepass").replace("~", "%7E")
    return f"%2E{plain[1:]}" if plain.startswith(".") else plain


def rows_in(root: Path) -> Iterator[RowId]:
    """The rows that have cassettes below a folder, in order of folder. Raises CassetteError for a folder of no known
    mode.
    """
    for folder in sorted({path.parent for path in root.glob("*/*/*/*.yaml")}):
        provider, model, mode = (unquote(part, errors="surrogatepass") for part in folder.relative_to(root).parts)
        try:
            yield RowId(provider, model, Mode.parse(mode))
        except ValueError as error:
            msg = f"{folder} is no row's folder: {error}; rename or delete it"
            raise CassetteError(msg) from error


def load(path: Path) -> list[Interaction]:
    """The exchanges of a cassette. Raises CassetteError."""
    try:
        if path.stat().st_size > _LIMIT:
            msg = f"{path} has {path.stat().st_size >> 20} MB, more than any cassette; delete it and record it again"
            raise CassetteError(msg)
        tree = document(path.read_bytes())
        version = text(tree, "version")
        if version != "1":
            msg = (
                f"{path} is version {version!r:.20} of vcrpy's format; only version 1 is known: use the release "
                "that wrote it"
            )
            raise CassetteError(msg)
        found = items(tree.get("interactions"), "interactions")
        return [interaction_of(fields(item, "interactions")) for item in found]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; check its permissions"
        raise CassetteError(msg) from error
    except ValueError as error:
        msg = f"{path} {error}".replace("record it again", "restore it from version control, or record it again")
        raise CassetteError(msg) from error


def interaction_of(tree: dict[str, Any]) -> Interaction:
    """An interaction of a cassette, from its nodes. Raises ValueError, worded to follow the file's name."""
    request, response = fields(tree.get("request"), "request"), fields(tree.get("response"), "response")
    beside = fields(tree[_BESIDE], _BESIDE) if _BESIDE in tree else {}
    return Interaction(
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
        tuple(text(beside, "expects", "").split()),
        int(text(beside, "number", "0")),
    )


def _chunks(written: str) -> Iterator[Chunk]:
    for piece in written.split():
        size, _, at = piece.partition("@")
        if not size.isdecimal() or not at.replace(".", "", 1).isdecimal():
            msg = f"has a chunk {piece!r:.40} that is not SIZE@SECONDS; record it again"
            raise ValueError(msg)
        yield Chunk(int(size), float(at))


def kept(exchange: Interaction, redactor: Redactor) -> Interaction:
    """The exchange as a cassette keeps it: redacted, its media as digests, the boundary of its parts fixed, its times
    rounded.
    """
    folded = structs.replace(
        exchange.request, body=fold(exchange.request)
    )  # first: there is less to look through without media
    response = redactor.response(exchange.response)
    chunks = tuple(Chunk(chunk.size, round(chunk.at or 0.0, 4)) for chunk in response.chunks)
    return structs.replace(
        exchange,
        request=with_fixed_boundary(redactor.request(folded)),
        response=structs.replace(response, chunks=chunks),
        question=redactor.text(exchange.question),
    )


def save(path: Path, exchanges: Sequence[Interaction], redactor: Redactor) -> None:
    """Replaces a cassette in one step. Raises CassetteError, DiskError; the old one then stays."""
    write(path, checked(path, [kept(exchange, redactor) for exchange in exchanges], redactor))


def checked(path: Path, exchanges: Sequence[Interaction], redactor: Redactor) -> bytes:
    """The bytes of a cassette whose exchanges are as `kept` makes them. Raises CassetteError where a secret would be in
    them.
    """
    data = dump(exchanges)
    if redactor.leaks(data):
        msg = f"{path} was not written: a secret would have been in it; please report how the provider echoed it"
        raise CassetteError(msg)
    return data


def dump(exchanges: Sequence[Interaction]) -> bytes:
    """The bytes of a cassette. The exchanges are as `kept` makes them."""
    tree = {"interactions": [_interaction(exchange) for exchange in exchanges], "version": 1}
    return emitted(tree)


def _interaction(exchange: Interaction) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    beside: dict[str, Any] = {
        "question": exchange.question,
        "sample": exchange.sample,
        "observed_at": exchange.observed_at,
    }
    if exchange.number:
        beside["number"] = exchange.number
    if exchange.expects:
        beside["expects"] = " ".join(exchange.expects)
    if response.chunks:
        beside["chunks"] = " ".join(f"{chunk.size}@{chunk.at}" for chunk in response.chunks)
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "body": _text_if_possible(request.body) if request.body else None,
            "headers": {name: [value] for name, value in sorted(request.headers.items())},
        },
        "response": {
            "status": {"code": response.status, "message": _phrase(response.status)},
            "headers": {name: [value] for name, value in sorted(response.headers.items())},
            "body": {"string": _text_if_possible(response.body)},
        },
        _BESIDE: beside,
    }


def _text_if_possible(body: bytes) -> str | bytes:
    """Text where it is text that YAML can hold (else it is kept as !!binary)."""
    try:
        decoded = body.decode()
    except UnicodeDecodeError:
        return body
    return decoded if len(body.translate(None, _CONTROL)) == len(body) else body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
