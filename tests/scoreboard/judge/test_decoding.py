"""Bytes to exchanges, whoever kept them."""

import json

import pytest

from probes.row import Exchange
from providers.base import PLAIN, Quirks, Request, Response, wires
from providers.chat import Ask, Media, Text
from scoreboard.evidence.media import media
from scoreboard.judge.decoding import exchange_of, grouped, host_of, wire_of, with_words
from tests.support.made_up import ANSWER, REQUEST

POST = Request("POST", "https://api.example.com/v1/chat/completions", REQUEST.encode())
OK = Response(200, {"content-type": "application/json"}, ANSWER.encode())
DRAW = Request("POST", "https://api.bfl.ai/v1/flux", b'{"prompt": "x"}')
POLL = "https://api.bfl.ai/v1/get_result?id=1"


def poll(url: str = POLL) -> Request:
    return Request("GET", url)


def gave(url: str = POLL) -> Response:
    return Response(200, {}, json.dumps({"id": "1", "polling_url": url}).encode())


PENDING, READY = Response(200, {}, b'{"status": "Pending"}'), Response(200, {}, b'{"status": "Ready"}')


def test_each_request_is_a_question_of_its_own() -> None:
    assert [(q.request, q.numbers) for q in grouped([(POST, OK), (POST, OK)])] == [(POST, (0,)), (POST, (1,))]
    assert list(grouped([])) == []


def test_polls_belong_to_the_question_whose_answer_gave_their_address() -> None:
    drawn, talk = grouped([(DRAW, gave()), (poll(), PENDING), (poll(), READY), (POST, OK)])
    assert (drawn.request, drawn.responses, drawn.numbers) == (DRAW, (gave(), PENDING, READY), (0, 1, 2))
    assert talk.request == POST


@pytest.mark.parametrize("url", ["https://api.bfl.ai/v1/get_result?id=1", "https://eu.bfl.ai/v1/other"])
def test_an_address_may_be_given_with_slashes_escaped(url: str) -> None:
    escaped = Response(200, {}, json.dumps({"url": url}).replace("/", "\\/").encode())
    assert [q.numbers for q in grouped([(DRAW, escaped), (poll(url), READY)])] == [(0, 1)]


def test_what_is_fetched_from_an_address_that_nobody_gave_is_a_question_of_its_own() -> None:
    other = poll("https://api.bfl.ai/v1/models")
    assert [q.numbers for q in grouped([(DRAW, gave()), (other, READY)])] == [(0,), (1,)]
    assert [q.numbers for q in grouped([(POST, OK), (POST, OK)])] == [(0,), (1,)]


def test_the_wire_is_the_first_whose_request_it_is() -> None:
    assert wire_of(POST, wires().values()) is wires()["openai_chat"]
    assert wire_of(Request("GET", "https://example.com/"), wires().values()) is None


def read(request: Request = POST, *responses: Response, quirks: Quirks = PLAIN) -> Exchange:
    (question,) = grouped((request, response) for response in (responses or (OK,))[:1])
    wire = wires()["openai_chat"]
    _, ask = wire.read(request)
    return exchange_of(question, wire, ask, quirks)


def test_an_exchange_says_what_was_asked_and_what_came() -> None:
    x = read()
    assert (x.ask.messages[0].parts, x.reply.text, x.reply.finish) == (
        (Text("Say hello. Use only one word."),),
        "Hello",
        "stop",
    )
    assert (x.lost, x.headers, x.answered) == ("", ("content-type",), True)


@pytest.mark.parametrize("body", [b"no JSON", b"<html>", b"", b"{"])
def test_a_reply_that_cannot_be_read_is_lost(body: bytes) -> None:
    x = read(POST, Response(200, {}, body))
    assert (x.lost, x.answered) == ("unreadable", False)
    assert x.note


def test_our_own_data_of_what_an_api_lacks_hides_nothing_that_was_asked() -> None:
    seeded = Request("POST", POST.url, REQUEST[:-1].encode() + b', "seed": 1}')
    x = read(seeded, OK, quirks=Quirks(lacks=frozenset({"seed"})))
    assert (x.ask.seed, x.lost, x.reply.text) == (1, "", "Hello")


def test_media_that_are_known_have_their_words() -> None:
    known = media("https://a.example")
    for key in ("png", "png/url"):
        sent = Media("image", "image/png", known[key].data, known[key].url)
        assert with_words(Ask.text("x", sent)).media()[0].word == known[key].word != ""
    assert with_words(Ask.text("x", Media("image", "image/png", b"unknown"))).media()[0].word == ""
    plain = Ask.text("x")
    assert with_words(plain) is plain


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.Example.com:443/v1", "api.example.com"),
        ("/v1/chat", ""),
        ("https://[::1", ""),
        ("<OLLAMA_API_BASE>/api/chat", ""),
    ],
)
def test_the_host_of_a_request(url: str, host: str) -> None:
    assert host_of(Request("GET", url)) == host
