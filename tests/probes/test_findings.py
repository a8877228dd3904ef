"""What is the same for all probes: errors, filters, cuts, warnings, replies alone, and our own failures."""

import re

import pytest
from msgspec import structs

from probes.base import Probe, plain_question, probes
from probes.findings import findings, findings_of, named_in, refuses
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, seen
from providers.chat import Ask, Error, Job, Media, Reply, Tool, ToolCall, Usage
from providers.errors import classify
from tests.support.judging import HELLO, exchange, refusal, row_of, shown, shows

JSON = Ask.text("Is a banana a fruit?", json=True)
OBJECT = "{}"
TOOL = Tool("f", "", {"type": "object", "properties": {}})


@pytest.mark.parametrize(
    ("status", "message", "code", "reason"),
    [
        (401, "Incorrect API key provided", "invalid_api_key", "auth"),
        (403, "You do not have permission", "", "auth"),
        (402, "Payment required", "", "billing"),
        (400, "Your credit balance is too low to access the API", "", "billing"),
        (
            429,
            "You exceeded your current quota, please check your plan and billing details",
            "insufficient_quota",
            "billing",
        ),
        (429, "Rate limit reached for requests", "rate_limit_exceeded", "rate"),
        (404, "The model `gpt-9` does not exist", "model_not_found", "model"),
        (500, "Internal server error", "", "server"),
        (502, "Bad gateway", "", "server"),
        (503, "The model is overloaded. Please try again later.", "", "server"),
        (529, "Overloaded", "overloaded_error", "server"),
        (504, "upstream timed out", "", "server"),
        (400, "'messages' is a required property: field required", "", "form"),
    ],
)
@pytest.mark.parametrize(
    "options", [{"json": True}, {"seed": 1}, {"top_logprobs": 2}, {"tools": (TOOL,), "tool_choice": "required"}]
)
def test_an_error_about_something_else_shows_nothing(
    options: dict[str, object], status: int, message: str, code: str, reason: str
) -> None:
    cell = {"json": "json", "seed": "seed", "top_logprobs": "logprobs", "tools": "tools.forced"}[next(iter(options))]
    assert shows(cell, exchange(Ask.text("x", **options), refusal(message, status, code=code))) == f"nothing {reason}"


@pytest.mark.parametrize("reason", ["timeout", "network", "own", "unreadable", "server"])
def test_a_lost_answer_shows_nothing_with_its_reason(reason: str) -> None:
    (finding,) = shown("json", exchange(JSON, Reply(), lost=reason, note="the line is dead"))
    assert (finding.kind, finding.reason, finding.note) == ("nothing", reason, "the line is dead")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(text=OBJECT, cut="the stream ends without [DONE]"), "nothing cut"),
        (Reply(text=OBJECT, finish="content_filter", finish_raw="SAFETY"), "nothing filtered"),
        (Reply(refusal="I can't help with that."), "nothing filtered"),
        (Reply(text=OBJECT, refusal="I can't help with that."), "seen"),
        (Reply(text="Yes", finish="length"), "nothing capped"),
        (Reply(text=OBJECT, finish="length"), "seen"),
        (Reply(text=OBJECT, finish="stop"), "seen"),
        (Reply(text="Yes", finish="stop", usage=Usage(9, 16)), "missed malformed"),
    ],
    ids=["cut", "filtered", "declined", "declined beside a text", "capped", "seen though capped", "whole", "no cap"],
)
def test_a_reply_that_is_not_whole_shows_nothing(reply: Reply, expected: str) -> None:
    assert shows("json", exchange(JSON, reply)) == expected


def test_a_cap_that_was_reached_tells_whatever_the_finish_reason_says() -> None:
    capped = structs.replace(JSON, max_tokens=16)
    said = Reply(text="Yes", finish="tool_calls", usage=Usage(9, 16))
    assert shows("json", exchange(capped, said)) == "nothing capped"
    assert shows("json", exchange(capped, structs.replace(said, usage=Usage(9, 15)))) == "missed malformed"


