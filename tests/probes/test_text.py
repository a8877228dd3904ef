"""The probes of text and its options: one test per line of their documentation."""

import pytest

from providers.chat import Ask, Reply, TokenLogprob, Usage
from providers.errors import classify
from tests.support.judging import judged, told

REFUSED = "is not supported by this model"
HELLO = Reply(text="Hello", finish="stop", finish_raw="stop")


def rejects(words: str, status: int = 400) -> Reply:
    return Reply(status=status, error=classify(status, f"{words} {REFUSED}"))


def cut(tokens: int, text: str = "Space and time are", **more: object) -> Reply:
    return Reply(text=text, finish="length", finish_raw="length", usage=Usage(9, tokens), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (HELLO, "supported"),
        (Reply(text="Bonjour !"), "supported"),
        (Reply(text=" "), "unsupported wrong"),
        (Reply(text="", finish="length"), "unknown unsure"),
        (rejects("text output"), "unsupported rejected"),
    ],
    ids=["a greeting", "any greeting", "no text", "no room for any", "refused"],
)
def test_text_as_output(reply: Reply, expected: str) -> None:
    assert told(judged("out.text", {"text": reply})) == expected


def test_a_wire_without_text_does_not_express_it() -> None:
    assert told(judged("out.text", {"text": HELLO}, lacks=("text",))) == "unsupported not_expressible"


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ('{"is_fruit": true}', "stop", "supported"),
        ('{"is_fruit": false}', "stop", "supported"),
        ("Yes, a banana is a fruit.", "stop", "unsupported malformed"),
        ('```json\n{"is_fruit": true}\n```', "stop", "unsupported malformed"),
        ("true", "stop", "unsupported malformed"),
        ("[" * 100_000, "stop", "unsupported malformed"),
        ('{"is_fr', "length", "unknown unsure"),
    ],
    ids=["an object", "a wrong fact", "prose", "a fence around it", "no object", "nested deep", "cut"],
)
def test_json_is_judged_by_form(text: str, finish: str, expected: str) -> None:
    assert told(judged("json", {"json": Reply(text=text, finish=finish)})) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ('{"is_fruit": true}', "stop", "supported"),
        ('{"is_fruit": "yes"}', "stop", "unsupported malformed"),
        ('{"fruit": true}', "stop", "unsupported malformed"),
        ("no JSON", "stop", "unsupported malformed"),
        ('{"is_fr', "length", "unknown unsure"),
    ],
    ids=["valid", "wrong type", "field missing", "no JSON", "cut"],
)
def test_a_schema_is_judged_by_validity(text: str, finish: str, expected: str) -> None:
    assert told(judged("schema", {"jsonschema": Reply(text=text, finish=finish)})) == expected  # type: ignore[arg-type]


