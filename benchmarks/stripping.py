"""What is told of a field that never arrives: a gateway before an emulator drops it, and its own cells turn, no other.

    python -m benchmarks.stripping [WIRE ...]

A model where all works is recorded straight, then through gateways (emulator/proxy.py). Each of these drops one field
of its wire from each request; one sends streams in one piece, one sets the same seed in each request, two answer from a
cache, before a model that heeds seeds and before one that does not (unseeded). A line per field, a column per wire: ok,
the number of cells that are wrong, or a point where the wire has no such field. The exit is 1 where a cell is wrong.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import anyio

from benchmarks.accuracy import ASSETS_URL, KEY, SPOKEN_BY, environment
from benchmarks.expected import BESIDE, IGNORED, NO, may_differ
from emulator import IGNORES, Switchboard, serve
from emulator.proxy import Way, proxied
from probes.base import probes
from providers.base import providers
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.results.model import Cell, RowResult
from scoreboard.results.store import load
from scoreboard.settings import Pace, Settings

ACCEPTED = "supported accepted"
# Plain words, or JSON of another form, in an answer that was to be JSON: ignored, or malformed for whoever reads it.
UNFORMED = IGNORED | {f"{NO} malformed"}
# A medium that did not come along: the model says so, or speaks of something else.
UNSEEN = IGNORED | {f"{NO} wrong"}
# Of calls that never come nothing can be said.
UNCALLED = {"unknown unsure", "unknown not_asked", "unknown own"}
# What the cells of a field must come to where it is dropped. None of them may be supported, be it as accepted: each is
# asked for by a question in which its effect is due. All other cells stay, but for those that depend on these (BESIDE
# in benchmarks/expected.py).
DROPPED: Mapping[str, Mapping[str, set[str]]] = {
    "seed": {"seed": IGNORED},
    "stop": {"stop": IGNORED},
    "max_tokens": {"max_tokens": IGNORED},  # the questions want long texts, which run past any cap
    "top_logprobs": {"logprobs": IGNORED},
    "json": {"json": UNFORMED},
    "schema": {"schema": UNFORMED, "tools.schema": UNFORMED},
    "tools": {
        **dict.fromkeys(("tools", "tools.forced", "tools.named", "tools.empty", "tools.nested"), IGNORED),
        **dict.fromkeys(("tools.unbiased", "tools.decisive", "tools.parallel", "stream.calls"), UNCALLED),
        "tools.serial": {ACCEPTED},  # no call at all is none too many
        # No call came, which nothing has to do with its being forbidden.
        "tools.none": UNCALLED,
        "tools.schema": IGNORED,  # a text comes by the schema, and no call before it
    },
    "tool_choice": {"tools.forced": IGNORED, "tools.named": IGNORED, "tools.none": IGNORED},
    # Where a call is demanded still, it is of any tool.
    "named_tool": {"tools.named": IGNORED | {f"{NO} wrong"}},
    # The models here call once at a time, forbidden or not: taken, and nothing shown, as straight.
    "parallel": {"tools.serial": IGNORED | {ACCEPTED}},
    "web_search": {"web_search": IGNORED},
    "documents": {"cite": IGNORED},
    "citations": {"cite": IGNORED},  # the document comes, the wish to have it cited does not
    "image": {"in.image": UNSEEN},
    "audio": {"in.audio": UNSEEN},
    "video": {"in.video": UNSEEN},
    "document": {"in.document": UNSEEN},
    "outputs": {"out.image": IGNORED, "out.audio": IGNORED},
}
_RESPONSE_FORMAT = {"json": ("response_format[type=json_object]",), "schema": ("response_format[type=json_schema]",)}
_CHAT = {
    "seed": ("seed",),
    "stop": ("stop",),
    "max_tokens": ("max_tokens", "max_completion_tokens"),
    "top_logprobs": ("logprobs", "top_logprobs"),
    **_RESPONSE_FORMAT,
    "tools": ("tools[type=function]", "tool_choice", "parallel_tool_calls"),
    "tool_choice": ("tool_choice",),
    "named_tool": ("tool_choice[type=function]",),
    "parallel": ("parallel_tool_calls",),
    "image": ("messages[].content[type=image_url]",),
}
# Where the fields of each wire are that answers with text. What is said of calls goes with the tools: alone it is an
# error.
FIELDS: Mapping[str, Mapping[str, Sequence[str]]] = {
    # A cap is demanded. https://platform.claude.com/docs/en/api/messages
    "anthropic": {
        "stop": ("stop_sequences",),
        "schema": ("output_config.format",),
        "tools": ("tools[!type]", "tool_choice"),
        "tool_choice": ("tool_choice",),
        "named_tool": ("tool_choice[type=tool]",),
        "parallel": ("tool_choice.disable_parallel_tool_use",),
        "web_search": ("tools[type=web_search*]",),
        "documents": ("messages[].content[source.type=text]",),
        "citations": ("messages[].content[].citations",),
        "image": ("messages[].content[type=image]",),
        "document": (
            "messages[].content[type=document,source.type=base64]",
            "messages[].content[type=document,source.type=url]",
        ),
    },
    "cloudflare": {field: _CHAT[field] for field in ("seed", "max_tokens", "json", "schema", "tools", "image")},
    # A schema stands within JSON mode, which stays. https://docs.cohere.com/reference/chat
    "cohere": _CHAT
    | {
        "stop": ("stop_sequences",),
        "json": ("response_format[!json_schema]",),
        "schema": ("response_format.json_schema",),
        "documents": ("documents",),
    },
    # A text can be attached, but nothing points into it, so that there is no citation to lose.
    "gemini": {
        "seed": ("generationConfig.seed",),
        "stop": ("generationConfig.stopSequences",),
        "max_tokens": ("generationConfig.maxOutputTokens",),
        "top_logprobs": ("generationConfig.responseLogprobs", "generationConfig.logprobs"),
        "json": ("generationConfig[!responseJsonSchema,!responseSchema].responseMimeType",),
        "schema": ("generationConfig.responseJsonSchema", "generationConfig.responseSchema"),
        "tools": ("tools[functionDeclarations]", "toolConfig"),
        "tool_choice": ("toolConfig",),
        "named_tool": ("toolConfig.functionCallingConfig.allowedFunctionNames",),
        "web_search": ("tools[googleSearch]",),
        **{
            kind: (f"contents[].parts[inlineData.mimeType={mime}]", f"contents[].parts[fileData.mimeType={mime}]")
            for kind, mime in (
                ("image", "image/*"),
                ("audio", "audio/*"),
                ("video", "video/*"),
                ("document", "application/pdf"),
            )
        },
        "outputs": ("generationConfig.responseModalities", "generationConfig.speechConfig"),
    },
    # A search is a conversation, whose options are within `completion_args`. https://docs.mistral.ai/api
    "mistral": _CHAT
    | {
        "seed": ("random_seed", "completion_args.random_seed"),
        "stop": ("stop", "completion_args.stop"),
        "max_tokens": ("max_tokens", "completion_args.max_tokens"),
        "tool_choice": ("tool_choice", "completion_args.tool_choice"),
        "web_search": ("tools[type=web_search*]",),
        "audio": ("messages[].content[type=input_audio]",),
        "document": ("messages[].content[type=document_url]",),
    },
    "ollama": {
        "seed": ("options.seed",),
        "stop": ("options.stop",),
        "max_tokens": ("options.num_predict",),
        "top_logprobs": ("logprobs", "top_logprobs"),
        "json": ("format[=json]",),
        "schema": ("format[type]",),
        "tools": ("tools",),
        "image": ("messages[].images",),
    },
    "openai_chat": _CHAT
    | {
        "web_search": ("web_search_options",),
        "audio": ("messages[].content[type=input_audio]",),
        "document": ("messages[].content[type=file]",),
        "outputs": ("modalities", "audio"),
    },
    # The choice of the API's own tools is another matter.
    "openai_responses": {
        "max_tokens": ("max_output_tokens",),
        "top_logprobs": ("top_logprobs", "include[=message.output_text.logprobs]"),
        "json": ("text.format[type=json_object]",),
        "schema": ("text.format[type=json_schema]",),
        "tools": ("tools[type=function]", "tool_choice[=*]", "tool_choice[type=function]", "parallel_tool_calls"),
        "tool_choice": ("tool_choice[=*]", "tool_choice[type=function]"),
        "named_tool": ("tool_choice[type=function]",),
        "parallel": ("parallel_tool_calls",),
        "web_search": ("tools[type=web_search*]", "include[=web_search_call*]"),
        "image": ("input[].content[type=input_image]",),
        "document": ("input[].content[type=input_file]",),
        "outputs": ("tools[type=image_generation]", "tool_choice[type=image_generation]"),
    },
}
# Where a seed is set, and where requests have one.
SEEDS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("cloudflare", "cohere", "openai_chat"), ("seed",)),
    "gemini": ("[contents].generationConfig.seed",),
    "mistral": ("[messages].random_seed", "[inputs].completion_args.random_seed"),
    "ollama": ("options.seed",),
}
BUFFERED, CONSTANT, CACHE, KEYLESS = "buffered", "constant seed", "cache", "cache, no seed"
UNSEEDED, KEYLESS_UNSEEDED = f"{CACHE}, unseeded", f"{KEYLESS}, unseeded"
GATEWAYS = (BUFFERED, CONSTANT, CACHE, KEYLESS, UNSEEDED, KEYLESS_UNSEEDED)
_SEED_AT_MOST = {"seed": IGNORED | {ACCEPTED}}
# The times of a stream are those of the machine; but what comes in one piece does not flow.
_TIMES = "stream.flows"
_AT_ONCE = {_TIMES: IGNORED}
# What is polled for stays as it was the first time.
_CACHED = _AT_ONCE | {"batch": {"unknown pending"}}
# What the cells come to behind the other gateways; none of the others differs. A cache that knows requests by all that
# they say is of no matter where seeds are heeded: then, too, it is the seed that tells the answers apart. One before a
# model that ignores them gives the same request the same answer, for no reason of the seed's.
BEHIND: Mapping[str, Mapping[str, set[str]]] = {
    BUFFERED: _AT_ONCE,
    CONSTANT: _SEED_AT_MOST,
    CACHE: _CACHED,
    KEYLESS: _CACHED | _SEED_AT_MOST,
    UNSEEDED: _CACHED | _SEED_AT_MOST,
    KEYLESS_UNSEEDED: _CACHED | _SEED_AT_MOST,
}
AT_ONCE = 8  # recordings
_SEED = 1234


class Told(NamedTuple):
    """How many cells were looked at behind a gateway of a wire, and what is wrong."""

    wire: str
    name: str
    cells: int
    wrong: list[str]


def ways(wire: str) -> dict[str, Way]:
    """The gateways of a wire, by name."""
    seeds = tuple(SEEDS.get(wire, ()))
    lacks = {field for field, cells in DROPPED.items() if not _expressible(wire, cells)}
    found = {field: Way(drops=tuple(paths)) for field, paths in FIELDS[wire].items() if field not in lacks}
    found[BUFFERED] = Way(buffers=True)
    found[CACHE] = found[UNSEEDED] = Way(caches=True)
    if seeds:
        found[CONSTANT] = Way(sets=tuple((path, _SEED) for path in seeds))
        found[KEYLESS] = found[KEYLESS_UNSEEDED] = Way(caches=True, keyless=seeds)
    else:
        del found[UNSEEDED]
    return {name: found[name] for name in (*DROPPED, *GATEWAYS) if name in found}


def model_of(wire: str, name: str, key: str = "straight") -> str:
    """The model behind a gateway: each has one of its own, since what a run uploads is told by the question."""
    _, model = SPOKEN_BY[wire]
    return f"{model}-{key}-unseeded" if name in (UNSEEDED, KEYLESS_UNSEEDED) else f"{model}-{key}"


async def recorded(wire: str, names: Iterable[str], folder: Path) -> dict[str, list[RowResult]]:
    """The rows behind each gateway that is named, and straight: by name, which is empty there."""
    provider, _ = SPOKEN_BY[wire]
    settings = Settings(assets_url=ASSETS_URL, pace={"default": Pace(concurrency=16)})
    places, rows = anyio.CapacityLimiter(AT_ONCE), dict[str, list[RowResult]]()
    known = {f"way{number}": (name, way) for number, (name, way) in enumerate(ways(wire).items()) if name in names}
    models = [model_of(wire, ""), *(model_of(wire, name, key) for key, (name, _) in known.items())]
    board = Switchboard(models=tuple(models)).set("seed", IGNORES, model="*-unseeded")
    with (
        serve(board, (wire,), key=KEY) as server,
        proxied(server.origin, {key: way for key, (_, way) in known.items()}) as proxy,
    ):

        async def one(name: str, key: str, url: str) -> None:
            async with places:
                budget, here = Budget(), folder / (key or "straight")
                how = Run(
                    settings, environment(), budget, here / "cassettes", here / "results", base_url=url, deep=True
                )
                await run(
                    how, targets([f"{provider}/{model_of(wire, name, key or 'straight')}"]), Lines(nobody, budget)
                )
                rows[name] = list(load(here / "results", provider).rows)

        async with anyio.create_task_group() as group:
            group.start_soon(one, "", "", server.url(wire))
            for key, (name, _) in known.items():
                group.start_soon(one, name, key, proxy.url(key, server.url(wire)))
    return rows


def judged(wire: str, rows: Mapping[str, Sequence[RowResult]]) -> Iterator[Told]:
    """What is wrong behind each gateway."""
    straight = {row.stream: row for row in rows[""]}
    for name in (name for name in (*DROPPED, *GATEWAYS) if name in rows):
        wanted = DROPPED.get(name) or BEHIND[name]
        lines = [line for row in rows[name] for line in _compared(wire, name, row, straight[row.stream])]
        if {row.stream for row in rows[name]} != set(straight):
            lines.append("rows are missing")
        works = {
            cell
            for row in straight.values()
            for cell in wanted
            if cell in row.cells and row.cells[cell].verdict == "supported"
        }
        if name in DROPPED and not works & _expressible(wire, wanted):
            lines.append("nothing of it works straight, so that there is nothing to lose")
        count = sum(len(row.cells) for row in rows[name])
        yield Told(wire, name, count, [f"{wire}, {name}: {line}" for line in lines])


def _compared(wire: str, name: str, row: RowResult, straight: RowResult) -> Iterator[str]:
    """The cells of a row that are not as they must be."""
    mode, wanted = "stream" if row.stream else "sync", DROPPED.get(name) or BEHIND[name]
    # What is of streams alone is no cell of the other rows.
    mine = {cell for cell in _expressible(wire, wanted) if row.stream or not probes()[cell].streams_only}
    for cell, now in row.cells.items():
        was = straight.cells[cell]
        if cell in mine:
            # What is asked in a way that the wire has no field for is as unknown as straight.
            lost = was.verdict == "supported"  # what does not work straight is no worse here
            good = _told(now) in wanted[cell] or (not lost and _told(now) == _told(was))
            good = good or now.verdict == was.verdict == "unknown"
            must = " or ".join(sorted(wanted[cell]))
        elif name in DROPPED and any(may_differ(wire, mode, one, cell, _fields(wire)) for one in mine & BESIDE.keys()):
            continue
        else:
            same = (_told(now), now.variants) == (_told(was), was.variants)
            # Of what nothing is known the reason may be another.
            good, must = same or cell == _TIMES or now.verdict == was.verdict == "unknown", f"{_told(was)}, as straight"
        if not good:
            yield f"{mode} {cell}: {_told(now)}, not {must} ({now.note[:240]})"


def _told(cell: Cell) -> str:
    return f"{cell.verdict} {cell.why}".strip()


def _expressible(wire: str, cells: Iterable[str]) -> set[str]:
    """Those that the wire has fields for."""
    return {cell for cell in cells if probes()[cell].requires <= _fields(wire)}


def _fields(wire: str) -> frozenset[str]:
    provider, model = SPOKEN_BY[wire]
    known = providers()[provider]
    return known.wire_for(model).fields(known.quirks_for(model))


def measured(wire: str, names: Iterable[str] = (*DROPPED, *GATEWAYS)) -> list[Told]:
    """What is told of a wire behind the gateways that are named."""
    with tempfile.TemporaryDirectory() as temporary:
        return list(judged(wire, anyio.run(recorded, wire, set(names), Path(temporary))))


def table(found: Sequence[Told]) -> Iterator[str]:
    """A line per field, a column per wire."""
    wires = list(dict.fromkeys(one.wire for one in found))
    marks = {(one.wire, one.name): str(len(one.wrong)) if one.wrong else "ok" for one in found}
    yield f"{'':<26}" + "".join(f"{wire:>18}" for wire in wires)
    for name in (*DROPPED, *GATEWAYS):
        yield f"{name:<26}" + "".join(f"{marks.get((wire, name), '.'):>18}" for wire in wires)


def main() -> int:
    """Prints the matrix; 1 where a cell is wrong."""
    wires = [wire for wire in FIELDS if wire in (sys.argv[1:] or FIELDS)]
    with ProcessPoolExecutor(os.cpu_count() or 1, multiprocessing.get_context("spawn")) as pool:
        found = [one for told in pool.map(measured, wires) for one in told]
    wrong = [line for one in found for line in one.wrong]
    for line in (*table(found), *(f"WRONG {line}" for line in wrong)):
        print(line)
    cells = sum(one.cells for one in found)
    print(f"stripping: {cells:,} cells behind {len(found)} gateways, {len(wrong)} wrong, over {', '.join(wires)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
