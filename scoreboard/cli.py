"""The command line. Each command loads what it needs when it runs, so that doing nothing is quick."""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scoreboard.claims_command import claims
from scoreboard.compare_command import compare
from scoreboard.console import complaining, say, stoppable, warn
from scoreboard.difference_commands import diff, history
from scoreboard.explain_command import explain
from scoreboard.fetch_command import fetch
from scoreboard.probe_command import probe

if TYPE_CHECKING:
    from scoreboard.live.reporters import Report
    from scoreboard.net.budget import Budget
    from scoreboard.traffic.importer import What

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Measured truth about LLM APIs.",
)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        say(f"llm-scoreboard {version('llm-scoreboard')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Tell the version, and end.")
    ] = False,
) -> None:
    """Measured truth about LLM APIs."""
    del version  # told before a command is looked for


Folder = Annotated[Path, typer.Option("--results", help="Where results are kept, one JSON file per provider.")]
RESULTS = Path("results")


Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders of recordings, of any form.")]


@app.command("import")
def import_(
    paths: Paths,
    collection: Annotated[str, typer.Option(help="The collection that they are of (collections.toml).")] = "",
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
    since: Annotated[str, typer.Option(metavar="DAY", help="Only what was recorded on this day or later.")] = "",
    results: Folder = RESULTS,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0 for all cores.")] = 0,
    explain_: Annotated[
        bool, typer.Option("--explain", help="Write nothing; tell of each exchange what it shows, or why it does not.")
    ] = False,
) -> None:
    """Judge other people's recordings by the same probes; writes the results."""
    from scoreboard.traffic.explain import told
    from scoreboard.traffic.importer import What

    what = What(tuple(paths), collection, provider, _day(since))
    if explain_:
        for line in told(what):
            say(line)
        return
    _import(what, results, jobs or os.cpu_count() or 1)


def _import(what: What, results: Path, jobs: int) -> None:
    from scoreboard import stamp
    from scoreboard.traffic.cache import Cache
    from scoreboard.traffic.importer import import_traffic

    step = f"import-{what.name}"
    inputs = [*what.paths, Path(stamp.__file__).parent.parent / "collections.toml"]
    if stamp.fresh(step, inputs, [results]):
        say("nothing changed since the same was imported")
        return
    from scoreboard.results.store import save

    imported = import_traffic(what, results, jobs=jobs, cache=Cache(Path(".scoreboard", "traffic"), stamp.code()))
    for line in imported.complaints:
        warn(line)
    changed = [one.provider for one in imported.results if save(results, one)]
    for line in imported.counts.lines():
        say(line)
    say(f"{imported.exchanges} recordings, {imported.rows} rows; changed: {', '.join(changed) or 'nothing'}")
    stamp.keep(step, inputs, [results])


