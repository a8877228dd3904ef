"""The emulator's core: rules, faults as they are really seen on the socket, limits, the log of requests."""

import asyncio
import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import httpx
import pytest

from emulator import IGNORES, REJECTS, WORKS, Fault, FaultKind, Server, Switchboard, When, flaky, serve

WIRE = "openai_chat"
PATH = "/chat/completions"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(), (WIRE,)) as running:
        yield running


def body(**more: Any) -> dict[str, Any]:
    return {"model": "emulated", "messages": [{"role": "user", "content": "Tell me a long story."}], **more}


def post(url: str, *, key: str = "test-key", timeout: float = 5.0, follow: bool = False, **more: Any) -> httpx.Response:
    return httpx.post(
        url + PATH,
        json=body(**more),
        headers={"authorization": f"Bearer {key}"},
        timeout=timeout,
        follow_redirects=follow,
    )


def raw(server: Server, **more: Any) -> bytes:
    """The bytes of the whole answer, to the end of the connection or its reset."""
    sent = json.dumps(body(**more)).encode()
    host, port = server.origin.removeprefix("http://").split(":")
    head = f"POST /{WIRE}/v1{PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer test-key\r\nconnection: close\r\n"
    got = bytearray()
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(f"{head}content-length: {len(sent)}\r\n\r\n".encode() + sent)
        while part := line.recv(65536):
            got += part
    return bytes(got)


# Rules


def test_the_last_rule_that_fits_wins_and_wildcards_fit() -> None:
    board = (
        Switchboard()
        .set("in.*", REJECTS)
        .set("in.image/png/*", WORKS)
        .set("in.image", IGNORES, model="small-*", mode="stream*")
    )
    assert board.act("m", "sync", "in.audio/wav/inline", "in.audio") == "rejects"
    assert board.act("m", "sync", "in.image/png/url", "in.image") == "works"
    assert board.act("m", "sync", "in.image/gif/url", "in.image") == "rejects"
    assert board.act("small-1", "stream+thinking", "in.image/png/url", "in.image") == "ignores"
    assert board.act("small-1", "sync", "in.image/gif/url", "in.image") == "rejects"
    assert board.act("m", "sync", "json") == "works"
    assert board.clear().act("m", "sync", "in.audio") == "works"


def test_flaky_works_as_often_as_it_says_and_repeats_by_seed() -> None:
    def drawn(seed: int) -> list[str]:
        board = Switchboard(seed=seed).set("json", flaky(0.3))
        return [board.act("m", "sync", "json") for _ in range(400)]

    assert set(drawn(1)) == {"works", "ignores"}
    assert 80 < drawn(1).count("works") < 160
    assert drawn(1) == drawn(1) != drawn(2)


def test_only_models_that_tell_what_they_are_exist_unless_listed() -> None:
    board = Switchboard()
    assert [board.knows(name) for name in ("emulated", "emulated-2", "vendor/emulated", "gpt-4o")] == [
        True,
        True,
        True,
        False,
    ]
    listed = Switchboard(models=("alone",), closed=True)
    assert [listed.knows(name) for name in ("alone", "emulated")] == [True, False]


def test_faults_hit_only_what_they_are_laid_on() -> None:
    third = Fault(FaultKind.SERVER_ERROR, When(model="a*", nth=(3,)))
    board = Switchboard().lay(
        third, Fault(FaultKind.RATE, When(path="*/files")), Fault(FaultKind.HTML, When(probability=0.5))
    )
    struck = [
        [fault.kind.value for fault in board.strike("w", "/v1/chat", model)] for model in ("a1", "b", "a2", "a3", "a4")
    ]
    assert ["500" in kinds for kinds in struck] == [False, False, False, True, False]
    assert (third.seen, third.struck) == (4, 1)
    assert FaultKind.RATE in [fault.kind for fault in board.strike("w", "/v1/files", "b")]
    assert not any("rate" in kinds for kinds in struck)
    many = [bool(board.strike("w", "/v1/chat", "b")) for _ in range(200)]
    assert 60 < sum(many) < 140


# Faults that leave no answer, or half of one


def test_a_refused_connection(server: Server) -> None:
    with pytest.raises(httpx.ConnectError):
        post(server.refused_url(WIRE))
    assert server.count() == 0


