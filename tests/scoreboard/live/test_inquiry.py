"""A few requests to emulators over sockets: what they settle, how many they are, and what is said where they settle nothing."""

import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType

import anyio
import pytest

from benchmarks.accuracy import SPOKEN_BY
from emulator import IGNORES, REJECTS, Behaviour, Fault, FaultKind, Switchboard, When, serve
from emulator.wires import discover
from probes.base import probes
from scoreboard.live.candidates import endpoint_of
from scoreboard.live.inquiry import REQUESTS, Told, inquired
from tests.support.judging import told as in_words
from tests.support.loopback import Canned, serving
from tests.support.raw_sockets import closes, hangs, listening, speaks_otherwise

WIRE, KEY = "openai_chat", MappingProxyType({"MINE": "test-key"})


def board(*faults: Fault, **behaviours: Behaviour) -> Switchboard:
    made = Switchboard(models=("emulated-1",)).lay(*faults)
    for name, behaviour in behaviours.items():
        made.set(name.replace("_", "."), behaviour)
    return made


def asked(
    url: str,
    *cells: str,
    stream: bool = False,
    wire: str = "",
    likely: str = "",
    model: str = "emulated-1",
    key: Mapping[str, str] = KEY,
    seconds: float = 20.0,
) -> Told:
    endpoint = endpoint_of(url, model, key, wire, key_env="MINE" if key else "", seconds=seconds)
    wanted = [probes()[cell] for cell in cells]

    async def ask() -> Told:
        return await inquired(endpoint, wanted, stream=stream, wire=likely)

    return anyio.run(ask)


def words(told: Told) -> list[str]:
    return [in_words(verdict) for verdict in told.verdicts.values()]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("cells", "requests"),
    [
        (("tools",), 1),
        (("tools", "schema"), 2),
        (("tools", "schema", "json"), 3),
        (("tools", "tools.unbiased", "tools.decisive"), 1),  # one question of two tools
        (("seed", "stop", "max_tokens", "logprobs"), 3),  # a text; with a stop sequence; with another seed
        (("in.image", "in.audio", "in.document"), 1),
        (("usage", "finish", "in.text"), 1),
        (("tools", "usage", "finish"), 1),  # what reads every reply asks nothing of its own
    ],
)
def test_what_works_is_settled_by_few_requests(cells: tuple[str, ...], requests: int, stream: bool) -> None:
    with serve(board(), (WIRE,)) as server:
        told = asked(server.url(WIRE), *cells, stream=stream)
        assert words(told) == ["supported"] * len(cells)
        assert (len(server.requests), told.requests, told.wire) == (requests, requests, WIRE)


@pytest.mark.parametrize(
    ("behaviours", "cells", "verdicts", "requests"),
    [
        ({"tools": REJECTS}, ("tools",), ["unsupported rejected"], 1),
        ({"tools": REJECTS, "schema": REJECTS}, ("tools", "schema"), ["unsupported rejected"] * 2, 2),
        ({"tools": IGNORES}, ("tools",), ["unsupported ignored"], 2),
        ({"tools": IGNORES}, ("tools", "schema"), ["unsupported ignored", "supported"], 3),
        ({"schema": IGNORES}, ("tools", "schema"), ["supported", "unsupported malformed"], 3),
        ({"usage": IGNORES}, ("usage",), ["unsupported ignored"], 1),
        ({"tools": IGNORES, "schema": IGNORES}, ("tools", "schema"), ["unsupported ignored", "unknown unsure"], 3),
    ],
)
def test_what_is_not_there_is_told_by_a_refusal_or_two_answers(
    behaviours: dict[str, Behaviour], cells: tuple[str, ...], verdicts: list[str], requests: int
) -> None:
    with serve(board(**behaviours), (WIRE,)) as server:
        told = asked(server.url(WIRE), *cells)
        assert words(told) == verdicts
        assert len(server.requests) == requests == told.requests
    if "unknown unsure" in verdicts:
        assert "missed in one answer, which does not settle it" in told.verdicts[cells[-1]].note


HELLO = b'{"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}], "model": "emulated-1"}'
BAD = Canned(b'{"error": {"message": "Bad Request"}}', status=400)


@pytest.mark.parametrize(
    ("answers", "verdict", "requests"),
    [
        ((BAD, Canned(HELLO)), "unsupported rejected", 2),  # the plain question is answered
        ((BAD,), "unknown unsure", 2),  # nothing is
    ],
)
def test_a_refusal_that_names_nothing_is_held_against_a_plain_question(
    answers: tuple[Canned, ...], verdict: str, requests: int
) -> None:
    with serving(*answers) as server:
        told = asked(server.url, "tools", wire=WIRE)
        assert words(told) == [verdict]
        assert ["tools" in one.json() for one in server.asked] == [True, False][:requests]


def test_of_many_cells_those_that_get_no_request_are_unknown() -> None:
    with serve(board(), (WIRE,)) as server:
        told = asked(server.url(WIRE), "tools", "schema", "json", "stop")
        assert words(told) == ["supported"] * 3 + ["unknown not_asked"]
        assert told.verdicts["stop"].note == "the 3 requests went to other cells; ask for fewer at a time"
        assert len(server.requests) == REQUESTS


