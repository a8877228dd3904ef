"""The commands `diff` and `history`: what changed in results, and why. They load what they need when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from scoreboard.console import say, warn

Folder = Annotated[Path, typer.Option("--results", help="Where results are kept, one JSON file per provider.")]
RESULTS = Path("results")
NAMES = "A folder of results, a file of them, an exported document, provider/model, or a git revision."


def diff(
    old: Annotated[str, typer.Argument(help=NAMES)],
    new: Annotated[str, typer.Argument(help="Another.")],
    results: Folder = RESULTS,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
) -> None:
    """List the cells that differ, with both reasons, and whether the API, the model, the question or the judge changed.
    Ends with 1 where any does, with 2 where it cannot be told.
    """
    from scoreboard.errors import expected

    try:
        from scoreboard.pages import changes as page
        from scoreboard.results.changes import changes
        from scoreboard.results.sides import sides

        found = list(changes(*sides((old, new), results)))
    except expected() as error:
        trouble(str(error))
    if markdown:
        say(page.markdown((old, new), found).rstrip())
    else:
        for line in page.lines(found):
            say(line)
    raise typer.Exit(1 if found else 0)


def history(
    target: Annotated[str, typer.Argument(metavar="PROVIDER/MODEL")],
    cell: Annotated[
        str | None, typer.Argument(metavar="CELL", help="A column of the matrix; by default all that is known.")
    ] = None,
    results: Folder = RESULTS,
) -> None:
    """List a cell's verdicts over time, each with its evidence and with what changed."""
    from scoreboard.pages.changes import history_lines
    from scoreboard.pages.explain import named
    from scoreboard.results.store import load

    provider, _, model = target.partition("/")
    known = load(results, provider)
    for line in history_lines(known, model, named(known, model, cell)):
        say(line)


def trouble(text: str) -> NoReturn:
    """Ends the command: it could not do what it was asked."""
    warn(text)
    raise typer.Exit(2)
