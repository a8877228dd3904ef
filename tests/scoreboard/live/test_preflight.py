"""The first question: whatever stands in the way is one line that says what, where and what to do, in time."""

import time
from collections.abc import Callable

import anyio
import pytest

from emulator import Fault, FaultKind, Switchboard, serve
from scoreboard.live.candidates import Endpoint, endpoint_of
from scoreboard.live.obstacles import Obstacle
from scoreboard.live.preflight import Found, first_question
from tests.support.carding import KEYED, probed
from tests.support.loopback import Canned, serving
from tests.support.raw_sockets import closes, hangs, listening, speaks_otherwise

WIRE = "openai_chat"


def ask(url: str, model: str = "emulated-1", **more: object) -> Found:
    endpoint = endpoint_of(url, model, {**KEYED, **more.pop("environ", {})}, **more)  # type: ignore[arg-type, dict-item]
    return anyio.run(first_question, endpoint)


def obstacle(url: str, model: str = "emulated-1", **more: object) -> str:
    with pytest.raises(Obstacle) as met:
        ask(url, model, **more)
    assert "\n" not in str(met.value)
    return str(met.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "is no address: it needs http:// or https://"),
        ("ftp://host/v1", "is no address: it needs http:// or https://"),
        ("http://127.0.0.1:99999/v1", "Port out of range"),
        ("http://127.0.0.1:port/v1", "is no address"),
        ("http://127.0.0.1:0/v1", "has port 0"),
        ("http://", "is no address"),
        ("http://127.0.0.1:80 80/v1", "holds blanks"),
        ("http://127.0.0.1/v1?key=geheim", "holds a query"),
    ],
)
def test_an_address_that_is_none(url: str, says: str) -> None:
    told = obstacle(url)
    assert says in told
    assert "geheim" not in told


def test_no_such_host() -> None:
    done = probed("http://nosuch.invalid/v1")
    assert "there is no host named 'nosuch.invalid'" in done.complaint
    assert (done.code, done.seconds < 15) == (2, True)


def test_refused() -> None:
    with serve(Switchboard(), (WIRE,)) as server:
        done = probed(server.refused_url(WIRE))
    assert "nothing listens at 127.0.0.1 port" in done.complaint and "start the server" in done.complaint
    assert (done.code, done.seconds < 15) == (2, True)


def test_a_server_that_hangs_is_given_up_in_time() -> None:
    with listening(hangs) as url:
        done = probed(url)
    assert f"{url}/chat/completions took the question and gave no answer within 15 s" in done.complaint
    assert done.code == 2
    assert 10 < done.seconds < 20  # with the program's start, on a busy machine


def test_a_server_that_hangs_is_given_up_as_soon_as_is_wished() -> None:
    start = time.monotonic()
    with listening(hangs) as url:
        assert "--timeout" in obstacle(url, seconds=1.0)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("behave", [closes, speaks_otherwise])
def test_a_server_that_closes_at_once(behave: Callable[..., None]) -> None:
    with listening(behave) as url:
        assert "closes the connection without an answer" in obstacle(url)


def test_tls_where_there_is_none() -> None:
    with serve(Switchboard(), (WIRE,)) as server:
        told = obstacle(server.url(WIRE).replace("http:", "https:"))
    assert "cannot be reached by TLS" in told and "http://" in told


@pytest.mark.parametrize(
    ("environ", "arguments", "says"),
    [
        ({}, (), "OPENAI_COMPATIBLE_API_KEY was looked in for a key and is not set"),
        ({"OPENAI_COMPATIBLE_API_KEY": "wrong-key-1"}, (), "the key in OPENAI_COMPATIBLE_API_KEY was not taken"),
        ({"MINE": "wrong-key-1"}, ("--api-key-env", "MINE"), "the key in MINE was not taken"),
        ({}, ("--api-key-env", "MINE"), "MINE, which --api-key-env names, is not set"),
        ({"OPENAI_COMPATIBLE_API_KEY": "kéy-123456"}, (), "holds characters that no header can carry"),
    ],
)
def test_401_tells_the_variable(environ: dict[str, str], arguments: tuple[str, ...], says: str) -> None:
    with serve(Switchboard(), (WIRE,)) as server:
        done = probed(server.url(WIRE), *arguments, environ=environ)
    assert says in done.complaint
    assert "wrong-key" not in done.err
    assert (done.code, done.seconds < 15) == (2, True)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (FaultKind.OUT_OF_CREDIT, "has to be topped up"),
        (FaultKind.HTML, "answers 200 with a web page, not as an API"),
        (FaultKind.SERVER_ERROR, "answers 500: 'The server had an error"),
        (FaultKind.BAD_GATEWAY, "answers 502"),
        (FaultKind.RATE, "answers 429"),
        (FaultKind.REDIRECT_LOOP, "answered with 307, a redirection to /"),
        (FaultKind.RESET, "closes the connection"),
        (FaultKind.CUT_JSON, "in no form of this API"),
        (FaultKind.MODEL_GONE, "has no model 'emulated-1'"),
    ],
)
def test_what_comes_in_place_of_an_answer(kind: FaultKind, says: str) -> None:
    start = time.monotonic()
    with serve(Switchboard(models=("emulated-1",)).lay(Fault(kind)), (WIRE,)) as server:
        told = obstacle(server.url(WIRE))
    assert says in told
    assert time.monotonic() - start < 15