def test_the_schema_that_was_really_sent_decides() -> None:
    other = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    reply = Reply(text='{"ok": true}', asked=Ask.text("x", name="jsonschema", schema=other))
    assert told(judged("schema", {"jsonschema": reply})) == "supported"


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ({"seed": HELLO}, "supported"),
        ({"seed": HELLO, "seed-again": HELLO}, "supported"),
        ({"seed": HELLO, "seed-again": Reply(text="Ahoy")}, "unsupported ignored"),
    ],
    ids=["accepted once", "the same twice", "two that differ"],
)
def test_a_seed_gives_the_same_answer(replies: dict[str, Reply], expected: str) -> None:
    assert told(judged("seed", replies)) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (cut(16), "supported"),
        (cut(16, text="", thinking="Let me"), "supported"),
        (Reply(text="Space", finish=None, usage=Usage(9, 16)), "supported"),
        (Reply(text="Space", finish=None, usage=None), "unknown unsure"),
        (Reply(text="word " * 300, finish="length", usage=Usage(9, 300)), "unsupported ignored"),
        (Reply(text="word " * 300, finish="stop"), "unsupported ignored"),
        (Reply(text="Space", finish="stop", finish_raw="stop", usage=Usage(9, 16)), "unsupported wrong"),
        (Reply(text="Done.", finish="stop", finish_raw="stop", usage=Usage(9, 3)), "unknown unsure"),
        (cut(16, asked=Ask.text("x", name="maxtokens", max_tokens=16)), "supported"),
        (Reply(text="Done.", finish="stop", asked=Ask.text("x", name="maxtokens", max_tokens=4096)), "unknown not_asked"),
    ],
    ids=[
        "cut", "all of it thinking", "no finish reason, but the count", "neither reason nor count", "past it", "past it, said to be whole",
        "cut, said to be whole", "ended of itself", "the cap that was sent", "a cap too high to be reached",
    ],
)  # fmt: skip
def test_a_cap_on_tokens(reply: Reply, expected: str) -> None:
    assert told(judged("max_tokens", {"maxtokens": reply})) == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(text="Canada ", finish="stop"), "supported"),
        (Reply(text="Canada ", finish="stop_sequence"), "supported"),
        (Reply(text="", finish="stop_sequence"), "supported"),
        (Reply(text="Canada is vast", finish="stop"), "unsupported ignored"),
        (Reply(text="Canada ", finish="content_filter", finish_raw="SAFETY"), "unsupported wrong"),
        (Reply(text="Canada ", finish="length"), "unknown unsure"),
        (Reply(text="Canada ", finish=None), "unknown unsure"),
    ],
    ids=["stop", "stop sequence", "nothing before it", "past it", "another reason", "cut for length", "no reason"],
)
def test_a_stop_sequence(reply: Reply, expected: str) -> None:
    assert told(judged("stop", {"stop": reply})) == expected


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        ((TokenLogprob("Hello", -0.1, (("Hi", -2.0),)),), "supported"),
        ((TokenLogprob("Hello", 0.0, ()),), "supported"),
        ((TokenLogprob("Hello", 3.0, ()),), "unsupported malformed"),
        ((), "unsupported ignored"),
    ],
    ids=["there", "certain", "above zero", "none"],
)
def test_log_probabilities(logprobs: tuple[TokenLogprob, ...], expected: str) -> None:
    assert told(judged("logprobs", {"toplogprobs": Reply(text="Hello", logprobs=logprobs)})) == expected


@pytest.mark.parametrize(
    ("cell", "name", "words", "feature"),
    [
        ("json", "json", "response_format json_object", "json"),
        ("schema", "jsonschema", "response_format json_schema", "schema"),
        ("seed", "seed", "seed", "seed"),
        ("max_tokens", "maxtokens", "max_tokens", "max_tokens"),
        ("stop", "stop", "stop", "stop"),
        ("logprobs", "toplogprobs", "logprobs", "top_logprobs"),
    ],
)
class TestEveryOption:
    def test_an_error_that_names_the_field_rejects_it(self, cell: str, name: str, words: str, feature: str) -> None:
        assert told(judged(cell, {name: rejects(words)})) == "unsupported rejected"
        assert feature

    def test_a_wire_without_the_field_does_not_express_it(self, cell: str, name: str, words: str, feature: str) -> None:
        assert told(judged(cell, {name: rejects(words)}, lacks=(feature,))) == "unsupported not_expressible"

    def test_a_request_that_lost_the_field_shows_nothing(self, cell: str, name: str, words: str, feature: str) -> None:
        lost = Reply(text="{}", finish="stop", asked=Ask.text("x", name=name))
        assert told(judged(cell, {name: lost})) == "unknown not_asked"
        assert words
        assert feature


@pytest.mark.parametrize(
    ("tokens", "finish", "expected"),
    [(16, "length", "supported"), (16, "stop", "unsupported wrong"), (300, "stop", "supported"), (9, "stop", "supported")],
    ids=["cut, and said so", "cut, said to be whole", "a cap that had no effect", "ended of itself"],
)
def test_why_a_capped_answer_ended(tokens: int, finish: str, expected: str) -> None:
    asked = Ask.text("x", name="maxtokens", max_tokens=16)
    reply = Reply(text="word " * tokens, finish=finish, finish_raw=finish, usage=Usage(9, tokens), asked=asked)  # type: ignore[arg-type]
    assert told(judged("finish", {"maxtokens": reply})) == expected
