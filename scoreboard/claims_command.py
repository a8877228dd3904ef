"""The command `claims`: what catalogues publish beside what was measured. It loads what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scoreboard.bundled import bundled
from scoreboard.console import say, warn
from scoreboard.difference_commands import RESULTS, trouble

if TYPE_CHECKING:
    from scoreboard.claims.rules import Claim
    from scoreboard.claims.snapshots import Snapshot


def claims(
    results: Annotated[
        Path | None, typer.Option(help="Where results are kept; by default here, else those that come with it.")
    ] = None,
    against: Annotated[
        list[str] | None, typer.Option(metavar="CATALOGUE", help="Only this catalogue; may be given again.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option(help="A copy of it, a file or folder; by default that of ../shared/claims.")
    ] = None,
    patch: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the patch of each, with the text of its pull request, to this folder."),
    ] = None,
    counts: Annotated[bool, typer.Option("--counts", help="Only count them, as a table in Markdown.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the counts beside the results, for the pages of `scoreboard render`.")
    ] = False,
) -> None:
    """List where the flags that catalogues publish and the evidence contradict each other, or a gap can be filled. Ends
    with 2 where nothing can be compared.
    """
    from scoreboard.claims.catalogues import maps
    from scoreboard.claims.rules import claims as held
    from scoreboard.claims.snapshots import snapshot as copy_of
    from scoreboard.claims.words import counted, lines
    from scoreboard.errors import expected
    from scoreboard.pages.claims import table
    from scoreboard.results.claimed import keep as keep_counts
    from scoreboard.results.store import load_all

    names = list(dict.fromkeys(against or maps().catalogues))
    if unknown := [name for name in names if name not in maps().catalogues]:
        trouble(f"no catalogue is named {unknown[0]!r}; there are {', '.join(maps().catalogues)}")
    if snapshot and len(names) != 1:
        trouble("--snapshot is a copy of one catalogue; name it with --against")
    try:
        folder = results or (RESULTS if RESULTS.is_dir() else bundled("results"))
        everything = load_all(folder)
        if not everything:
            trouble(f"{folder} holds no results; run `scoreboard import DIR` or `scoreboard replay` first")
        known, missing = {}, []
        for name in names:
            try:
                copy = copy_of(maps().catalogues[name], snapshot)
            except expected() as error:
                missing.append(str(error))
                continue
            found = held(everything, name, copy)
            known[name] = counted(copy, found)
            for claim in found if not counts else ():
                if claim.kind in ("contradicted", "gap"):
                    say("\n".join(lines(claim)))
            if patch:
                _write(patch, name, found, copy)
        if keep:
            keep_counts(folder, known)
    except expected() as error:
        trouble(str(error))
    for line in missing if known else missing[:-1]:
        warn(line)
    if not known:
        trouble(missing[-1])
    say(table(known.values()))


def _write(folder: Path, name: str, found: list[Claim], copy: Snapshot) -> None:
    from scoreboard.claims.patches import patch
    from scoreboard.claims.words import pull_request
    from scoreboard.disk import write

    made = patch(found, copy)
    write(folder / f"{name}.md", pull_request(made, copy).encode("utf-8", "replace"))
    if made.diff:
        write(folder / f"{name}.patch", made.diff)
    say(f"{folder / name}: {len(made.taken)} claims in the patch, {len(made.left)} left out")
