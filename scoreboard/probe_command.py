"""The command `probe`: a report card of any endpoint. It loads what it needs when it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from scoreboard.console import warn


def probe(
    base_url: Annotated[str, typer.Option(help="Where the endpoint is, for instance http://127.0.0.1:8080/v1.")],
    model: Annotated[str, typer.Option(help="The model's name there.")],
    wire: Annotated[str, typer.Option(help="The form of its API; found out by default.")] = "",
    provider: Annotated[str, typer.Option(help="Whose dialect it speaks.")] = "",
    api_key_env: Annotated[str, typer.Option(metavar="NAME", help="The environment variable with the key.")] = "",
    header: Annotated[
        list[str] | None, typer.Option(metavar="'NAME: VALUE'", help="Also send this header; may be given again.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="CELL", help="Only this cell; may be given again.")] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also ask what costs more: each tool choice, kinds of calls.")
    ] = False,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CELL[@MODE],...", help="End with 1 where one of these does not hold: tools,schema@stream."
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that the first question may take.")] = 15.0,
    concurrency: Annotated[int, typer.Option(min=0, help="Requests at a time; 0 for what the settings say.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="Keep the cassettes and results in this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Ask again what the folder holds.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Tell the course as a JSON object a line, the document last.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Also write it to this file: .json, .md or .html.")
    ] = None,
) -> None:
    """Print a report card of any endpoint. Ends with 1 where a required cell does not hold, with 2 where it cannot be
    asked.
    """
    from tempfile import TemporaryDirectory

    from scoreboard.errors import expected

    try:
        from scoreboard.live.candidates import endpoint_of
        from scoreboard.live.run import chosen
        from scoreboard.probing import FORMS, Wish, headers_of, probed
        from scoreboard.required import cell_named, required

        wanted = required(require or ())
        named = [cell_named(word) for word in only or ()] or [one.id for one in chosen((), deep=deep)]
        ask = chosen([*named, *(one.cell for one in wanted)])
        if output and output.suffix not in FORMS:
            msg = f"{output} tells by its ending no form that is known; name a file in {', '.join(FORMS)}"
            _trouble(msg)
        headers = headers_of(header or ())
        endpoint = endpoint_of(base_url, model, os.environ, wire, provider, api_key_env, headers, timeout)
        with TemporaryDirectory() as temporary:
            wish = Wish(
                probes=ask, required=wanted, folder=keep or Path(temporary), force=force, concurrency=concurrency,
                as_json=json, output=output,
            )  # fmt: skip
            good = probed(endpoint, wish)
    except expected() as error:
        _trouble(str(error))
    else:
        raise typer.Exit(0 if good else 1)


def _trouble(text: str) -> NoReturn:
    """Ends the command: it could not ask."""
    warn(text)
    raise typer.Exit(2)
