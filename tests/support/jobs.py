"""Rows that are asked for batches and files alone, over real sockets, and what they leave on the emulator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anyio
import httpx

from benchmarks.accuracy import ASSETS_URL, environment
from emulator import Server
from emulator.store import Job
from providers.base import Provider, ProviderError, Request, Response
from providers.chat import Ask
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.results.model import RowResult
from scoreboard.results.store import load
from scoreboard.settings import Pace, Settings

# By wire: a provider that speaks it, and has such services.
SPEAKERS = {
    "openai_chat": "openaichat", "openai_responses": "openairesponses", "anthropic": "anthropic", "gemini": "gemini",
    "mistral": "mistral", "imagen": "gemini",
}  # fmt: skip
MODEL = "emulated"


def recorded(
    server: Server,
    wire: str,
    folder: Path,
    only: Sequence[str],
    *,
    model: str = MODEL,
    mode: str = "sync",
    requests: int | None = None,
    provider: str = "",
) -> list[RowResult]:
    """The rows of a model in its plain mode, recorded; `requests` bounds what is sent. `provider`: one that speaks the
    wire, too.
    """
    name = provider or SPEAKERS[wire]
    how = runs(server, wire, folder, only, requests)
    anyio.run(run, how, targets([f"{name}/{model}/{mode}"]), Lines(nobody, how.budget))
    return list(load(folder / "results", name).rows)


def runs(server: Server, wire: str, folder: Path, only: Sequence[str], requests: int | None = None) -> Run:
    """How they are recorded."""
    settings = Settings(assets_url=ASSETS_URL, samples=1, pace={"default": Pace(concurrency=4)})
    return Run(
        settings,
        environment(),
        Budget(requests),
        folder / "cassettes",
        folder / "results",
        base_url=server.url(wire),
        only=tuple(only),
    )


def left(server: Server, wire: str) -> tuple[list[str], list[Job]]:
    """The files, and the batches that are under way."""
    emulated = server.wires[wire]
    return sorted(emulated.shelf.files), [job for job in emulated.jobs.jobs.values() if not (job.done or job.failure)]


def driven(provider: Provider, url: str, ask: Ask) -> list[Request]:
    """What a wire sends to a server for a question, all of it."""
    sent: list[Request] = []
    driver = provider.wire.ask(ask, "m", url, provider.quirks)
    try:
        request = next(driver)
        while True:
            sent.append(request)
            got = httpx.request(request.method, request.url, content=request.body, headers=request.headers)
            request = driver.send(Response(got.status_code, dict(got.headers), got.content))
    except (StopIteration, ProviderError):
        return sent
