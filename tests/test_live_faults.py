"""What single lost answers must not do: turn a verdict into its contrary, or stay as evidence."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import stamina
from emulator import IGNORES, REJECTS, Behaviour, Fault, FaultKind, Server, Switchboard, serve

sys.path[:0] = [str(Path(__file__).parent.parent)]

from benchmarks.accuracy import SPOKEN_BY  # noqa: E402 (after the path)
from providers.base import names, providers  # noqa: E402 (after the path)
from scoreboard.budget import Budget  # noqa: E402 (after the path)
from scoreboard.report import Lines, nobody  # noqa: E402 (after the path)
from scoreboard.results import Cell, load  # noqa: E402 (after the path)
from scoreboard.run import Run, run, targets  # noqa: E402 (after the path)
from scoreboard.settings import Pace, Settings  # noqa: E402 (after the path)

ENVIRON = {known: "test-key" for name in names() if (known := providers()[name].key_env)} | {"CLOUDFLARE_ACCOUNT_ID": "emulated"}
Aim = Callable[[Any], bool]


class Aimed(Switchboard):
    """A switchboard whose fault hits the requests with a body of some kind, by their number among those."""

    server: Server
    fault = Fault(FaultKind.TIMEOUT)
    hits: Aim | None = None
    nth: range = range(1, 1000)
    seen = 0

    def at(self, hits: Aim, kind: FaultKind = FaultKind.EXPIRED_KEY, nth: range = range(1, 1000)) -> None:
        self.fault, self.hits, self.nth, self.seen = Fault(kind), hits, nth, 0

    def strike(self, wire: str, path: str, model: str) -> list[Fault]:
        del wire, path, model  # the request is the newest
        body = self.server.requests[-1].json
        if self.hits is None or not self.hits(body):
            return []
        self.seen += 1
        return [self.fault] if self.seen in self.nth else []


@contextmanager
def emulated(wire: str = "openai_chat", **behaviours: Behaviour) -> Iterator[Aimed]:
    """A model of a wire; what it can do by capability, `_` for a point and `__` for a slash."""
    board = Aimed()
    for name, behaviour in behaviours.items():
        board.set(name.replace("__", "/").replace("_", "."), behaviour)
    with serve(board, (wire,)) as board.server:
        yield board


def record(
    board: Aimed, folder: Path, *only: str, mode: str = "sync", force: bool = False, timeout: float = 20.0, tries: int = 1
) -> Mapping[str, Cell]:
    """The cells of the model, recorded."""
    (wire,) = board.server.wires
    provider, model = SPOKEN_BY[wire]
    settings = Settings(tries=tries, assets_url="https://assets.example", pace={"default": Pace(timeout=timeout)})
    url, budget = board.server.url(wire), Budget()
    how = Run(settings, ENVIRON, budget, folder / "cassettes", folder / "results", force=force, only=only, base_url=url)
    with stamina.set_testing(True, attempts=tries):  # nobody waits before a request is tried again
        anyio.run(partial(run, how, targets([f"{provider}/{model}/{mode}"]), Lines(nobody, budget)))
    return load(folder / "results", provider).rows[0].cells


def told(cell: Cell) -> str:
    return f"{cell.verdict} {cell.reason}".strip()


def says(text: str) -> Aim:
    return lambda body: text in str(body)


def test_one_answer_shows_no_seed(tmp_path: Path) -> None:
    with emulated(seed=IGNORES) as board:
        assert told(record(board, tmp_path / "truth", "seed")["seed"]) == "unsupported ignored"
        board.at(says("one random word"), nth=range(2, 1000))
        assert told(record(board, tmp_path, "seed")["seed"]) == "unknown auth"


def test_a_call_whose_result_could_not_be_fed_back(tmp_path: Path) -> None:
    with emulated(tools_result=IGNORES) as board:
        assert told(record(board, tmp_path / "truth", "tools")["tools"]) == "flaky"
        board.at(says("'role': 'tool'"))
        assert told(record(board, tmp_path, "tools")["tools"]) == "unknown auth"


def test_the_other_way_to_ask_for_a_call_was_lost(tmp_path: Path) -> None:
    with emulated(tools_forced=IGNORES) as board:
        assert told(record(board, tmp_path / "truth", "tools")["tools"]) == "supported"
        board.at(lambda body: "tools" in body and body.get("tool_choice", "auto") == "auto")
        assert told(record(board, tmp_path, "tools")["tools"]) == "unknown auth"


def test_the_only_format_that_is_understood_was_lost(tmp_path: Path) -> None:
    with emulated(in_image=IGNORES) as board:
        board.set("in.image/png/inline", Behaviour("works"))
        assert told(record(board, tmp_path / "truth", "in.image")["in.image"]) == "supported"
        board.at(says("image/png"))
        assert told(record(board, tmp_path, "in.image")["in.image"]) == "unknown auth"


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.CUT_JSON, FaultKind.INVALID_UTF8, FaultKind.REDIRECT_LOOP])
def test_what_is_no_answer_is_asked_again(tmp_path: Path, kind: FaultKind) -> None:
    with emulated() as board:
        board.at(says("hello"), kind)
        assert record(board, tmp_path, "json")["json"].verdict == "unknown"
        board.hits = None
        assert told(record(board, tmp_path, "json")["json"]) == "supported"


def test_an_answer_about_the_account_is_asked_again(tmp_path: Path) -> None:
    with emulated() as board:
        board.at(lambda body: body.get("tool_choice") == "required")
        assert told(record(board, tmp_path, "tools", "tools.forced")["tools.forced"]) == "unknown auth"
        board.hits = None
        assert told(record(board, tmp_path, "tools", "tools.forced")["tools.forced"]) == "supported"


@pytest.mark.parametrize("mode", ["sync", "stream"])
def test_an_endless_answer_is_not_waited_for(tmp_path: Path, mode: str) -> None:
    with emulated() as board:
        board.at(lambda _: True, FaultKind.ENDLESS)

        async def within(seconds: float) -> None:
            with anyio.fail_after(seconds):
                await anyio.to_thread.run_sync(partial(record, board, tmp_path, "json", mode=mode, timeout=0.1), abandon_on_cancel=True)

        anyio.run(within, 15.0)
        assert record(board, tmp_path, "json", mode=mode, timeout=0.1)["json"].reason == "timeout"


def test_a_refusal_that_was_cut_is_none(tmp_path: Path) -> None:
    with emulated("anthropic", stop=REJECTS) as board:
        board.at(says("stop_sequences"), FaultKind.CUT_JSON, nth=range(1, 2))
        # The next sample may tell.
        assert told(record(board, tmp_path / "cut", "stop")["stop"]) in ("unknown unreadable", "unsupported rejected")
        board.hits = None
        assert told(record(board, tmp_path, "stop")["stop"]) == "unsupported rejected"
        board.at(says("stop_sequences"), FaultKind.CUT_JSON, nth=range(1, 2))
        assert told(record(board, tmp_path, "stop", force=True)["stop"]) == "unsupported rejected"


def test_a_redirection_is_named(tmp_path: Path) -> None:
    with emulated() as board:
        board.at(says("hello"), FaultKind.REDIRECT_LOOP)
        cell = record(board, tmp_path, "json", mode="stream")["json"]
        assert told(cell) == "unknown unreadable"
        assert "307" in cell.note
