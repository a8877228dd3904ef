"""Exchanges with models of many characters, kept as they were made once: where rules change, they come to something else on these.

    python -m tests.support.frozen      makes those of probes that have none yet

What is asked may change at any time; what is kept here does not, so that only rules can change what follows.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Collection, Iterator
from itertools import count, cycle
from typing import Any

import anyio
import msgspec
from msgspec import Struct, structs

from probes.base import Probe, probes
from probes.row import Exchange, Row
from providers.chat import Ask, Chunk, Limit, Reply, Streamed, ToolCall, Usage
from scoreboard.judge.engine import judge
from scoreboard.live.ideal import ideal
from scoreboard.traffic.exchanges import digested
from tests.support import ROOT
from tests.support.judging import COUNT, EVERYTHING, Answer, Model, refusal, shallow

FILE = ROOT / "tests" / "frozen" / "exchanges.jsonl.gz"


class Frozen(Struct, frozen=True):
    """A row: the character of its model, the cells that it is kept for, its mode, what its wire has fields for."""

    name: str
    cells: tuple[str, ...]
    stream: bool
    fields: frozenset[str]
    exchanges: tuple[Exchange, ...]

    def verdicts(self) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """By cell, what is concluded; the words for it are no rule."""
        asked = [probe for name, probe in probes().items() if name in self.cells]
        for cell, one in judge(Row(self.exchanges, fields=self.fields, stream=self.stream), asked).items():
            yield cell, (one.verdict, one.reason, one.strength, one.samples, sorted(one.variants.items()))


def extras(ask: Ask) -> list[str]:
    """What a question carries beyond text."""
    return sorted(name.removesuffix("/url") for name in ask.features - {"text"})


def heedless(ask: Ask) -> Reply:
    """Answers as if nothing but the text had been sent."""
    return structs.replace(
        ideal(ask, COUNT, extras(ask)), text="I am a text-based model. Canada it is, the best.", calls=(), finish="stop"
    )


def refuses(ask: Ask) -> Reply | None:
    return refusal(f"not supported: {', '.join(extras(ask))}", param=extras(ask)[0]) if extras(ask) else None


def malformed(ask: Ask) -> Reply:
    calls = tuple(ToolCall(tool.name, None, '{"number": ') for tool in ask.tools)
    return Reply(text="```{'is_fruit': yes", calls=calls, finish="other", finish_raw="odd", usage=Usage(-1, 0))


def wrong(ask: Ask) -> Reply:
    calls = tuple(ToolCall(f"no_{tool.name}", {"number": "one"}) for tool in ask.tools)
    return structs.replace(ideal(ask, COUNT), text='{"is_fruit": "banana"}', calls=calls, finish="length")


def unsure(answers: list[Callable[[Ask], Reply | None]]) -> Answer:
    """One after the other."""
    turns = cycle(answers)
    return lambda ask: next(turns)(ask)  # noqa: PLW0108 - each time another


def headstrong() -> Answer:
    """Heeds no option that bounds or shapes an answer, and never says the same twice."""
    numbers = count()

    def answer(ask: Ask) -> Reply:
        reply = ideal(ask, COUNT, _SHAPING)
        return structs.replace(reply, text=f"{next(numbers)} {reply.text}" if reply.text[:1] != "{" else reply.text)

    return answer


_SHAPING = ("stop", "max_tokens", "seed", "top_logprobs", "parallel", "tool_choice", "named_tool", "json", "schema")


def whole(ask: Ask) -> Reply:
    """All that there is, and told as streams tell it."""
    return structs.replace(ideal(ask, COUNT), limits=(Limit("requests", 60, 59),), finish_raw="stop", warnings=())


CHARACTERS: dict[str, Callable[[], Answer]] = {
    "ideal": lambda: whole,
    "heedless": lambda: heedless,
    "refuses": lambda: refuses,
    "bad request": lambda: lambda ask: refusal("Bad Request") if extras(ask) else None,
    "malformed": lambda: lambda ask: malformed(ask) if extras(ask) else None,
    "wrong": lambda: lambda ask: wrong(ask) if extras(ask) else None,
    "breaks": lambda: lambda ask: refusal("oops", 500) if extras(ask) else None,
    "busy": lambda: lambda ask: refusal("slow down", 429) if extras(ask) else None,
    "at times": lambda: unsure([whole, heedless, whole]),
    "cut": lambda: lambda ask: structs.replace(whole(ask), cut="the stream ended early") if extras(ask) else None,
    "filtered": lambda: lambda ask: Reply(finish="content_filter", usage=COUNT) if extras(ask) else None,
    "headstrong": headstrong,
    "silent": lambda: lambda _: Reply(usage=None),
    "shut": lambda: lambda _: refusal("no such key", 401),
}


def streamed(ask: Ask, reply: Reply) -> Reply:
    """As a stream tells it; one whose answer is malformed comes in one piece, without its end."""
    good = reply.finish_raw != "odd"
    pieces = tuple(Chunk(40, 0.2 * number) for number in range(1, 9)) if good else (Chunk(320, 1.6),)
    told = Streamed("[DONE]" if good else "", role=good, defects=() if good else ("a call without its index",))
    return structs.replace(reply, streamed=told, chunks=pieces) if ask.stream and not reply.error else reply


def made(
    name: str, cells: Collection[Probe], *, stream: bool, stranger: bool = False, lacks: frozenset[str] = frozenset()
) -> Frozen:
    """A row of a character, asked for these cells; a stranger's questions expect nothing."""
    answer = CHARACTERS[name]()
    model = Model(lambda ask: streamed(ask, answer(ask) or whole(ask)), lacks)  # type: ignore[arg-type]
    first = [probe for probe in probes().values() if probe.asked_first]
    row = model.row(stream=stream, samples=2)
    anyio.run(row.judged, [*cells, *(one for one in first if one not in cells)])
    asked = [structs.replace(x, ask=digested(x.ask), observed_at="2026-08-20") for x in row.row.exchanges]
    if stranger:
        asked = [structs.replace(x, ask=structs.replace(x.ask, expects=frozenset(), name="")) for x in asked]
    kind = " to a stranger" if stranger else " without fields" if lacks else ""
    return Frozen(f"{name}{kind}", tuple(one.id for one in cells), stream, EVERYTHING - lacks, tuple(asked))


