"""The command `compare`: two sides, of results or asked live. It loads what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scoreboard.console import say
from scoreboard.difference_commands import RESULTS, Folder, trouble

FORMS = (".md", ".json")


def compare(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[A] [B]",
            help="A folder of results, a file of them, an exported document, provider/model, or a git revision.",
        ),
    ] = None,
    base_url: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="An endpoint to be asked live, as A or B that is not named.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="The model's name there; as --wire, --provider and --api-key-env once for both, or once for each."
        ),
    ] = None,
    wire: Annotated[list[str] | None, typer.Option(help="The form of its API; found out by default.")] = None,
    provider: Annotated[list[str] | None, typer.Option(help="Whose dialect it speaks.")] = None,
    api_key_env: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="The environment variable with the key.")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME: VALUE'", help="Also send this header, to both; may be given again."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="CELL", help="Only this cell; may be given again.")] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also ask what costs more: each tool choice, kinds of calls.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that the first question may take.")] = 15.0,
    concurrency: Annotated[int, typer.Option(min=0, help="Requests at a time; 0 for what the settings say.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="Keep cassettes and results in a/ and b/ of this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Ask again what the folder holds.")] = False,
    results: Folder = RESULTS,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as a JSON document.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Also write it to this file: .md or .json.")
    ] = None,
) -> None:
    """Compare two sides cell by cell: what a gateway, a version, a quantization or a vendor loses, alters, gains. Ends
    with 1 where anything differs, with 2 where nothing can be compared.
    """
    from tempfile import TemporaryDirectory

    from scoreboard.errors import expected

    if output and output.suffix not in FORMS:
        trouble(f"{output} tells by its ending no form that is known; name a file in {', '.join(FORMS)}")
    try:
        from scoreboard.comparing import Live, comparison, written
        from scoreboard.disk import write
        from scoreboard.live.run import chosen
        from scoreboard.pages.compare import lines
        from scoreboard.required import cell_named

        cells = [cell_named(word) for word in only or ()]
        with TemporaryDirectory() as temporary:
            live = Live(
                urls=base_url or (), models=model or (), wires=wire or (), providers=provider or (),
                keys=api_key_env or (), headers=header or (), folder=keep or Path(temporary), force=force,
                probes=chosen(cells or [one.id for one in chosen((), deep=deep)]), timeout=timeout,
                concurrency=concurrency,
            )  # fmt: skip
            made = comparison(words or (), live, results, cells)
        if output:
            write(output, written(made, output.suffix))
    except expected() as error:
        trouble(str(error))
    if markdown or json:
        say(written(made, ".md" if markdown else ".json").decode().rstrip())
    else:
        for line in lines(made):
            say(line)
        if base_url and not keep:
            say("The exchanges of what was asked live are gone; --keep DIR keeps them.")
    if not made.tells:
        trouble(f"no cell is known of both {made.names[0]} and {made.names[1]}")
    raise typer.Exit(1 if made.differs else 0)
