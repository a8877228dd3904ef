"""The gateway before an emulator: what it drops and sets, what it passes on as it comes, what it sends in one piece or again."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from emulator import Fault, FaultKind, Server, Switchboard, When, serve
from emulator.proxy import Way, dropped, proxied, put

WIRE = "openai_chat"
WAYS = {
    "plain": Way(),
    "unseeded": Way(drops=("seed",)),
    "seeded": Way(sets=(("seed", 7),)),
    "buffered": Way(buffers=True),
    "cached": Way(caches=True),
    "keyless": Way(caches=True, keyless=("seed",)),
}
CHAT: dict[str, Any] = {
    "tools": [{"type": "function", "n": 1}, {"type": "web_search", "n": 2}, {"n": 3}],
    "messages": [
        {"content": "words"},
        {"content": [{"type": "text"}, {"type": "image_url"}, {"source": {"type": "text"}}]},
    ],
    "format": {"type": "json_object"},
    "include": ["a.b", "c"],
    "options": {"seed": 1, "stop": []},
    "choice": "auto",
}


def without(*keys: str, **instead: Any) -> dict[str, Any]:
    return {key: value for key, value in (CHAT | instead).items() if key not in keys}


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("choice", without("choice")),
        ("nothing", CHAT),
        ("nothing.at[].all", CHAT),
        ("choice.deeper", CHAT),
        ("options.seed", without(options={"stop": []})),
        ("options", without("options")),
        ("tools[type=function]", without(tools=CHAT["tools"][1:])),
        ("tools[type=*]", without(tools=CHAT["tools"][2:])),
        ("tools[!type]", without(tools=CHAT["tools"][:2])),
        ("tools[type]", without(tools=CHAT["tools"][2:])),
        ("tools[]", without("tools")),
        ("tools[type=web*,n]", without(tools=[CHAT["tools"][0], CHAT["tools"][2]])),
        ("tools[].n", without(tools=[{"type": "function"}, {"type": "web_search"}, {}])),
        ("messages[].content[type=image_url]", without(messages=[CHAT["messages"][0], {"content": [{"type": "text"}, {"source": {"type": "text"}}]}])),
        ("messages[].content[source.type=t*t]", without(messages=[CHAT["messages"][0], {"content": [{"type": "text"}, {"type": "image_url"}]}])),
        ("messages[].content[=words]", without(messages=[{}, CHAT["messages"][1]])),
        ("format[type=json_object]", without("format")),
        ("format[type=json_schema]", CHAT),
        ("format[!schema].type", without(format={})),
        ("include[=a.b]", without(include=["c"])),
        ("include[=*]", without("include")),
        ("choice[=*]", without("choice")),
        ("choice[type=function]", CHAT),
        ("format[=*]", CHAT),
        ("[messages].choice", without("choice")),
        ("[inputs].choice", CHAT),
    ],
)  # fmt: skip
def test_a_path_names_what_is_dropped(path: str, left: dict[str, Any]) -> None:
    assert dropped(CHAT, path) == left


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("seed", {**CHAT, "seed": 5}),
        ("choice", {**CHAT, "choice": 5}),
        ("options.seed", {**CHAT, "options": {"seed": 5, "stop": []}}),
        ("made.on.the.way", {**CHAT, "made": {"on": {"the": {"way": 5}}}}),
        ("[messages].seed", {**CHAT, "seed": 5}),
        ("[inputs].seed", CHAT),
        ("tools[!type].n", {**CHAT, "tools": [*CHAT["tools"][:2], {"n": 5}]}),
    ],
)
def test_a_path_leads_to_what_is_set(path: str, changed: dict[str, Any]) -> None:
    assert put(CHAT, path, 5) == changed


@contextmanager
def running(**settings: Any) -> Iterator[tuple[Server, httpx.Client, dict[str, str]]]:
    """An emulator, a client with its key, and the address of its chat completions by way."""
    with serve(Switchboard(), (WIRE,), **settings) as server, proxied(server.origin, WAYS) as proxy:
        urls = {way: f"{proxy.url(way, server.url(WIRE))}/chat/completions" for way in (*WAYS, "none")}
        with httpx.Client(headers={"authorization": "Bearer test-key"}, timeout=10) as client:
            yield server, client, urls


def story(**more: Any) -> dict[str, Any]:
    return {"model": "emulated", "messages": [{"role": "user", "content": "Tell me a long story."}], **more}


def told(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    return str(response.json()["choices"][0]["message"]["content"])


def test_fields_are_dropped_and_set_and_all_else_passes() -> None:
    with running() as (server, client, urls):
        direct = client.post(f"{server.url(WIRE)}/chat/completions", json=story(seed=1))
        assert told(direct) == told(through := client.post(urls["plain"], json=story(seed=1)))
        assert server.requests[-1].body == server.requests[-2].body
        assert through.headers["x-ratelimit-limit-requests"] == direct.headers["x-ratelimit-limit-requests"]
        client.post(urls["unseeded"], json=story(seed=1))
        assert server.requests[-1].json == story()
        assert told(client.post(urls["seeded"], json=story(seed=1))) == told(client.post(urls["seeded"], json=story()))
        assert [seen.json["seed"] for seen in server.requests[-2:]] == [7, 7]
        # What is no object, an address with a query, an error, no request with a body.
        assert client.post(urls["seeded"], content=b"{no").status_code == 400
        assert server.requests[-1].body == b"{no"
        assert client.get(urls["plain"].replace("chat/completions", "models?limit=3")).json()["data"]
        assert server.requests[-1].query == "limit=3"
        assert client.post(urls["plain"], json=story(), headers={"authorization": "Bearer no"}).status_code == 401
        assert client.post(urls["none"], json=story()).status_code == 404


def arrivals(client: httpx.Client, url: str) -> tuple[bytes, list[float]]:
    """A stream's bytes, and when each piece came, in seconds since the first."""
    begin, at, pieces = 0.0, [], []
    with client.stream("POST", url, json=story(stream=True, seed=3)) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for piece in response.iter_raw():
            begin = begin or time.monotonic()
            at.append(time.monotonic() - begin)
            pieces.append(piece)
    return b"".join(pieces), at


