"""Recording and replaying over real sockets."""

import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import httpx
import pytest

from providers.base import Provider, Request, Response
from providers.chat import Ask
from providers.wire import openai_chat
from scoreboard.evidence.cassettes import load, save
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.matching import Miss, Player
from scoreboard.evidence.redaction import Redactor
from scoreboard.judge.engine import speak
from scoreboard.net.transport import Fault, NoRecording, RecordingTransport, ReplayTransport, sent, to_httpx
from tests.support.loopback import Canned, serving

KEY = "sekrit-0123456789-abcdef"
REDACTOR = Redactor([KEY])
HELLO = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}'
WORLD = HELLO.replace(b"Hello", b"World")


def acme(url: str, **more: object) -> Provider:
    return Provider(wire=openai_chat, base_url=url, name="acme", title="Acme", key_env="ACME_KEY", **more)  # type: ignore[arg-type]


async def ask(transport: httpx.AsyncBaseTransport, provider: Provider, text: str) -> str:
    async def send(request: Request) -> Response:
        return await sent(transport, to_httpx(request, provider, {"ACME_KEY": KEY, "ACCOUNT": "acct-1"}), REDACTOR)

    reply = await speak(provider.wire.ask(Ask.text(text), "m", provider.base_url, provider.quirks), send)
    return str(reply.text)


def test_recorded_then_replayed_with_the_server_gone_by_us_and_by_the_stock_vcrpy(tmp_path: Path) -> None:
    import vcr  # type: ignore[import-untyped]

    kept: list[Interaction] = []

    async def record(url: str) -> list[str]:
        async with RecordingTransport(httpx.AsyncHTTPTransport(), kept.append, redactor=REDACTOR) as transport:
            return [await ask(transport, acme(url), text) for text in ("one", "two")]

    with serving(Canned(HELLO), Canned(WORLD)) as server:
        assert anyio.run(record, server.url) == ["Hello", "World"]
        assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
        url = server.url
    path = tmp_path / "cassette.yaml"
    save(path, kept, REDACTOR)
    assert KEY.encode() not in path.read_bytes()
    player = Player(load(path))

    async def replay() -> list[str]:
        async with ReplayTransport(player) as transport:
            return [await ask(transport, acme(url), text) for text in ("two", "one")]

    # In another order: the body tells one question from the other.
    assert anyio.run(replay) == ["World", "Hello"]
    assert not player.leftovers()
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]) as played:
        for recording in kept:
            assert httpx.post(recording.request.url, content=recording.request.body).status_code == 200
        assert played.all_played


def test_what_was_never_recorded_names_the_nearest_and_each_is_played_once() -> None:
    request = Request("POST", "https://api.example.com/v1", b'{"max_tokens": 16, "n": 1}', {})
    player = Player([Interaction(request, Response(200, {}, b"{}"), "maxtokens")], "json.yaml")

    async def twice() -> None:
        async with httpx.AsyncClient(transport=ReplayTransport(player)) as client:
            with pytest.raises(NoRecording, match=r"nearest is number 1 \(maxtokens\): body.max_tokens: 16 recorded, 32 asked"):
                await client.post(request.url, content=b'{"n":1.0,"max_tokens":32}')
            assert [len(player.leftovers())] == [1]
            assert (await client.post(request.url, content=b'{"n":1.0,"max_tokens":16}')).json() == {}
            with pytest.raises(NoRecording, match="recorded once, and played as often"):
                await client.post(request.url, content=request.body)

    anyio.run(twice)
    with pytest.raises(Miss, match="nothing is recorded"):
        Player([]).take(request)