def test_what_three_requests_cannot_ask_is_not_begun() -> None:
    with serve(board(), (WIRE,)) as server:
        told = asked(server.url(WIRE), "cite", "batch", "file", "stream.flows")
        assert words(told) == ["unsupported not_expressible"] + ["unknown not_asked"] * 3
        assert "of streams alone" in told.verdicts["stream.flows"].note
        assert "more than 3 requests" in told.verdicts["batch"].note
        # One plain question shows that the wire is the right one.
        assert [seen.path for seen in server.requests] == ["/v1/chat/completions"]


@pytest.mark.parametrize("wire", ["anthropic", "openai_responses"])
def test_another_wire_is_found_out_and_found_at_once_the_next_time(wire: str) -> None:
    with serve(board(), (wire,)) as server:
        told = asked(server.url(wire), "tools")
        assert (words(told), told.wire) == (["supported"], wire)
        assert told.requests <= REQUESTS
        for again in (asked(server.url(wire), "tools", likely=wire), asked(server.url(wire), "tools", wire=wire)):
            assert (words(again), again.wire, again.requests) == (["supported"], wire, 1)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (FaultKind.RATE, "rate"),
        (FaultKind.SERVER_ERROR, "server"),
        (FaultKind.UNAVAILABLE, "server"),
        (FaultKind.HTML, "unreadable"),
        (FaultKind.INVALID_UTF8, "unreadable"),
        (FaultKind.CUT_JSON, "unreadable"),
        (FaultKind.GZIP_BOMB, "unreadable"),
        (FaultKind.REDIRECT_LOOP, "unreadable"),
        (FaultKind.RESET, "cut"),
        (FaultKind.OUT_OF_CREDIT, "billing"),
        (FaultKind.MODEL_GONE, "model"),
        (FaultKind.EXPIRED_KEY, "auth"),
    ],
)
def test_a_server_that_fails_tells_nothing_and_raises_nothing(kind: FaultKind, reason: str) -> None:
    with serve(board(Fault(kind)), (WIRE,)) as server:
        told = asked(server.url(WIRE), "tools", "schema", "cite")
        assert words(told) == [f"unknown {reason}"] * 3
        assert len(server.requests) == told.requests <= REQUESTS
        assert told.wire == ""


def test_a_failure_that_passes_costs_a_request() -> None:
    with serve(board(Fault(FaultKind.UNAVAILABLE, When(nth=(1,)))), (WIRE,)) as server:
        told = asked(server.url(WIRE), "tools")
        assert words(told) == ["supported"]
        assert len(server.requests) == told.requests == 3  # the plain question lies between


@pytest.mark.parametrize(
    ("key", "says"),
    [({"MINE": "wrong"}, "; the key was not taken"), ({}, "; no key was sent: hand it over as key=")],
)
def test_a_key_that_is_not_taken_is_told(key: dict[str, str], says: str) -> None:
    with serve(board(), (WIRE,)) as server:
        told = asked(server.url(WIRE), "tools", "schema", key=key, wire=WIRE)
        assert words(told) == ["unknown auth"] * 2
        assert told.verdicts["tools"].note.endswith(says)
        assert len(server.requests) == 1
        assert "wrong" not in told.verdicts["tools"].note


@pytest.mark.parametrize(
    ("behave", "reason", "requests"), [(hangs, "timeout", 1), (closes, "cut", 3), (speaks_otherwise, "cut", 3)]
)
def test_a_server_that_does_what_no_api_does(
    behave: Callable[[socket.socket], None], reason: str, requests: int
) -> None:
    with listening(behave) as url:
        told = asked(url, "tools", "schema", seconds=1.5)
    assert words(told) == [f"unknown {reason}"] * 2
    assert told.requests <= requests


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nope", "base_url 'nope' is no address"),
        ("http://[::1", "is no address"),
        ("http://nope.invalid/v1", "there is no host named 'nope.invalid'"),
    ],
)
def test_an_address_at_which_nothing_is_costs_no_request(url: str, says: str) -> None:
    told = asked(url, "tools")
    assert says in told.verdicts["tools"].note
    assert "--" not in told.verdicts["tools"].note
    assert (words(told), told.requests) == (["unknown network"], 0)


def test_a_wrong_path_and_a_closed_port() -> None:
    with serve(board(), (WIRE,)) as server:
        told = asked(f"{server.origin}/nothing/here", "tools")
        assert words(told) == ["unknown address"]
        assert told.verdicts["tools"].note.endswith(
            "; asked in the form of openai_chat, openai_responses, anthropic: check base_url, or name its wire"
        )
        told = asked(server.refused_url(WIRE), "tools")
        assert (words(told), told.requests) == (["unknown network"], 0)
        assert "nothing listens at 127.0.0.1" in told.verdicts["tools"].note


@pytest.mark.parametrize("wire", sorted(SPOKEN_BY.keys() & discover().keys()))
def test_each_wire_that_is_named_is_asked(wire: str) -> None:
    _, model = SPOKEN_BY[wire]
    with serve(Switchboard(models=(model,)), (wire,), key=None) as server:
        told = asked(server.url(wire), "in.text", "usage", "tools", wire=wire, model=model)
        assert told.wire == wire
        assert told.requests <= REQUESTS
        assert in_words(told.verdicts["in.text"]) == "supported"
        assert "unknown" not in {verdict.verdict for verdict in told.verdicts.values()}