def test_an_error_whose_kind_is_named_after_the_service_or_that_two_fields_exclude_each_other_refuses_nothing() -> None:
    draw = Ask.text("Draw", outputs=("image",))
    size = Error(400, "Invalid size '3x3'", param="size", type="image_generation_user_error")
    assert shows("out.image", exchange(draw, Reply(status=400, error=size))) == "nothing unsure"
    both = refusal("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
    assert shows("max_tokens", exchange(Ask.text("Hi", max_tokens=16), both)) == "nothing unsure"


def test_a_cap_is_no_excuse_for_those_who_read_capped_replies() -> None:
    capped = Reply(text="Hello", finish="length", usage=Usage(0, 0))
    assert shows("usage", exchange("Hi", capped)) == "missed wrong"
    assert shows("max_tokens", exchange(Ask.text("Hi", max_tokens=16), Reply(text="Hel", finish="length"))) == "seen"


@pytest.mark.parametrize(
    ("warning", "expected"),
    [
        ("json is not supported and was ignored", "missed ignored"),
        ("json: only text is supported", "missed ignored"),
        ("json is fine", "seen"),
        ("seed is not supported", "seen"),
    ],
)
def test_a_warning_that_names_the_field_says_that_it_had_no_effect(warning: str, expected: str) -> None:
    assert shows("json", exchange(JSON, Reply(text=OBJECT, finish="stop", warnings=(warning,)))) == expected


def test_a_reply_alone_can_show_that_a_thing_came_and_never_that_it_is_missing() -> None:
    assert shows("usage", exchange(Ask(()), HELLO, alone=True)) == "seen"
    assert shows("usage", exchange(Ask(()), Reply(text="Hello"), alone=True)) == ""
    assert shows("out.text", exchange(Ask(()), HELLO, alone=True)) == "seen"
    assert shows("web_search", exchange(Ask(()), Reply(text="X", searches=("x",)), alone=True)) == "seen"
    assert shows("web_search", exchange(Ask(()), HELLO, alone=True)) == ""
    assert shows("json", exchange(Ask(()), Reply(text="Hi", finish="content_filter"), alone=True)) == ""


@pytest.mark.parametrize("cell", probes())
def test_a_reply_alone_is_never_our_own_failure(cell: str) -> None:
    for reply in (HELLO, Reply(), Reply(calls=(ToolCall("f", {}),), finish="tool_calls"), refusal("no")):
        assert set(shows(cell, exchange(Ask(()), reply, alone=True)).split(", ")) <= {"seen", ""}


def made(shows_: object, **more: object) -> Probe:
    plain = Probe(shows_, "Text", {}, questions=plain_question, id="made")  # type: ignore[arg-type]
    return structs.replace(plain, **more)


def test_what_a_probe_raises_is_our_own_failure_and_breaks_no_other() -> None:
    def broken(x: Exchange, row: Row) -> Finding:
        raise ZeroDivisionError(x, row)

    row = row_of(exchange("Hi"))
    (finding,) = findings(made(broken), row)
    assert (finding.kind, finding.reason) == ("nothing", "own")
    assert "ZeroDivisionError" in finding.note
    assert finding.exchanges == (row.exchanges[0],)


def test_each_finding_names_its_exchange_first_and_then_the_others() -> None:
    other = exchange("Ho")
    row = row_of(exchange("Hi"), other)
    found = findings(made(lambda x, row: seen("yes", row.exchanges[1]) if x is row.exchanges[0] else None), row)
    assert [finding.exchanges for finding in found] == [tuple(row.exchanges)]


def test_a_probe_may_find_many_or_none() -> None:
    row = row_of(exchange("Hi"))
    several = [accepted("a", variant="a"), missed("wrong", "b", variant="b")]
    assert [f.kind for f in findings(made(lambda *_: several), row)] == ["accepted", "missed"]
    assert findings(made(lambda *_: None), row) == []


def test_what_a_question_does_not_carry_does_not_concern_a_probe() -> None:
    picky = made(lambda *_: seen("yes"), requires=frozenset({"seed"}), concerns=lambda x: x.ask.seed == 1)
    row = row_of(exchange("Hi"), exchange(Ask.text("Hi", seed=1)), exchange(Ask.text("Hi", seed=2)))
    assert [finding.exchanges[0].ask.seed for finding in findings(picky, row)] == [1]


def test_those_that_read_any_reply_are_handed_errors_too() -> None:
    row = row_of(exchange("Hi", refusal("no")))
    greedy = made(lambda *_: nothing("unsure", "none"), reads="any")
    assert [finding.note for finding in findings(greedy, row)] == ["none"]


def refused(cell: str, ask: Ask, reply: Reply, *others: Exchange) -> bool:
    row = row_of(exchange(ask, reply), *others)
    assert reply.error
    return refuses(probes()[cell], row.exchanges[0], row, reply.error)


PNG = Media("image", "image/png", b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message", "param", "expected"),
    [
        ({"seed": 1}, "Unsupported parameter: 'seed'", "seed", True),
        ({"seed": 1}, "Something is not supported", "", False),
        ({"seed": 1}, "Unsupported parameter: 'stream_options' is not supported with this model.", "stream_options", False),
        ({"seed": 1}, "this model does not support `max_tokens`.", "", False),
        ({"seed": 1, "json": True}, "seed is not supported", "", True),
        ({"seed": 1, "json": True}, "json is not supported", "", False),
        ({"seed": 1, "json": True}, "The seed of doubt", "", False),
        ({"max_tokens": 16, "seed": 1}, "This model's maximum context length is 8192 tokens", "", False),
        ({"seed": 1, "json": True}, "Bad Request", "", False),
        ({"seed": 1, "stop": ("a",)}, "Input should be 'stop' or 'seed'; not supported", "", False),
        ({"seed": 1, "stop": ("a",)}, "These models only support the 'seed' and 'top_p' options.", "", False),
        ({"max_tokens": 16}, "Invalid 'max_tokens': integer below minimum value. Expected at least 32.", "max_tokens", False),
        ({"max_tokens": 16}, "Token limit reached", "", False),
    ],
    ids=[
        "named", "nothing named, nothing answered without it", "another field", "another field in backticks", "named beside others",
        "another feature named", "its name alone", "the length of the context", "generic", "what would have been taken", "what is taken",
        "the value", "a limit that was reached",
    ],
)  # fmt: skip
def test_an_error_refuses_what_it_names_and_says_is_not_supported(
    options: dict[str, object], message: str, param: str, expected: bool
) -> None:
    cell = "max_tokens" if "max_tokens" in options else "seed"
    assert refused(cell, Ask.text("x", **options), refusal(message, param=param)) is expected


def test_a_generic_refusal_counts_where_the_feature_is_all_that_a_question_lacked_that_was_answered() -> None:
    generic = refusal("Bad Request")
    assert refused("seed", Ask.text("x", seed=1), generic, exchange("Hi"))
    assert not refused("seed", Ask.text("x", seed=1), generic)
    assert not refused("seed", Ask.text("x", seed=1), generic, exchange("Hi", refusal("Bad Request")))
    assert not refused("seed", Ask.text("x", seed=1, json=True), generic, exchange("Hi"))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("response_format json_object is not supported", True),
        ("1 validation error: Input should be 'json_object'", False),
    ],
)
def test_a_server_that_fails_refuses_in_plain_words_only(message: str, expected: bool) -> None:
    assert refused("json", JSON, refusal(message, 500), exchange("Hi")) is expected


