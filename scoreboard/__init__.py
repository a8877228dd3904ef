"""RUN, KEEP, SHOW: the matrix, the engine, the transport, the store, the importer, the renderers, the command line.

from scoreboard import ask, judged, load
load().supports("gemini/gemini-2.5-pro", "schema", stream=True)  # True, False, or None: not known
(await ask("http://127.0.0.1:8080/v1", "m", ["tools", "schema"]))["tools"]  # the same, asked live
judged(response)["tools"].kind  # what one exchange of one's own shows
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from probes.row import Finding
    from scoreboard.answers import Answers
    from scoreboard.board import Board

__all__ = ["ask", "judged", "load"]


def load(results: Path | str | None = None) -> Board:
    """The board of a folder of results, by default of those that come with the project."""
    from scoreboard.board import Board

    return Board(results)


async def ask(
    base_url: str,
    model: str,
    cells: Iterable[str] | str,
    *,
    key: str | None = None,
    stream: bool = False,
    wire: str = "",
    provider: str = "",
    seconds: float = 60.0,
    days: float = 7.0,
    cache: Path | str | None = None,
) -> Answers:
    """What an endpoint does of some cells, asked live: a mapping of True, False, or None where nothing is settled, with
    `why(cell)` in words. At most three requests are sent, and none for what is known from the last `days`.

    key: where it is None, the variable of the provider whose address it is holds it. wire, provider: the form of its
    API, and whose dialect it speaks; found out by default, which may take requests. seconds: the most that it takes in
    all. cache: the folder of what is kept, by default the user's; no key is kept. Raises ValueError for a name that is
    not known, and for a key that no header can carry; whatever a server does is a None.
    """
    from scoreboard.answers import ask as answered

    return await answered(
        base_url, model, cells, key=key, stream=stream, wire=wire, provider=provider, seconds=seconds, days=days,
        cache=cache,
    )  # fmt: skip


def judged(response: httpx.Response) -> Mapping[str, Finding]:
    """What an exchange shows, cell by cell, by its response, whose request is with it: `kind` is seen, accepted,
    missed, refused or nothing, `reason` and `note` say why. Cells that it does not concern are not in it.

    Raises ValueError for a response that was not read, and for a request that asks nothing of a model.
    """
    from scoreboard.judging import judged as shown

    return shown(response)