def test_a_reset_before_and_within_the_answer(server: Server) -> None:
    server.switchboard.lay(Fault(FaultKind.RESET))
    with pytest.raises(ConnectionResetError):
        raw(server)
    server.switchboard.clear().lay(Fault(FaultKind.RESET_IN_STREAM))
    got = bytearray()
    with pytest.raises(httpx.ReadError):
        _gather(server, got)
    assert got.startswith(b"data: {") and b"[DONE]" not in got


def _gather(server: Server, into: bytearray) -> None:
    """What comes of a stream, up to its breaking off."""
    headers = {"authorization": "Bearer test-key"}
    with httpx.stream("POST", server.url(WIRE) + PATH, json=body(stream=True), headers=headers) as answer:
        for part in answer.iter_bytes():
            into += part


def test_a_time_out_holds_the_line_and_slow_only_delays(server: Server) -> None:
    server.switchboard.lay(Fault(FaultKind.TIMEOUT))
    with pytest.raises(httpx.ReadTimeout):
        post(server.url(WIRE), timeout=0.3)
    server.switchboard.clear().lay(Fault(FaultKind.SLOW, delay=0.3), Fault(FaultKind.UNAVAILABLE, When(nth=(2,))))
    began = time.monotonic()
    assert [post(server.url(WIRE)).status_code for _ in range(2)] == [200, 503]
    assert time.monotonic() - began >= 0.6


@pytest.mark.parametrize("stream", [False, True])
def test_an_endless_answer_goes_on_until_the_client_leaves(server: Server, stream: bool) -> None:
    server.switchboard.lay(Fault(FaultKind.ENDLESS))
    whole = len(raw_of_clean(stream=stream))
    got = 0
    with httpx.stream(
        "POST",
        server.url(WIRE) + PATH,
        json=body(stream=stream),
        headers={"authorization": "Bearer test-key"},
        timeout=5,
    ) as answer:
        for part in answer.iter_bytes():
            got += len(part)
            if got > whole + 50:
                break
    assert answer.status_code == 200
    deadline = time.monotonic() + 5
    while server.log.now and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.log.now == 0, "the server saw that the client left"


def raw_of_clean(**more: Any) -> bytes:
    with serve(Switchboard(), (WIRE,)) as clean:
        return post(clean.url(WIRE), **more).content


# Faults that spoil the answer


def _json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def _utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "stream", "seen"),
    [
        (FaultKind.CUT_JSON, False, lambda r: r.status_code == 200 and r.content[:1] == b"{" and not _json(r.content)),
        (FaultKind.CUT_JSON, True, lambda r: not r.content.endswith(b"\n\n")),
        (FaultKind.CUT_EVENTS, True, lambda r: r.content.endswith(b"\n\n") and b"[DONE]" not in r.content),
        (FaultKind.HTML, False, lambda r: (r.status_code, r.headers["content-type"][:9]) == (200, "text/html")),
        (FaultKind.INVALID_UTF8, False, lambda r: not _utf8(r.content)),
        (FaultKind.INVALID_UTF8, True, lambda r: not _utf8(r.content) and b"[DONE]" in r.content),
        (FaultKind.WRONG_TYPE, False, lambda r: r.headers["content-type"] == "text/plain" and _json(r.content)),
        (FaultKind.WRONG_TYPE, True, lambda r: r.headers["content-type"] == "text/plain" and b"[DONE]" in r.content),
        (FaultKind.RATE, False, lambda r: r.status_code == 429 and "retry-after" not in r.headers),
        (FaultKind.SERVER_ERROR, False, lambda r: r.status_code == 500 and r.json()["error"]["type"] == "server_error"),
        (FaultKind.BAD_GATEWAY, False, lambda r: r.status_code == 502 and b"<html>" in r.content),
        (FaultKind.UNAVAILABLE, True, lambda r: r.status_code == 503 and "error" in r.json()),
        (FaultKind.OVERLOADED, False, lambda r: r.status_code == 529 and "error" in r.json()),
        (
            FaultKind.EXPIRED_KEY,
            False,
            lambda r: r.status_code == 401 and r.json()["error"]["code"] == "invalid_api_key",
        ),
        (
            FaultKind.OUT_OF_CREDIT,
            False,
            lambda r: r.status_code == 429 and r.json()["error"]["code"] == "insufficient_quota",
        ),
        (FaultKind.MODEL_GONE, False, lambda r: r.status_code == 404 and "`emulated`" in r.json()["error"]["message"]),
    ],
)
def test_a_fault_as_the_client_sees_it(
    server: Server, kind: FaultKind, stream: bool, seen: Callable[[httpx.Response], bool]
) -> None:
    assert not seen(post(server.url(WIRE), stream=stream)), "without the fault the condition is false"
    server.switchboard.lay(Fault(kind, When(path="*/completions")))
    answer = post(server.url(WIRE), stream=stream)
    assert seen(answer), (answer.status_code, answer.headers, answer.content[:300])


