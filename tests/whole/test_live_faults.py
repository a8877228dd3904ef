"""No fault turns a verdict into its contrary: a seeded run over all kinds of faults, and what single lost answers must not do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import anyio
import pytest
import stamina
from msgspec import structs

from benchmarks.accuracy import SPOKEN_BY
from benchmarks.faults import WIRES, Case, worker
from emulator import IGNORES, REJECTS, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from providers.base import Request, Response, names, providers
from scoreboard.live.reporters import Lines, nobody
from scoreboard.live.run import Run, run, targets
from scoreboard.net.budget import Budget
from scoreboard.net.session import Session
from scoreboard.net.transport import Fault as Failed
from scoreboard.results.model import Cell, Samples
from scoreboard.results.store import load
from scoreboard.settings import Pace, Settings

ENVIRON = {known: "test-key" for name in names() if (known := providers()[name].key_env)} | {
    "CLOUDFLARE_ACCOUNT_ID": "emulated"
}
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
    board: Aimed,
    folder: Path,
    *only: str,
    mode: str = "sync",
    force: bool = False,
    timeout: float = 20.0,
    tries: int = 1,
    session: type[Session] = Session,
) -> Mapping[str, Cell]:
    """The cells of the model, recorded."""
    (wire,) = board.server.wires
    provider, model = SPOKEN_BY[wire]
    settings = Settings(tries=tries, assets_url="https://assets.example", pace={"default": Pace(timeout=timeout)})
    url, budget = board.server.url(wire), Budget()
    paths = folder / "cassettes", folder / "results"
    how = Run(settings, ENVIRON, budget, *paths, force=force, only=only, base_url=url, session=session)
    with stamina.set_testing(True, attempts=tries):  # nobody waits before a request is tried again
        anyio.run(partial(run, how, targets([f"{provider}/{model}/{mode}"]), Lines(nobody, budget)))
    return load(folder / "results", provider).rows[0].cells


def told(cell: Cell) -> str:
    return f"{cell.verdict} {cell.reason}".strip()


def says(text: str) -> Aim:
    return lambda body: text in str(body)


def test_no_fault_turns_a_verdict_into_its_contrary() -> None:
    kinds = (
        FaultKind.RESET_IN_STREAM,
        FaultKind.CUT_EVENTS,
        FaultKind.CUT_JSON,
        FaultKind.INVALID_UTF8,
        FaultKind.HTML,
        FaultKind.SERVER_ERROR,
    )
    found = worker(
        [Case(number, wire, kind) for number, (wire, kind) in enumerate(zip(WIRES, kinds, strict=False))], seed=7
    )
    assert not [one.told for one in found if not one.came]
    assert len(found) > 400
    assert {one.kind for one in found} == set(kinds)


def test_the_evidence_of_what_is_unknown_is_only_what_was_kept(tmp_path: Path) -> None:
    with emulated() as board:
        board.at(lambda body: "image_url" in str(body) or "response_format" in body, FaultKind.CUT_EVENTS)
        cells = record(board, tmp_path, "in.image", "json", mode="stream")
    assert told(cells["in.image"]) == told(cells["json"]) == "unknown cut"
    kept = {f"cassettes/{path.relative_to(tmp_path / 'cassettes')}" for path in tmp_path.rglob("*.yaml")}
    assert {where.partition("#")[0] for cell in cells.values() for where in cell.evidence} <= kept
    assert not cells["json"].evidence


def test_one_answer_shows_no_seed(tmp_path: Path) -> None:
    with emulated(seed=IGNORES) as board:
        assert told(record(board, tmp_path / "truth", "seed")["seed"]) == "unsupported ignored"
        board.at(says("'seed'"), nth=range(2, 1000))
        assert record(board, tmp_path, "seed")["seed"].accepted  # and no more than that


def test_a_call_whose_result_could_not_be_fed_back(tmp_path: Path) -> None:
    with emulated(tools_result=IGNORES) as board:
        assert told(record(board, tmp_path / "truth", "tools")["tools"]) == "flaky"
        board.at(says("'role': 'tool'"))
        called = record(board, tmp_path, "tools")["tools"]
        assert (told(called), called.samples) == ("supported", Samples(1, 1))


def test_the_other_way_to_ask_for_a_call_was_lost(tmp_path: Path) -> None:
    with emulated(tools_forced=IGNORES) as board:
        assert told(record(board, tmp_path / "truth", "tools")["tools"]) == "supported"
        board.at(lambda body: "tools" in body and body.get("tool_choice", "auto") == "auto")
        assert told(record(board, tmp_path, "tools")["tools"]) == "unknown auth"


def test_the_only_way_to_send_a_document_was_lost(tmp_path: Path) -> None:
    with emulated() as board:
        assert told(record(board, tmp_path / "truth", "in.document")["in.document"]) == "supported"
        board.at(says("application/pdf"))
        assert told(record(board, tmp_path, "in.document")["in.document"]) == "unknown auth"


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


def test_a_refusal_stays_that_was_given_to_a_cell_that_failed(tmp_path: Path) -> None:
    with emulated(tools_forced=REJECTS) as board:
        assert (
            told(record(board, tmp_path / "truth", "tools", "tools.forced")["tools.forced"]) == "unsupported rejected"
        )
        board.at(lambda body: "tools" in body and body.get("tool_choice", "auto") == "auto")
        found = record(board, tmp_path, "tools", "tools.forced")
        assert (told(found["tools"]), told(found["tools.forced"])) == ("unknown auth", "unsupported rejected")


def test_what_a_cell_had_in_common_with_another_outlives_the_others_new_answers(tmp_path: Path) -> None:
    with emulated() as board:
        cells = ("seed", "stop", "max_tokens", "logprobs")
        assert {told(record(board, tmp_path, *cells)[cell]) for cell in cells} == {"supported"}
        board.at(lambda body: "long story" in str(body) or ("top_logprobs" in body))
        found = record(board, tmp_path, *cells, force=True)
        assert {cell: told(found[cell]) for cell in cells} == dict.fromkeys(cells, "supported")


def test_a_server_that_fails_at_everything_now_and_then_does_not_break_at_one_thing(tmp_path: Path) -> None:
    plain = cycle((True, False))
    with emulated() as board:
        board.at(
            lambda body: "response_format" in body or ("hello" in str(body) and next(plain)), FaultKind.SERVER_ERROR
        )
        assert told(record(board, tmp_path, "json", tries=2)["json"]) == "unknown server"


class Cut(Session):
    """Whose first answer is cut off."""

    whole = False

    async def exchanged(self, request: Request) -> Response:
        response = await super().exchanged(request)
        if not self.whole:
            self.whole = True
            msg = "the connection broke"
            raise Failed(msg, "cut")
        return response


def test_a_connection_that_broke_does_not_excuse_a_server_that_fails(tmp_path: Path) -> None:
    with emulated() as board:
        board.at(lambda body: "response_format" in body, FaultKind.SERVER_ERROR)
        assert told(record(board, tmp_path, "json", tries=2, session=Cut)["json"]) == "unsupported breaks"


class Leaky(Session):
    """Of a server whose failures are told in the words of a check of the request, as some are."""

    async def exchanged(self, request: Request) -> Response:
        response = await super().exchanged(request)
        said = b'{"error": {"message": "1 validation error: Input should be \'text\' or \'json_object\'"}}'
        return structs.replace(response, body=said) if response.status == 500 else response


def test_a_failure_in_the_words_of_a_refusal_is_one_of_the_server_when_it_is_replayed_too(tmp_path: Path) -> None:
    plain = cycle((True, False))
    with emulated() as board:
        board.at(
            lambda body: "response_format" in body or ("hello" in str(body) and next(plain)), FaultKind.SERVER_ERROR
        )
        assert told(record(board, tmp_path, "json", tries=2, session=Leaky)["json"]) == "unknown server"
        board.at(lambda body: "response_format" in body, FaultKind.SERVER_ERROR)
        assert told(record(board, tmp_path, "json", tries=2, session=Leaky)["json"]) == "unsupported breaks"


@pytest.mark.parametrize("mode", ["sync", "stream"])
def test_an_endless_answer_is_not_waited_for(tmp_path: Path, mode: str) -> None:
    with emulated() as board:
        board.at(lambda _: True, FaultKind.ENDLESS)

        async def within(seconds: float) -> None:
            with anyio.fail_after(seconds):
                await anyio.to_thread.run_sync(
                    partial(record, board, tmp_path, "json", mode=mode, timeout=0.1), abandon_on_cancel=True
                )

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


@pytest.mark.parametrize("wire", ["gemini", "cohere"])
def test_too_many_requests_are_no_matter_of_money_or_of_the_key(tmp_path: Path, wire: str) -> None:
    with emulated(wire) as board:
        board.at(lambda _: True, FaultKind.RATE)
        assert told(record(board, tmp_path, "json")["json"]) == "unknown rate"


def test_a_lost_second_sample_is_no_second_sample(tmp_path: Path) -> None:
    """The first sample shows no effect of the seed; of the second one answer is lost, which must not count as seen."""
    with emulated(seed=IGNORES) as board:
        board.at(says("'seed'"), nth=range(4, 1000))
        assert told(record(board, tmp_path, "seed")["seed"]) == "unsupported ignored"


def test_a_lost_answer_is_the_reason_where_the_wire_lacks_the_other_way_to_ask(tmp_path: Path) -> None:
    with emulated("ollama") as board:
        board.at(lambda body: bool(body.get("tools")), FaultKind.UNAVAILABLE)
        found = record(board, tmp_path, "tools.decisive", "tools")
        assert (told(found["tools"]), told(found["tools.decisive"])) == ("unknown server", "unknown server")
