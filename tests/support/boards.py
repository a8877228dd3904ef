"""Made-up results that the tests of the site show, and text that tries to break whatever shows it."""

import json
from pathlib import Path

from msgspec import structs

from providers.base import Request, Response, providers
from scoreboard.evidence.cassettes import address_of, cassette_of, dump
from scoreboard.evidence.exchange import Interaction
from scoreboard.mode import Mode, RowId
from scoreboard.results.model import Cell, Results, RowResult, Samples
from scoreboard.traffic.behind import Archive

RECORDING = "https://example.com/recordings/1.yaml"
SEEN = Cell("supported", "", "answers 'yes'", (RECORDING,), "live", "2026-08-20", Samples(3, 3))
ACCEPTED = Cell("supported", "", "no stop sequence was due", (), "traffic", "2026-08-20", strength="accepted")
IGNORED = Cell("unsupported", "ignored", "none of 8 headers", (RECORDING,), "live", "2026-08-20", Samples(0, 2))
NO_FIELD = Cell("unsupported", "not_expressible", "the wire has no field for it", (), "live", "2026-08-20")
FLAKY = Cell("flaky", "", "seen in 1 of 2", (RECORDING,), "live", "2026-08-20", Samples(1, 2))
UNKNOWN = Cell("unknown", "not_asked", "no exchange asks for it")
OLD = Cell("supported", "", "answers 'yes'", (RECORDING,), "recording", "2020-02-02")

NOTHING = Archive(Path("no-cassettes"), ())

SCRIPT = "<script>pwned=1</script>\"' onload=pwned=1 <img src=x onerror=pwned=1>"
# Names and notes of providers that want out of where they are shown.
HOSTILE = (
    SCRIPT,
    "../../../etc/passwd",
    "a/b.c/../d",
    "javascript:pwned=1",
    "\u202eevil\u202c \u200f\u2066x",
    "--><svg onload=pwned=1>]]></title>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "`$(touch pwned)`; echo 'x",
    "a?b=c#d&e%2Fe+f|g\\h",
    "模型 🤖 ñ",
    "\x1b[31mred\x07\r\nSet-Cookie: a",
    "x" * 1_000_000,
    "con",
    ".",
)


def row(model: str, stream: bool = False, thinking: bool = False, **cells: Cell) -> RowResult:
    """A row; the ids of cells have _ where there is a dot, but for max_tokens and web_search."""
    ids = {name: name if name in ("max_tokens", "web_search") else name.replace("_", ".") for name in cells}
    return RowResult(model, thinking, stream, {ids[name]: cell for name, cell in cells.items()})


def board(many: int = 40) -> list[Results]:
    """A provider with a history, one with many rows, one whose every word is hostile, and one without a file."""
    plain = row(
        "m-1",
        in_text=SEEN,
        json=SEEN,
        schema=IGNORED,
        seed=NO_FIELD,
        stop=ACCEPTED,
        tools=FLAKY,
        usage=OLD,
        logprobs=UNKNOWN,
    )
    stream = row(
        "m-1", stream=True, in_text=SEEN, json=SEEN, schema=SEEN, tools=SEEN, in_document=SEEN, stream_ends=SEEN
    )
    before = row("m-1", json=Cell("unsupported", "rejected", "400: no", (), "live", "2025-01-02"), schema=IGNORED)
    other = row("vendor/m-2.5:free", thinking=True, in_text=SEEN, tools=SEEN, in_document=ACCEPTED)
    bulk = [row(f"model-{number:04}", json=SEEN if number % 2 else IGNORED) for number in range(many)]
    return [
        Results("acme", ("m-1", "m-9"), (plain, stream), (before,)),
        Results("bulk", (), tuple(bulk)),
        hostile(),
        Results("other.example", (), (other,), (), "https://other.example/v1"),
    ]


def hostile() -> Results:
    """A provider whose name, models, notes, addresses and days are out to do harm."""
    cells = [
        Cell("unsupported", "wrong", text, (text, f"https://example.com/{text}"), "live", text) for text in HOSTILE
    ]
    rows = [row(text, json=cell, schema=cell) for text, cell in zip(HOSTILE, cells, strict=True)]
    rows = [RowResult(one.model, one.thinking, one.stream, one.cells, SCRIPT) for one in rows]
    history = [row(text, json=SEEN) for text in HOSTILE]
    return Results(SCRIPT, HOSTILE, tuple(rows), tuple(history), SCRIPT)


def kept(folder: Path) -> tuple[Results, Archive]:
    """A row whose cassette is in this folder: one answer as it should be, one that is hostile, as the question is. The
    third address has no bytes.
    """
    root = folder / "cassettes"
    path = root / cassette_of(RowId("openaicompatible", "m", Mode(False, False)), "json")
    path.parent.mkdir(parents=True)
    path.write_bytes(dump([_json_mode(1, '{"is_fruit": true}'), _json_mode(2, f"{SCRIPT} \u202e$(touch pwned)")]))
    where = tuple(address_of(root, path, number) for number in (1, 2, 3))
    cells = {"json": structs.replace(FLAKY, evidence=where), "seed": structs.replace(SEEN, evidence=(RECORDING,))}
    return Results("openaicompatible", rows=(RowResult("m", False, False, cells),)), Archive(root, ())


def _json_mode(number: int, said: str) -> Interaction:
    kind = {"content-type": "application/json"}
    asked = {
        "model": "m", "messages": [{"role": "user", "content": f"Is a banana a fruit? {SCRIPT}"}],
        "response_format": {"type": "json_object"},
    }  # fmt: skip
    came = {"choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}]}
    return Interaction(
        Request("POST", "http://127.0.0.1/v1/chat/completions", json.dumps(asked).encode(), kind),
        Response(200, kind, json.dumps(came).encode()), "json", number, f"2026-01-01T00:00:0{number}+00:00",
    )  # fmt: skip


def a_provider() -> str:
    """One that has a file, and so a title and notes."""
    return next(name for name, known in providers().items() if known.notes)
