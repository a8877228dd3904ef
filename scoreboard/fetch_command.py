"""The command `fetch`: public recordings by git, at their commits. It loads what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoreboard.console import say, warn

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[COLLECTION]...", help="All of collections.toml by default.")
]


def fetch(
    names: Names = None,
    into: Annotated[Path, typer.Option(help="Where each has a folder of its name.")] = Path(
        ".scoreboard", "collections"
    ),
) -> None:
    """Fetch public recordings by git, each collection at its commit; then import the folder. Ends with 2 where one
    cannot be fetched.
    """
    from scoreboard.errors import ScoreboardError
    from scoreboard.traffic.fetching import OfflineError, chosen
    from scoreboard.traffic.fetching import fetch as bring

    failed = False
    try:
        for collection in chosen(names or []):
            try:
                count = bring(collection, into)
            except ScoreboardError as error:
                warn(str(error))
                failed = True
                if isinstance(error, OfflineError):
                    break
            else:
                say(f"{into / collection.name}: {f'{count} files' if count else 'is here already'}")
    except ScoreboardError as error:
        warn(str(error))
        failed = True
    if failed:
        raise typer.Exit(2)