def test_what_the_server_catches_as_the_models_failure_is_missed() -> None:
    failed = refusal("Failed to generate JSON", code="json_validate_failed")
    assert shows("json", exchange(JSON, failed)) == "missed malformed"
    assert shows("seed", exchange(Ask.text("x", json=True, seed=1), failed)) == "nothing unsure"


def test_a_refusal_names_things_before_it_lists_what_would_have_been_taken() -> None:
    things = [("wav", r"\bwav\b"), ("aac", r"\baac\b")]
    error = classify(400, "Unsupported value: 'aac'. Supported values are: 'wav'.")
    assert named_in(error, things) == {"aac"}
    assert named_in(None, things) == set()
    assert named_in(classify(429, "too many aac"), things) == set()
    assert named_in(classify(500, "aac: boom"), things) == set()
    assert named_in(classify(500, "aac: unknown format"), things) == {"aac"}


def test_an_error_is_of_each_form_that_the_question_carries() -> None:
    row = row_of(exchange(Ask.text("x", PNG), refusal("slow down", 429)))
    (finding,) = findings_of(probes()["in.image"], row.exchanges[0], row)
    assert (finding.kind, finding.reason, finding.variant) == ("nothing", "rate", "png/inline")
    assert re.match("429: slow down", finding.note)


def test_a_file_about_which_no_answer_came_tells_of_itself_alone() -> None:
    asked = Ask.text("What is in it?", structs.replace(PNG, upload=True))
    lost = Reply(job=Job("file"))
    for cell in ("finish", "usage"):
        assert shows(cell, exchange(asked, lost)) == "nothing unsure"
        assert shows(cell, exchange(asked, structs.replace(lost, text="A dog"))) == "missed ignored"
    assert shows("file", exchange(asked, lost)) == "missed malformed"
