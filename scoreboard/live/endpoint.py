"""The address that a folder of evidence was kept from: it is never shown as that of another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from scoreboard.errors import ScoreboardError
from scoreboard.results.store import ResultsError, file_of, load


class EndpointError(ScoreboardError):
    """A folder that was kept from another address, or what is none; the message says which, and what to do."""


def plain_address(url: str) -> str:
    """An address without user, password, query and fragment; empty where there is none. Raises EndpointError for what
    can be none.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        msg = f"what was given is no address: {error}"
        raise EndpointError(msg) from error
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}" if host else ""


def bind(folder: Path, providers: Iterable[str], base_url: str) -> None:
    """Raises EndpointError where the results in a folder were kept from another address than is to be asked now."""
    asked = plain_address(base_url)
    for provider in providers:
        try:
            results = load(folder, provider)
        except ResultsError:
            continue  # who asks the provider tells of it, and leaves the others be
        if results.rows and results.endpoint != asked:
            was = results.endpoint or "its own address"
            path = file_of(folder, provider)
            msg = f"{path} was kept from {was}, and {asked or 'its own address'} is to be asked; name another folder"
            raise EndpointError(msg)
