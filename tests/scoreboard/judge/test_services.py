"""What belongs to a batch or to a file among anybody's requests."""

from __future__ import annotations

import msgspec

from providers.base import PLAIN, Request, Response
from providers.chat import Ask
from providers.jobs import thinned
from providers.wire import anthropic
from scoreboard.judge.decoding import exchange_of, grouped

BASE = "https://api.test/v1"
MESSAGE = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "4"}],
    "stop_reason": "end_turn",
}


def pair(method: str, path: str, body: object = None, answer: object = None) -> tuple[Request, Response]:
    sent = b"" if body is None else msgspec.json.encode(body)
    return Request(method, BASE + path, sent), Response(200, {}, msgspec.json.encode(answer))


def batch(number: int, asked: str) -> list[tuple[Request, Response]]:
    named = f"msgbatch_{number:04d}"
    params = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": asked}]}
    told = {"id": named, "type": "message_batch", "processing_status": "in_progress"}
    return [
        pair("POST", "/messages/batches", {"requests": [{"custom_id": "a", "params": params}]}, told),
        pair("GET", f"/messages/batches/{named}", None, {**told, "processing_status": "ended"}),
        pair(
            "GET",
            f"/messages/batches/{named}/results",
            None,
            {"custom_id": "a", "result": {"type": "succeeded", "message": MESSAGE}},
        ),
    ]


def test_batches_that_go_on_at_once_are_told_apart_by_their_ids() -> None:
    one, other = batch(1, "2 + 2"), batch(2, "3 + 1")
    pairs = [one[0], other[0], pair("GET", "/files", None, {"data": []}), other[1], one[1], one[2], other[2]]
    listed, *found = grouped(pairs)
    assert listed.numbers == (2,)
    assert [question.numbers for question in found] == [(0, 4, 5), (1, 3, 6)]
    model, ask = anthropic.read(found[0].request)
    exchange = exchange_of(found[0], anthropic, ask, PLAIN)
    assert (model, exchange.ask.batch, exchange.reply.text) == ("m", "a", "4")
    assert exchange.reply.job
    assert (exchange.reply.job.state, exchange.reply.job.results) == ("ended", 1)
    assert [question.numbers for question in grouped(pairs, ours=True)] == [(0, 4, 5), (1, 3, 6)]


def test_a_question_by_the_id_of_a_file_has_the_file() -> None:
    source = {"type": "file", "file_id": "file_0001"}
    asked = {"model": "m", "messages": [{"role": "user", "content": [{"type": "document", "source": source}]}]}
    up = pair("POST", "/files", None, {"id": "file_0001", "type": "file"})
    away = pair("DELETE", "/files/file_0001", None, {"id": "file_0001", "type": "file_deleted"})
    between = pair("POST", "/messages", {"model": "m", "messages": []}, MESSAGE)
    alone, found = grouped([up, between, pair("POST", "/messages", asked, MESSAGE), away])
    assert (alone.numbers, found.numbers) == ((1,), (0, 2, 3))
    exchange = exchange_of(found, anthropic, anthropic.read(found.request)[1], PLAIN)
    assert (exchange.features, exchange.reply.text) == (frozenset({"file", "text"}), "4")
    assert exchange.reply.job
    assert (exchange.reply.job.id, exchange.reply.job.deleted) == ("file_0001", True)


def test_of_a_list_only_what_is_ours_is_kept() -> None:
    body = msgspec.json.encode({"data": [{"filename": "salaries"}, {"filename": "llm-scoreboard-1"}], "first_id": "x"})
    kept = thinned(Response(200, {}, body), "llm-scoreboard-")
    assert msgspec.json.decode(kept.body) == {"data": [{"filename": "llm-scoreboard-1"}]}
    assert Ask.text("x", batch="a").features == {"batch", "text"}