def test_streams_are_passed_on_as_they_come_or_in_one_piece() -> None:
    with running(chunk_delay=0.02) as (_, client, urls):
        streamed, at = arrivals(client, urls["plain"])
        assert len(at) > 5
        assert at[-1] > 0.15
        for way in ("buffered", "cached"):
            whole, at = arrivals(client, urls[way])
            assert at[-1] < 0.1, way
            assert whole.count(b"data: ") == streamed.count(b"data: ")


def test_a_cache_gives_the_same_bytes_for_the_same_request() -> None:
    with running() as (server, client, urls):
        first, again = (client.post(urls["cached"], json=story(seed=1)) for _ in range(2))
        assert (first.content, first.headers.raw) == (again.content, again.headers.raw)
        assert server.count() == 1
        assert told(client.post(urls["cached"], json=story(seed=2))) != told(first)
        assert server.count() == 2
        # It knows requests by what it is asked, each way for itself.
        bare, seeded = (client.post(urls["keyless"], json=body) for body in (story(), story(seed=2)))
        assert bare.content == seeded.content
        assert server.count() == 3
        assert client.post(urls["keyless"], json=story(stop=["village"])).content != bare.content


def test_an_error_is_not_cached() -> None:
    with running() as (server, client, urls):
        server.switchboard.lay(Fault(FaultKind.SERVER_ERROR, When(nth={1})))
        assert client.post(urls["cached"], json=story()).status_code >= 500
        assert client.post(urls["cached"], json=story()).status_code == 200


def test_a_server_that_is_gone_is_a_bad_gateway() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with proxied(f"http://127.0.0.1:{port}", WAYS) as proxy:
        assert httpx.post(f"{proxy.url('plain', f'http://127.0.0.1:{port}')}/x", json={}).status_code == 502


@pytest.mark.parametrize("way", ["plain", "buffered"])
def test_an_answer_that_is_cut_is_never_a_whole_one(way: str) -> None:
    with running() as (server, client, urls):
        server.switchboard.lay(Fault(FaultKind.RESET_IN_STREAM))
        try:
            assert client.post(urls[way], json=story(stream=True)).status_code == 502
        except httpx.RemoteProtocolError:
            assert way == "plain"