def test_chunks_are_timed_and_come_again_as_they_came() -> None:
    kept: list[Interaction] = []

    async def app(scope: dict[str, object], receive: object, send: Callable[[dict[str, object]], Awaitable[None]]) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        for number in range(3):
            await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
            await anyio.sleep(0.05)
        await send({"type": "http.response.body", "body": b""})

    import threading

    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"

    async def record() -> None:
        async with RecordingTransport(httpx.AsyncHTTPTransport(), kept.append) as transport:
            response = await sent(transport, httpx.Request("GET", url), REDACTOR)
            assert response.body == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"

    anyio.run(record)
    server.should_exit = True
    thread.join()
    chunks = kept[0].response.chunks
    assert [chunk.size for chunk in chunks] == [9, 9, 9]
    assert (chunks[2].at or 0) - (chunks[0].at or 0) > 0.08

    async def replay() -> list[bytes]:
        async with httpx.AsyncClient(transport=ReplayTransport(Player(kept))) as client, client.stream("GET", url) as response:
            return [piece async for piece in response.aiter_raw()]

    assert anyio.run(replay) == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]


BOMB = gzip.compress(bytes(300 * 1024 * 1024), 9)


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (Canned(BOMB, headers={"content-encoding": "gzip"}), "unreadable", "more than 32 MB"),
        (Canned(b"not packed", headers={"content-encoding": "gzip"}), "unreadable", "no gzip"),
        (Canned(b"x", headers={"content-encoding": "br"}), "unreadable", "not asked for"),
        (Canned(b"short", headers={"content-length": "500"}), "cut", "connection broke"),
    ],
    ids=["gzip bomb", "no gzip", "another packing", "cut"],
)
def test_a_body_that_cannot_be_had_is_a_fault_with_its_reason(answer: Canned, reason: str, words: str) -> None:
    kept: list[Interaction] = []

    async def record(url: str) -> None:
        async with RecordingTransport(httpx.AsyncHTTPTransport(), kept.append) as transport:
            with pytest.raises(Fault, match=words) as fault:
                await sent(transport, httpx.Request("GET", url), REDACTOR, httpx.Timeout(1))
            assert fault.value.reason in (reason, "timeout" if reason == "cut" else reason)

    with serving(answer) as server:
        if reason == "cut":
            answer.headers["connection"] = "close"
        anyio.run(record, server.url)
    assert not kept


def test_a_packed_body_is_kept_unpacked() -> None:
    kept: list[Interaction] = []

    async def record(url: str) -> None:
        async with RecordingTransport(httpx.AsyncHTTPTransport(), kept.append) as transport:
            assert (await sent(transport, httpx.Request("GET", url), REDACTOR)).body == b"hello"

    with serving(Canned(gzip.compress(b"hello"), headers={"content-encoding": "gzip"})) as server:
        anyio.run(record, server.url)
    assert kept[0].response.body == b"hello"
    assert "content-encoding" not in kept[0].response.headers


def test_nobody_listens_and_nobody_answers() -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/?key={KEY}"

        async def ask_twice() -> None:
            async with httpx.AsyncHTTPTransport() as transport:
                with pytest.raises(Fault) as refused:
                    await sent(transport, httpx.Request("GET", url), REDACTOR, httpx.Timeout(0.2))
                assert (refused.value.reason, KEY in str(refused.value)) == ("network", False)
                silent.listen()
                with pytest.raises(Fault) as late:
                    await sent(transport, httpx.Request("GET", url), REDACTOR, httpx.Timeout(0.2))
                assert late.value.reason == "timeout"

        anyio.run(ask_twice)


def test_keys_go_where_the_provider_says_and_to_no_other_host() -> None:
    environ = {"ACME_KEY": KEY, "ACCOUNT": "acct-1"}
    request = Request("GET", "https://api.acme.com/{ACCOUNT}/x")
    bearer = acme("https://api.acme.com/{ACCOUNT}")
    assert to_httpx(request, bearer, environ).headers["authorization"] == f"Bearer {KEY}"
    assert to_httpx(request, bearer, environ).url.path == "/acct-1/x"
    assert to_httpx(request, bearer, environ).extensions["asked"] is request
    query = acme("https://api.acme.com", key=("?key", ""))
    assert to_httpx(request, query, environ).url.params["key"] == KEY
    elsewhere = to_httpx(Request("GET", "https://cdn.example.com/picture"), bearer, environ)
    assert KEY not in str(elsewhere.url) + str(elsewhere.headers)
    with pytest.raises(Fault, match="Acme needs the environment variable ACME_KEY; set it"):
        to_httpx(request, bearer, {"ACCOUNT": "x"})