def test_what_fails_once_is_asked_again() -> None:
    board = Switchboard(models=("emulated-1",))
    for kind in (FaultKind.UNAVAILABLE, FaultKind.RATE):
        from emulator import When

        board.clear().lay(Fault(kind, When(nth=(1,))))
        with serve(board, (WIRE,)) as server:
            assert ask(server.url(WIRE), wire=WIRE).wire == WIRE


def test_a_model_that_is_not_there_is_told_with_those_that_are() -> None:
    models = ("alpha", "beta", "emulated-big", "emulated-small", "gamma", "delta", "epsilon")
    with serve(Switchboard(models=models, closed=True), (WIRE,)) as server:
        told = obstacle(server.url(WIRE), "emulated-bug")
    assert "has no model 'emulated-bug'; it offers emulated-big, emulated-small" in told
    assert "and 2 more" in told


@pytest.mark.parametrize(("cut", "more"), [("/v1", ""), ("", "/chat/completions"), ("", "/v1")])
def test_the_address_that_answers_is_told_where_another_was_tried(cut: str, more: str) -> None:
    with serve(Switchboard(models=("emulated-1",)), (WIRE,)) as server:
        right = server.url(WIRE)
        told = obstacle(right.removesuffix(cut) + more)
    assert told.startswith(f"nothing is at {right.removesuffix(cut)}{more}/chat/completions (404")
    assert told.endswith(f"answers: take --base-url {right}")


def test_nothing_anywhere_tells_where_it_was_looked() -> None:
    with serving(Canned(b'{"detail": "Not Found"}', status=404)) as server:
        told = obstacle(server.url)
        assert f"{server.url}/v1/chat/completions" in told and "404" in told
        assert len(server.asked) <= 13


@pytest.mark.parametrize(
    "wire", ["openai_chat", "openai_responses", "anthropic", "gemini", "ollama", "cohere", "cloudflare"]
)
def test_the_wire_is_found_out(wire: str) -> None:
    with serve(Switchboard(models=("emulated-1",)), (wire,)) as server:
        found = ask(server.url(wire))
        assert found.wire == wire
        assert len(server.requests) <= 7
        if wire == "openai_chat":
            assert len(server.requests) == 1


def test_a_stranger_is_sent_no_vendors_key() -> None:
    secrets = {
        "ANTHROPIC_API_KEY": "canary-one-1234",
        "GEMINI_API_KEY": "canary-two-1234",
        "COHERE_API_KEY": "canary-3-1234",
    }
    with serving(Canned(b'{"detail": "Not Found"}', status=404)) as server:
        obstacle(server.url, environ=secrets)
        assert not [asked for asked in server.asked if "canary" in str(asked.headers)]


def test_a_vendors_own_host_is_asked_as_that_vendor() -> None:
    (known,) = endpoint_of("https://api.anthropic.com/v1", "m", {}).candidates()
    assert (known.name, known.key_env) == ("anthropic", "ANTHROPIC_API_KEY")


def test_hostile_words_stay_on_the_line() -> None:
    body = b'{"error": {"message": "no \\u001b]0;owned\\u0007\\n\\u202eevil <script>", "type": "x", "code": "invalid_api_key"}}'
    with serving(Canned(body, status=401)) as server:
        told = obstacle(server.url, wire=WIRE)
    assert "401" in told and told.isprintable()


def test_an_endpoint_has_no_secret_in_its_plain_address() -> None:
    endpoint: Endpoint = endpoint_of("http://user:geheim@127.0.0.1:1/v1/", "m", {})
    assert endpoint.plain == "http://127.0.0.1:1/v1"
    assert endpoint.headers["authorization"].startswith("Basic ")
    assert "geheim" not in endpoint.base_url
