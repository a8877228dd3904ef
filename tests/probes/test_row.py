"""Exchanges of a row, and which of them belong together."""

import pytest
from msgspec import structs

from probes.row import (
    EVERY,
    Row,
    accepted,
    missed,
    nothing,
    refused,
    results_of,
    seen,
    without_media,
    words_of,
)
from providers.chat import Ask, Media, Message, Reply, Text, ToolResult
from tests.support.judging import HELLO, RATE, exchange, row_of

PNG, JPG = Media("image", "image/png", b"\x89PNG 1"), Media("image", "image/png", b"\x89PNG 2")


@pytest.mark.parametrize(
    ("one", "other", "but", "same"),
    [
        (Ask.text("Hi"), Ask.text("Hi"), (), True),
        (Ask.text("Hi"), Ask.text("Ho"), (), False),
        (Ask.text("Hi", stop=("x",)), Ask.text("Hi"), (), False),
        (Ask.text("Hi", stop=("x",)), Ask.text("Hi"), ("stop",), True),
        (Ask.text("Hi", stop=("x",), seed=1), Ask.text("Hi"), ("stop",), False),
        (Ask.text("Hi", name="a", expects=frozenset({"tools"}), usage=False), Ask.text("Hi", name="b"), (), True),
        (Ask.text("Hi", sampling=(("temperature", 0.0),)), Ask.text("Hi"), (), False),
        (Ask.text("Hi", PNG), Ask.text("Hi", PNG), (), True),
        (Ask.text("Hi", PNG), Ask.text("Hi", JPG), (), False),
        (without_media(Ask.text("Hi", PNG)), without_media(Ask.text("Hi", PNG)), (), True),
        (Ask.text("Hi", stream=True), Ask.text("Hi"), (), False),
    ],
    ids=[
        "the same", "other words", "one option more", "but for that option", "two options more", "names are never sent",
        "another temperature", "the same picture", "another picture", "pictures by their digests", "streamed",
    ],
)  # fmt: skip
def test_twins_asked_the_same_but_for_some_options(one: Ask, other: Ask, but: tuple[str, ...], same: bool) -> None:
    x, y = exchange(one), exchange(other)
    row = Row([x, y])
    assert row.twins(x, but) == ([y] if same else [])
    assert row.twins(y, but) == ([x] if same else [])


def test_an_exchange_that_joins_later_is_found_as_well() -> None:
    x, y = exchange("Hi"), exchange("Hi")
    row = Row([x])
    assert row.twins(x) == []
    row.add(y)
    assert row.twins(x) == [y]


@pytest.mark.parametrize("reply", [RATE, Reply(text="Hel", cut="the stream ends")])
def test_what_was_not_answered_is_nobodys_twin(reply: Reply) -> None:
    x = exchange("Hi")
    assert Row([x, exchange("Hi", reply), exchange("Hi", lost="timeout")]).twins(x) == []


def test_an_exchange_is_answered_where_a_whole_reply_came() -> None:
    assert exchange("Hi").answered
    assert not exchange("Hi", RATE).answered
    assert not exchange("Hi", HELLO, lost="unreadable").answered


def test_features_are_the_same_inline_and_by_url() -> None:
    assert exchange(Ask.text("x", Media("image", "image/png", url="https://a.example/x"))).features == {"image", "text"}


def test_answers_without_features_are_those_that_were_answered_without_any_of_them() -> None:
    plain, seeded, failed = exchange("Hi"), exchange(Ask.text("Hi", seed=1)), exchange("Hi", RATE)
    uploaded = exchange(Ask.text("Hi", structs.replace(PNG, upload=True)))
    found = Row([plain, seeded, failed, uploaded, exchange(Ask.text("Hi", batch="1"))])
    assert found.answers_without(frozenset({"seed", "stop"})) == [plain]


def test_a_row_that_shares_no_questions_has_the_same_exchanges() -> None:
    row = row_of(exchange("Hi"), share_questions=True)
    assert row.share_questions
    alone = row.unshared()
    assert not alone.share_questions
    assert alone.exchanges is row.exchanges
    alone.add(exchange("Hi"))
    assert len(row.twins(row.exchanges[0])) == 1


def test_a_question_of_a_row_is_in_its_mode_and_expects_to_be_heard() -> None:
    ask = Row(stream=True, thinking=True).ask("Hi", PNG, seed=1, expects=frozenset({"tools"}))
    assert (ask.stream, ask.thinking, ask.seed, ask.expects) == (True, True, 1, EVERY | {"tools"})
    assert ask.media() == [PNG]


def test_media_are_told_apart_by_digests_and_what_has_none_stays() -> None:
    long = structs.replace(PNG, data=PNG.data * 9)
    short = without_media(Ask.text("Hi", long))
    assert len(short.media()[0].data) <= 32
    assert short.features == Ask.text("Hi", long).features
    assert without_media(short) == short
    plain = Ask.text("Hi")
    assert without_media(plain) is plain


def test_results_are_those_of_the_last_turn() -> None:
    first = Message("user", (Text("Root?"),))
    result = Message("user", (ToolResult("363.89"),))
    assert results_of(Ask((first, result))) == [ToolResult("363.89")]
    assert results_of(Ask((first, result, first))) == []
    assert results_of(Ask(())) == []
    assert words_of(Ask((Message("system", (Text("Be kind."),)), first, first))) == "Root?\nRoot?"


def test_findings_are_of_five_kinds() -> None:
    x = exchange("Hi")
    assert (seen("a", x).kind, seen("a", x).exchanges) == ("seen", (x,))
    assert accepted("a").kind == "accepted"
    assert (missed("wrong", "a").kind, missed("wrong", "a").reason) == ("missed", "wrong")
    assert (refused("a").kind, refused("a").reason) == ("refused", "rejected")
    assert (nothing("rate", "a").kind, nothing("rate", "a", variant="v").variant) == ("nothing", "v")
