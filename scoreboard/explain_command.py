"""The command `explain`: why a cell shows what it shows. It loads what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoreboard.console import redactor, say

_MEDIA = "media"
FETCHED = Path(".scoreboard", "collections")  # where `scoreboard fetch` brings recordings


def explain(
    target: Annotated[str, typer.Argument(metavar="PROVIDER/MODEL")],
    cell: Annotated[str | None, typer.Argument(metavar="CELL", help="A column of the matrix; all by default.")] = None,
    results: Annotated[
        Path, typer.Option("--results", help="Where results are kept, one JSON file per provider.")
    ] = Path("results"),
    cassettes: Annotated[Path, typer.Option(help="Where cassettes are kept.")] = Path("cassettes"),
    html: Annotated[Path | None, typer.Option(help="Also write it to this file, as a page of its own.")] = None,
    media: Annotated[
        Path | None, typer.Option(help="Write the media that the commands name, and long bodies, to this folder.")
    ] = None,
) -> None:
    """Tell why a cell shows what it shows: each exchange that it rests on, and a curl command that asks again."""
    from scoreboard.disk import write
    from scoreboard.pages import explain as page
    from scoreboard.pages.curl import Files
    from scoreboard.pages.explain_page import html as as_html
    from scoreboard.results.overrides import corrected
    from scoreboard.results.store import load
    from scoreboard.sources import recordings_folders
    from scoreboard.traffic.behind import Archive

    provider, _, model = target.partition("/")
    files = Files(str(media or _MEDIA))
    archive = Archive(cassettes, [*recordings_folders(Path()), *filter(Path.is_dir, [FETCHED])])
    (known,) = corrected([load(results, provider)], results)
    whys = list(page.explained(known, model, cell, archive, redactor(), files))
    for line in page.lines(whys):
        say(line)
    if html:
        write(html, as_html(" ".join(filter(None, (target, cell))), whys).encode("utf-8", "replace"))
    for name, data in files.others.items() if media else ():
        write(Path(name), data)
    if files.others and not media:
        say(f"The commands name {len(files.others)} files in {_MEDIA}/: --media {_MEDIA} writes them.")
