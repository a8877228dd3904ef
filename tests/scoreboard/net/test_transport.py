"""Requests over real sockets, and what is kept of them."""

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
from scoreboard.evidence.matching import Player
from scoreboard.evidence.redaction import Redactor
from scoreboard.net.transport import Fault, sent, to_httpx
from tests.support.loopback import Canned, serving

KEY = "sekrit-0123456789-abcdef"
REDACTOR = Redactor([KEY])
HELLO = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}'
WORLD = HELLO.replace(b"Hello", b"World")


def acme(url: str, **more: object) -> Provider:
    return Provider(wire=openai_chat, base_url=url, name="acme", title="Acme", key_env="ACME_KEY", **more)  # type: ignore[arg-type]


def test_recorded_then_played_with_the_server_gone_by_us_and_by_the_stock_vcrpy(tmp_path: Path) -> None:
    import vcr  # type: ignore[import-untyped]

    kept: list[Interaction] = []

    def question(provider: Provider, text: str) -> Request:
        return next(provider.wire.ask(Ask.text(text), "m", provider.base_url, provider.quirks))

    async def record(provider: Provider, text: str) -> Response:
        async with httpx.AsyncHTTPTransport() as transport:
            request = question(provider, text)
            response = await sent(transport, to_httpx(request, provider, {"ACME_KEY": KEY}), REDACTOR)
            kept.append(Interaction(request.as_kept(), response))
            return response

    with serving(Canned(HELLO), Canned(WORLD)) as server:
        acme_there = acme(server.url)
        assert [anyio.run(record, acme_there, text).body for text in ("one", "two")] == [HELLO, WORLD]
        assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    path = tmp_path / "cassette.yaml"
    save(path, kept, REDACTOR)
    assert KEY.encode() not in path.read_bytes()
    player = Player(load(path))

    # In another order: the body tells one question from the other.
    assert [player.take(question(acme_there, text)).response.body for text in ("two", "one")] == [WORLD, HELLO]
    assert not player.leftovers()
    with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri", "body"]) as played:
        for interaction in kept:
            assert httpx.post(interaction.request.url, content=interaction.request.body).status_code == 200
        assert played.all_played


def test_chunks_are_timed() -> None:
    async def app(
        scope: dict[str, object], receive: object, send: Callable[[dict[str, object]], Awaitable[None]]
    ) -> None:
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
    response = anyio.run(get, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/")
    server.should_exit = True
    thread.join()
    assert response.body == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert [chunk.size for chunk in response.chunks] == [9, 9, 9]
    assert (response.chunks[2].at or 0) - (response.chunks[0].at or 0) > 0.08


def test_a_body_that_is_not_packed_though_its_header_says_so_is_read_as_it_is() -> None:
    with serving(Canned(b'{"a": 1}', headers={"content-encoding": "gzip"})) as server:
        assert anyio.run(get, server.url).body == b'{"a": 1}'


async def get(url: str) -> Response:
    async with httpx.AsyncHTTPTransport() as transport:
        return await sent(transport, httpx.Request("GET", url), REDACTOR, httpx.Timeout(1))


BOMB = gzip.compress(bytes(40 * 1024 * 1024), 1)


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (Canned(BOMB, headers={"content-encoding": "gzip"}), "unreadable", "more than 32 MB"),
        (Canned(b"\x1f\x8bnot packed", headers={"content-encoding": "gzip"}), "unreadable", "no gzip"),
        (Canned(b"x", headers={"content-encoding": "br"}), "unreadable", "not asked for"),
        (Canned(b"short", headers={"content-length": "500"}), "cut", "connection broke"),
    ],
    ids=["gzip bomb", "no gzip", "another packing", "cut"],
)
def test_a_body_that_cannot_be_had_is_a_fault_with_its_reason(answer: Canned, reason: str, words: str) -> None:
    with serving(answer) as server:
        if reason == "cut":
            answer.headers["connection"] = "close"
        with pytest.raises(Fault, match=words) as fault:
            anyio.run(get, server.url)
    assert fault.value.reason in (reason, "timeout" if reason == "cut" else reason)


def test_a_packed_body_is_handed_on_unpacked() -> None:
    with serving(Canned(gzip.compress(b"hello"), headers={"content-encoding": "gzip"})) as server:
        response = anyio.run(get, server.url)
    assert response.body == b"hello"
    assert "content-encoding" not in response.headers


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
    query = acme("https://api.acme.com", key=("?key", ""))
    assert to_httpx(request, query, environ).url.params["key"] == KEY
    elsewhere = to_httpx(Request("GET", "https://cdn.example.com/picture"), bearer, environ)
    assert KEY not in str(elsewhere.url) + str(elsewhere.headers)
    with pytest.raises(Fault, match="Acme needs the environment variable ACME_KEY; set it"):
        to_httpx(request, bearer, {"ACCOUNT": "x"})


REGIONAL = "https://acme-runtime.{ACME_REGION}.acme.com"


def test_a_key_goes_to_the_host_that_a_setting_completes_and_to_its_neighbours_where_they_take_it() -> None:
    environ, provider = {"ACME_KEY": KEY, "ACME_REGION": "eu-1"}, acme(REGIONAL)
    for url, keyed, goes in (
        (f"{REGIONAL}/x", False, True),
        ("https://acme.{ACME_REGION}.acme.com/x", True, True),
        ("https://acme.{ACME_REGION}.acme.com/x", False, False),
        ("https://acme-runtime.evil.com/x", True, False),
    ):
        made = to_httpx(Request("GET", url, keyed=keyed), provider, environ)
        assert ("authorization" in made.headers) == goes, url
    assert (
        "authorization" not in to_httpx(Request("GET", "https://cdn.example.com"), provider, {"ACME_KEY": KEY}).headers
    )


def test_what_is_signed_has_no_key_and_what_a_body_names_is_filled_in() -> None:
    environ = {"ACME_KEY": KEY, "BUCKET": "b", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t", "AWS_REGION": "eu-1"}  # fmt: skip
    request = Request(
        "PUT", "https://api.acme.com/{BUCKET}/k", b'{"{BUCKET}": "{OTHER}"}', signed="s3", filled=("BUCKET",)
    )
    made = to_httpx(request, acme("https://api.acme.com"), environ)
    assert (made.url.path, made.content) == ("/b/k", b'{"b": "{OTHER}"}')
    assert "/eu-1/s3/aws4_request" in made.headers["authorization"]
    assert (made.headers["x-amz-security-token"], KEY in str(made.headers)) == ("t", False)
    assert request.as_kept() == Request("PUT", request.url, request.body)