def test_the_wait_is_told_where_it_is_set(server: Server) -> None:
    server.switchboard.lay(Fault(FaultKind.RATE, retry_after=7))
    assert post(server.url(WIRE)).headers["retry-after"] == "7"


def test_a_bomb_of_gzip_is_small_on_the_line_and_big_unpacked(server: Server) -> None:
    server.switchboard.lay(Fault(FaultKind.GZIP_BOMB, size=8 * 1024 * 1024))
    head, _, packed = raw(server).partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in head.lower() and len(packed) < 20_000
    assert len(zlib.decompress(packed, 31)) == 8 * 1024 * 1024


def test_redirects_lead_in_a_circle(server: Server) -> None:
    server.switchboard.lay(Fault(FaultKind.REDIRECT_LOOP))
    with pytest.raises(httpx.TooManyRedirects):
        post(server.url(WIRE), follow=True)
    assert server.count(PATH, "emulated") > 10


# Limits, key, log


def test_limits_by_the_window_and_at_a_time() -> None:
    with serve(Switchboard(), (WIRE,), per_minute=2, window=1.0) as paced:
        assert [post(paced.url(WIRE)).status_code for _ in range(3)] == [200, 200, 429]
        assert int(post(paced.url(WIRE)).headers["retry-after"]) >= 1
        time.sleep(1.0)
        assert post(paced.url(WIRE)).status_code == 200
    with serve(Switchboard(), (WIRE,), concurrency=2, latency=0.4) as narrow:
        seen = asyncio.run(_at_once(narrow, 5))
        assert (seen.count(200), seen.count(429)) == (2, 3)
        assert narrow.log.peak <= 5 and post(narrow.url(WIRE)).status_code == 200


async def _at_once(server: Server, count: int) -> list[int]:
    async with httpx.AsyncClient(headers={"authorization": "Bearer test-key"}) as client:
        answers = await asyncio.gather(*(client.post(server.url(WIRE) + PATH, json=body()) for _ in range(count)))
    return [answer.status_code for answer in answers]


def test_the_log_holds_what_came_in_and_counts_it(server: Server) -> None:
    post(server.url(WIRE), seed=7)
    post(server.url(WIRE), key="another")
    post(server.url(WIRE), model="emulated-2")
    httpx.get(server.url(WIRE) + "/models?limit=3", headers={"authorization": "Bearer test-key"})
    assert (server.count(), server.count(PATH), server.count(PATH, "emulated"), server.count("/models")) == (4, 3, 2, 1)
    first, *_, last = server.requests
    assert (first.method, first.wire, first.path, first.model, first.json["seed"]) == (
        "POST",
        WIRE,
        "/v1" + PATH,
        "emulated",
        7,
    )
    assert (last.query, last.body) == ("limit=3", b"")
    assert [post(server.url(WIRE), key=key).status_code for key in ("another", "test-key")] == [401, 200]
    assert httpx.get(f"{server.origin}/nothing").status_code == 404
    assert (
        httpx.get(server.url(WIRE) + "/nothing", headers={"authorization": "Bearer test-key"}).json()["error"]["code"]
        == "unknown_url"
    )


def test_a_stream_arrives_in_pieces_over_time() -> None:
    with (
        serve(Switchboard(), (WIRE,), chunk_delay=0.03) as slow,
        httpx.stream(
            "POST", slow.url(WIRE) + PATH, json=body(stream=True), headers={"authorization": "Bearer test-key"}
        ) as answer,
    ):
        times = [time.monotonic() for _ in answer.iter_raw()]
    assert len(times) > 5 and times[-1] - times[0] > 0.1


def test_a_server_stops_while_clients_wait() -> None:
    with serve(Switchboard().lay(Fault(FaultKind.TIMEOUT)), (WIRE,)) as server:

        def wait() -> None:
            with pytest.raises(httpx.HTTPError):
                post(server.url(WIRE), timeout=30)

        waiting = Thread(target=wait)
        waiting.start()
        while server.count() == 0:
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    waiting.join(5)
    assert not waiting.is_alive()