def _day(text: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        msg = f"{text!r} is no day; give one such as 2026-08-20"
        raise typer.BadParameter(msg) from None


@app.command()
def replay(
    results: Folder = RESULTS,
    cassettes: Annotated[Path, typer.Option(help="Where cassettes are kept.")] = Path("cassettes"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where the results differ.")] = False,
    pages: Annotated[bool, typer.Option("--render", help="Then write SCOREBOARD.md and docs/.")] = False,
) -> None:
    """Judge our own cassettes again; writes the results."""
    from scoreboard import stamp

    inputs, outputs = [cassettes, Path("scoreboard.toml")], [results]
    if check or not stamp.fresh("replay", inputs, outputs):
        _replay(results, cassettes, check=check)
        if not check:
            stamp.keep("replay", inputs, outputs)
    if pages:
        render(results, Path(), cassettes)


def _replay(results: Path, cassettes: Path, *, check: bool) -> None:
    from scoreboard.pages.changes import lines
    from scoreboard.replay import replayed
    from scoreboard.results.changes import changes_of
    from scoreboard.results.store import encode, save

    pairs = replayed(cassettes, results)
    changed = [(old, new) for old, new in pairs if encode(old) != encode(new)]
    for line in lines(changes_of(changed)):
        say(line)
    if check and changed:
        warn(
            f"the results of {', '.join(new.provider for _, new in changed)} do not follow from the cassettes; "
            "run `scoreboard replay`"
        )
        raise typer.Exit(1)
    for _, new in changed:
        save(results, new)
    rows = sum(len(new.rows) for _, new in pairs)
    say(
        f"{rows} rows of {len(pairs)} providers from {cassettes}; changed: "
        f"{', '.join(new.provider for _, new in changed) or 'nothing'}"
    )


def _days(text: str) -> float:
    number, unit = (text[:-1], text[-1]) if text[-1:] in ("d", "h") else (text, "d")
    if not re.fullmatch(r"\d+(\.\d+)?", number):
        msg = f"{text!r} is no span of time; give one such as 30d or 12h"
        raise typer.BadParameter(msg)
    return float(number) / (24 if unit == "h" else 1)


@app.command()
def record(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="[PROVIDER[/MODEL[/MODE]]]...", help="All providers by default.")
    ] = None,
    results: Folder = RESULTS,
    cassettes: Annotated[Path, typer.Option(help="Where cassettes are kept.")] = Path("cassettes"),
    only: Annotated[list[str] | None, typer.Option(help="Only this cell; may be given again.")] = None,
    stale: Annotated[
        float | None, typer.Option(parser=_days, metavar="30d|12h", help="Ask again what is older.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Ask everything again.")] = False,
    max_requests: Annotated[int | None, typer.Option(help="Stop before more requests than this.")] = None,
    most_tokens: Annotated[int | None, typer.Option("--max-tokens", help="Stop before more tokens than this.")] = None,
    max_usd: Annotated[
        float | None,
        typer.Option(help="Stop before more US dollars than this; models without a known price are left out."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing; print the requests, tokens and cost of each row.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Tell the course as a JSON object a line.")] = False,
    shard: Annotated[str, typer.Option(help="Only every N-th model: K/N.")] = "1/1",
    base_url: Annotated[str, typer.Option(help="Where the provider is today, in place of its own address.")] = "",
    deep: Annotated[
        bool, typer.Option("--deep", help="Also ask what costs more: each tool choice, kinds of calls, habits often.")
    ] = False,
) -> None:
    """Ask live APIs, keep the traffic as cassettes, and judge it. Keys come from the environment only."""
    from functools import partial

    from scoreboard.live.endpoint import bind
    from scoreboard.live.plan import planned
    from scoreboard.live.run import Run, run
    from scoreboard.live.run import shard as numbers
    from scoreboard.live.run import targets as by_provider
    from scoreboard.net.budget import Budget
    from scoreboard.settings import settings

    wanted = by_provider(targets or ())
    budget = Budget(max_requests, most_tokens, max_usd)
    how = Run(
        settings(Path()),
        os.environ,
        budget,
        cassettes,
        results,
        stale,
        force,
        tuple(only or ()),
        base_url,
        numbers(shard),
        deep,
    )
    if base_url or any((results / f"{name}.json").exists() for name in wanted):
        bind(results, wanted, base_url)
    if dry_run:
        for line in planned(how, wanted, as_json=json):
            say(line)
        return
    report = _report(budget, as_json=json)
    try:
        good = stoppable(partial(run, how, wanted, report))
    finally:
        report.end()
    if good is None:
        warn(f"stopped after {budget.spent()}; what was answered is kept, the same command goes on from there")
    # A budget that is used up is what was asked for; whatever else ended the run is trouble.
    raise typer.Exit(130 if good is None else 0 if good and not budget.halted else 1)


def _report(budget: Budget, *, as_json: bool) -> Report:
    """How this run is told: to a program, a terminal, or a file."""
    from scoreboard.live.reporters import Display, JsonLines, Lines

    if as_json:
        return JsonLines(say, budget)
    return Display(budget) if sys.stdout.isatty() else Lines(say, budget)


app.command()(fetch)
app.command()(probe)


@app.command("merge")
def merge_(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders that hold cassettes/ and results/ of other runs.")
    ],
    into: Annotated[Path, typer.Option(help="The folder that they are merged into.")] = Path(),
) -> None:
    """Merge the evidence and verdicts of several runs; newest evidence wins, conflicts are reported."""
    from scoreboard.merge import merge

    for line in merge(folders, into):
        say(f"conflict: {line}")


@app.command()
def drift(
    paths: Paths,
    provider: Annotated[str | None, typer.Option(help="Only this provider.")] = None,
) -> None:
    """List the wire fields that no driver knew, per provider, with where each was first seen."""
    from tempfile import TemporaryDirectory

    from scoreboard.traffic.importer import What, import_traffic

    with TemporaryDirectory() as empty:
        what = What(tuple(paths), provider=provider)
        unknown_fields = import_traffic(what, Path(empty), jobs=os.cpu_count() or 1).drift
    for owner, names in sorted(unknown_fields.items()):
        for path, where in sorted(names.items()):
            say(f"{owner}  {path}  {where}")


@app.command()
def render(
    results: Folder = RESULTS,
    root: Annotated[Path, typer.Option("--output", "--into", help="Where SCOREBOARD.md and docs/ are.")] = Path(),
    cassettes: Annotated[Path, typer.Option(help="Where cassettes are kept.")] = Path("cassettes"),
) -> None:
    """Write SCOREBOARD.md, docs/ and site/ from the results."""
    from scoreboard import stamp

    if stamp.fresh("render", [results, cassettes], [root / "SCOREBOARD.md", root / "docs", root / "site"]):
        say("nothing changed")
        return
    from scoreboard.pages.markdown import render
    from scoreboard.results.claimed import claimed
    from scoreboard.results.overrides import corrected
    from scoreboard.results.store import load_all

    changed = render(corrected(load_all(results), results), root, cassettes, claimed(results))
    stamp.keep("render", [results, cassettes], [root / "SCOREBOARD.md", root / "docs", root / "site"])
    say(f"written: {', '.join(map(str, changed)) or 'nothing changed'}")


@app.command()
def export(
    results: Folder = RESULTS,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output by default.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the document's JSON Schema instead.")] = False,
    form: Annotated[
        Literal["json", "csv", "sqlite", "parquet"],
        typer.Option("--format", help="All but json have a row per cell; sqlite and parquet need a file."),
    ] = "json",
    until: Annotated[
        str, typer.Option("--as-of", metavar="DAY", help="What was in force that day, by the evidence of up to then.")
    ] = "",
) -> None:
    """Print all results as one document: JSON (docs/results.schema.json describes it), CSV, SQLite or Parquet."""
    import msgspec

    from scoreboard.disk import write
    from scoreboard.results.changes import as_of
    from scoreboard.results.export import exported, json_schema
    from scoreboard.results.overrides import corrected
    from scoreboard.results.store import ResultsError, load_all
    from scoreboard.results.tables import as_csv, as_parquet, as_sqlite

    if form in ("sqlite", "parquet") and not output:
        msg = f"{form} is no text; name its file with -o"
        raise typer.BadParameter(msg)
    everything = [] if schema else load_all(results)
    if not everything and not schema:
        msg = f"{results} holds no results; run `scoreboard import DIR` or `scoreboard replay` first"
        raise ResultsError(msg)
    day = _day(until)
    everything = corrected([as_of(one, day) for one in everything] if day else everything, results, day)
    if schema or form == "json":
        document = json_schema() if schema else exported(everything, as_of=day)
        data = msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
    else:
        data = {"csv": as_csv, "sqlite": as_sqlite, "parquet": as_parquet}[form](everything)
    if output:
        write(output, data)
    else:
        sys.stdout.write(data.decode())


app.command()(explain)


@app.command()
def models(provider: str, results: Folder = RESULTS) -> None:
    """List the known models of a provider; * marks those that were probed."""
    from scoreboard.results.store import load

    listed = load(results, provider)
    probed = {row.model for row in listed.rows}
    for model in sorted({*listed.models, *probed}):
        say(f"{'*' if model in probed else ' '} {model}")


app.command()(compare)
app.command()(diff)
app.command()(history)
app.command()(claims)


def main() -> None:
    """Runs the command line. Known trouble gives one line and exit code 1; SCOREBOARD_DEBUG=1 shows tracebacks."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL and sys.argv[1:2] in (["import"], ["drift"]):
        # Ctrl-C ends a command at once; but those that have processes of their own end them first.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    complaining(app)
