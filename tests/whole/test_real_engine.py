"""What real engines really do, replayed from their cassettes: the verdicts equal what was seen on them by hand."""

from itertools import groupby

import pytest
from msgspec import structs

from benchmarks.engine_facts import FACTS, Fact
from benchmarks.engine_facts import told as facts_told
from scoreboard.evidence.cassettes import rows_in
from scoreboard.judge.kept import judged_cassettes
from scoreboard.replay import replayed
from scoreboard.results.model import Cell, RowResult
from scoreboard.results.store import encode
from tests.support import ROOT

CASSETTES = ROOT / "cassettes"
ROWS = {row.name: row for row in rows_in(CASSETTES)}

# What a person saw with curl, with a model of random weights: what the server decides, and nothing that it takes a mind for.
# llama-cpp-python 0.3.36, of both formats: JSON is enforced by a grammar, JSON by a schema is a 500 every time, log-probabilities come
# only with top_logprobs, a call that is named comes and one of the model's own never, include_usage is ignored, and each piece of a
# streamed call has the name again. The plain format ignores `required`, and heeds the seed; the format of functions answers `required`
# with a 500, or with a stream of nothing at all, and never passes the seed on.
_LLAMA = {
    "out.text": "supported", "json": "supported", "schema": "unsupported breaks", "logprobs": "supported", "stop": "supported",
    "max_tokens": "supported", "finish": "supported", "limits": "unsupported ignored", "tools": "unsupported ignored",
    "tools.named": "supported", "in.image": "unsupported wrong", "usage": "supported",
}  # fmt: skip
_STREAM = {
    "usage": "unsupported ignored", "stream.usage": "unsupported ignored", "stream.ends": "supported", "stream.role": "supported",
    "stream.finish": "supported", "stream.calls": "unsupported malformed",
}  # fmt: skip
_PLAIN = {"seed": "supported", "tools.forced": "unsupported ignored"}
_FUNCTIONS = {"seed": "unsupported ignored", "tools.forced": "unsupported breaks"}
# vLLM 0.32.0: a grammar enforces JSON and a schema, log-probabilities come in either form, tokens are counted in streams too, pictures
# are refused by words that name the model. With a parser of calls, one of the model's own never comes, and one that is required, or
# named, always; but its arguments are any JSON, such as null and 35, since no tool says that it is strict.
_VLLM = {
    "out.text": "supported", "json": "supported", "schema": "supported", "seed": "supported", "logprobs": "supported",
    "max_tokens": "supported", "finish": "supported", "usage": "supported",
}  # fmt: skip
_HERMES = {
    "in.image": "unsupported rejected", "tools": "unsupported ignored", "tools.forced": "supported", "tools.named": "supported",
}  # fmt: skip
_VLLM_STREAM = {"stream.usage": "supported", "stream.ends": "supported", "stream.finish": "supported"}
# LiteLLM 1.108.0 before the former: all of that comes through, and tokens are counted in streams, which is the gateway's own doing; but not
# in one where nothing came, of which it makes an empty answer that ended well.
_PROXY = {name: said for name, said in _LLAMA.items() if name not in ("out.text", "in.image", "limits", "usage")}
_PROXY_STREAM = {"stream.ends": "supported", "stream.finish": "supported", "stream.calls": "unsupported malformed"}
BY_HAND = {
    "litellm/llamacpppython-tiny@1.108.0/sync": _PROXY | _PLAIN | {"out.text": "supported", "usage": "supported"},
    "litellm/llamacpppython-tiny@1.108.0/stream": _PROXY | _PLAIN | _PROXY_STREAM,
    "litellm/llamacpppython-tiny-functions@1.108.0/sync": _PROXY | _FUNCTIONS | {"usage": "supported"},
    "litellm/llamacpppython-tiny-functions@1.108.0/stream": _PROXY
    | _FUNCTIONS
    | _PROXY_STREAM
    | {"tools.forced": "unsupported ignored", "usage": "flaky", "stream.usage": "flaky"},
    "vllm/tiny@0.32.0/sync": _VLLM,
    "vllm/tiny@0.32.0/stream": _VLLM | _VLLM_STREAM,
    "vllm/tiny-hermes@0.32.0/sync": _VLLM | _HERMES,
    "vllm/tiny-hermes@0.32.0/stream": _VLLM | _HERMES | _VLLM_STREAM | {"stream.calls": "unsupported malformed"},
    "llamacpppython/tiny@0.3.36/sync": _LLAMA | _PLAIN,
    "llamacpppython/tiny@0.3.36/stream": _LLAMA | _PLAIN | _STREAM,
    "llamacpppython/tiny-functions@0.3.36/sync": _LLAMA | _FUNCTIONS,
    "llamacpppython/tiny-functions@0.3.36/stream": _LLAMA | _FUNCTIONS | _STREAM,
}