def frozen() -> list[Frozen]:
    """The rows as they were made once."""
    return [msgspec.json.decode(line, type=Frozen) for line in gzip.decompress(FILE.read_bytes()).splitlines()]


def lean(value: Any) -> Any:
    """A struct's fields without those that are as ever."""
    if isinstance(value, Struct):
        tag = value.__struct_config__.tag
        told = {
            f.name: lean(getattr(value, f.name)) for f in structs.fields(value) if not _usual(getattr(value, f.name), f)
        }
        return {**({"type": tag} if tag else {}), **told}
    if isinstance(value, tuple | list | frozenset):
        return [lean(one) for one in (sorted(value) if isinstance(value, frozenset) else value)]
    return value if not isinstance(value, bytes) else msgspec.to_builtins(value)


def _usual(value: Any, field: structs.FieldInfo) -> bool:
    return bool(not field.required and type(value) is type(field.default) and value == field.default)


def main() -> int:
    kept = FILE.read_bytes() if FILE.exists() else b""
    known = {cell for row in frozen() for cell in row.cells} if kept else set()
    new = [probe for name, probe in probes().items() if name not in known]
    parts = [
        part
        for part in ([one for one in new if one in shallow()], [one for one in new if one not in shallow()])
        if part
    ]
    rows = [made(name, cells, stream=stream) for name in CHARACTERS for cells in parts for stream in (False, True)]
    rows += [made(name, cells, stream=False, stranger=True) for name in ("ideal", "heedless") for cells in parts]
    rows += [made("ideal", new, stream=False, lacks=EVERYTHING - {"text"})] if new else []
    lines = "".join(json.dumps(lean(row), separators=(",", ":")) + "\n" for row in rows)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_bytes(kept + gzip.compress(lines.encode(), mtime=0) if new else kept)
    print(f"{FILE.name}: {len(rows)} rows more, for {', '.join(one.id for one in new) or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