# Where the judge is not there yet: what it says in place of what was seen. This list may only shrink.
NOT_YET = {
    # 'sQsQ)' and 'zdvM~}r}r}v}sH)' are too short to differ by more than accident: accepted.
    ("llamacpppython/tiny-functions@0.3.36/sync", "seed"): "supported",
    # One answer without a text, where `required` broke it.
    ("llamacpppython/tiny-functions@0.3.36/stream", "out.text"): "flaky",
    # A stream of nothing at all is no answer, so that it is not kept.
    ("llamacpppython/tiny-functions@0.3.36/stream", "tools.forced"): "unknown not_asked",
}
# No random weights understand anything, whatever came.
MINDS = ("in.text", "in.audio", "in.document", "in.image", "in.video", "tools.unbiased", "tools.decisive")


def told(cell: Cell) -> str:
    return f"{cell.verdict} {cell.reason}".strip()


@pytest.mark.parametrize("row", BY_HAND)
def test_the_recorded_verdicts_are_what_was_seen_by_hand(row: str) -> None:
    cells = judged_cassettes(CASSETTES, ROWS[row]).cells
    found = {name: told(cells[name]) for name in BY_HAND[row]}
    assert found == BY_HAND[row] | {name: said for (where, name), said in NOT_YET.items() if where == row}


def test_no_cell_is_excused_where_the_hand_saw_the_same() -> None:
    assert not [place for place, said in NOT_YET.items() if BY_HAND[place[0]][place[1]] == said]


def test_of_each_engine_thirty_facts_were_seen_by_hand() -> None:
    for engine, rows in groupby(sorted(BY_HAND), lambda row: row.partition("/")[0]):
        assert sum(len(BY_HAND[row]) for row in rows) >= 30, engine


@pytest.mark.parametrize("row", ROWS)
def test_random_weights_prove_no_understanding(row: str) -> None:
    cells = judged_cassettes(CASSETTES, ROWS[row]).cells
    assert not [name for name in MINDS if cells[name].verdict == "supported" and not cells[name].accepted]


def newest(fact: Fact) -> dict[str, RowResult]:
    """The committed rows of a fact's model by mode, at the newest version."""
    rows = [row for row in ROWS.values() if row.provider == fact.engine and row.model.startswith(f"{fact.model}@")]
    model = max(
        (row.model for row in rows), key=lambda name: [int(part) for part in name.rpartition("@")[2].split(".")]
    )
    return {row.mode.name: judged_cassettes(CASSETTES, row) for row in rows if row.model == model}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.model}: {fact.seen}")
def test_each_fact_can_be_told_of_our_rows_and_what_is_otherwise_is_wrong(fact: Fact) -> None:
    rows = newest(fact)
    assert len(list(facts_told(fact, rows))) >= 2
    other = {
        mode: structs.replace(row, cells={name: Cell("flaky", note="at <times>") for name in row.cells})
        for mode, row in rows.items()
    }
    lines = list(facts_told(fact, other))
    assert not any(right for right, _ in lines) and all("WRONG (at <times>)" in line for _, line in lines)


def test_the_committed_results_follow_from_the_committed_cassettes() -> None:
    for old, new in replayed(CASSETTES, ROOT / "results"):
        assert encode(new) == encode(old)


def test_only_engines_have_cassettes_here_and_they_stay_small() -> None:
    engines = {path.parent.name for path in (ROOT / "engines").glob("*/engine.py")}
    assert {row.provider for row in ROWS.values()} <= engines
    assert sum(path.stat().st_size for path in CASSETTES.rglob("*.yaml")) < 15_000_000
