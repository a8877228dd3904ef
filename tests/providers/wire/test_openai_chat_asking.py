"""Chat completions: what each dialect sends, and how a recorded request is read back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers import (
    alibaba,
    deepseek,
    groq,
    heroku,
    llamacpp,
    openaichat,
    openrouter,
    perplexity,
    togetherai,
    vercel,
    xiaomi,
    zai,
)
from providers.base import PLAIN, BadReply, Misfit, NotExpressible, Quirks, Request, Response, providers
from providers.chat import Ask, Media
from providers.wire import openai_chat as wire
from tests.support.canned_chat import BEYOND, CASES, TOOL
from tests.support.driving import BASE, JSON, body_of, request_of
from tests.support.mutating import changed, places


def read(body: dict[str, Any], path: str = "/v1/chat/completions") -> Ask:
    return wire.read(Request("POST", f"https://x.test{path}", msgspec.json.encode(body)))[1]


@pytest.mark.parametrize("name", CASES)
def test_reading_a_request_gives_back_the_question(name: str) -> None:
    assert wire.read(request_of(wire, CASES[name], "gpt-x")) == ("gpt-x", as_sent(CASES[name]))


def as_sent(ask: Ask, quirks: Quirks = PLAIN) -> Ask:
    """The question with what a dialect says or leaves out unasked: that a schema is strict, that a stream is counted."""
    strict = ask.schema is not None and quirks.get("schema") != "flat" and quirks.get("strict", True)
    counted = not ask.stream or quirks.get("stream_usage", True)
    return msgspec.structs.replace(ask, strict=True if strict else None, usage=counted)


def test_every_field_of_the_wire_is_in_a_round_trip() -> None:
    # Batches and files are asked for in requests of their own, which have their own tests.
    assert wire.fields() - {"batch", "file"} == frozenset().union(*(ask.features for ask in CASES.values()))


DIALECTS = [name for name, provider in providers().items() if provider.wire is wire]


@pytest.mark.parametrize("provider", DIALECTS)
def test_every_dialect_reads_back_what_it_sends(provider: str) -> None:
    quirks = providers()[provider].quirks
    known = [ask for ask in (CASES | BEYOND).values() if ask.features <= wire.fields(quirks)]
    assert frozenset().union(*(ask.features for ask in known)) == wire.fields(quirks) - {"batch", "file"}
    for ask in known:
        for thinking in (None, True, False) if quirks.get("thinking") else (None,):
            asked = msgspec.structs.replace(ask, thinking=thinking)
            assert wire.read(request_of(wire, asked, quirks=quirks))[1] == as_sent(asked, quirks)


@pytest.mark.parametrize("name", BEYOND)
def test_what_the_wire_has_no_field_for_is_not_sent(name: str) -> None:
    with pytest.raises(NotExpressible, match=name):
        request_of(wire, BEYOND[name])


@pytest.mark.parametrize("name", BEYOND)
def test_what_a_recording_carries_beyond_the_wire_is_read(name: str) -> None:
    quirks = Quirks(has=BEYOND[name].features)
    assert wire.read(request_of(wire, BEYOND[name], quirks=quirks))[1] == BEYOND[name]


@pytest.mark.parametrize(
    ("quirks", "ask", "sent"),
    [
        (openaichat, Ask.text("x", max_tokens=16), {"max_completion_tokens": 16}),
        (openaichat, Ask.text("x", thinking=False), {"reasoning_effort": "none"}),
        (deepseek, Ask.text("x", thinking=True), {"thinking": {"type": "enabled"}}),
        (groq, Ask.text("x", web_search=True), {"tools": [{"type": "browser_search"}]}),
        (togetherai, Ask.text("x", top_logprobs=2), {"logprobs": 2}),
        (
            vercel,
            Ask.text("x", Media("audio", "audio/mpeg", b"mp3")),
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "x"},
                            {
                                "type": "file",
                                "file": {"filename": "file.mpeg", "file_data": "data:audio/mpeg;base64,bXAz"},
                            },
                        ],
                    }
                ]
            },
        ),
        (perplexity, Ask.text("x"), {"disable_search": True}),
        (perplexity, Ask.text("x", web_search=True), {"disable_search": False}),
        (openrouter, Ask.text("x", web_search=True), {"tools": [{"type": "openrouter:web_search"}]}),
        (alibaba, Ask.text("x", web_search=True, thinking=False), {"enable_search": True, "enable_thinking": False}),
        (llamacpp, Ask.text("x", thinking=False), {"chat_template_kwargs": {"enable_thinking": False}}),
        (xiaomi, Ask.text("x", max_tokens=16), {"max_completion_tokens": 16}),
        (heroku, Ask.text("x", max_tokens=16), {"max_completion_tokens": 16}),
        (
            zai,
            Ask.text("x", web_search=True),
            {
                "tools": [
                    {
                        "type": "web_search",
                        "web_search": {"enable": True, "search_engine": "search_pro_jina", "search_result": True},
                    }
                ]
            },
        ),
    ],
)
def test_a_dialect_is_spoken_as_its_page_says(quirks: Any, ask: Ask, sent: dict[str, Any]) -> None:
    common = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    assert body_of(wire, ask, quirks=quirks.provider.quirks) == common | sent


def test_a_schema_may_stand_in_the_format_itself() -> None:
    ask = Ask.text("x", schema={"type": "object"})
    body = body_of(wire, ask, quirks=Quirks(options={"schema": "flat"}))
    assert body["response_format"] == {"type": "json_schema", "schema": {"type": "object"}}


def test_a_document_named_by_its_address_may_have_a_part_of_its_own() -> None:
    url = "https://example.com/a.pdf"
    for medium, part in (
        (Media("document", "application/pdf", url=url), {"type": "file_url", "file_url": {"url": url}}),
        (
            Media("document", "application/pdf", b"%PDF"),
            {"type": "file", "file": {"filename": "file.pdf", "file_data": "data:application/pdf;base64,JVBERg=="}},
        ),
    ):
        ask = Ask.text("x", medium)
        assert body_of(wire, ask, quirks=zai.provider.quirks)["messages"][0]["content"][1] == part
        assert wire.read(request_of(wire, ask, quirks=zai.provider.quirks)) == ("m", ask)


def test_a_search_tool_stands_beside_the_functions() -> None:
    body = body_of(wire, Ask.text("x", tools=(TOOL,), web_search=True), quirks=xiaomi.provider.quirks)
    assert [tool["type"] for tool in body["tools"]] == ["function", "web_search"]


@pytest.mark.parametrize(
    ("body", "ask"),
    [
        ({"n_predict": 16}, {"max_tokens": 16}),
        ({"random_seed": 0}, {"seed": 0}),
        ({"stop": "is"}, {"stop": ("is",)}),
        ({"logprobs": True}, {"top_logprobs": 0}),
        ({"logprobs": False}, {"top_logprobs": None}),
        ({"tool_choice": "required"}, {"tool_choice": "auto"}),  # without tools there is nothing to choose
        ({"response_format": {"type": "json_object", "schema": {"type": "object"}}}, {"schema": {"type": "object"}}),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "r"}}}, {"schema": None, "json": False}),
        ({"model": "a/b:online"}, {"web_search": True}),
        ({"return_images": True}, {"web_search": True}),
        ({"return_images": True, "disable_search": True}, {"web_search": False}),
        ({"tools": [{"type": "browser_search"}]}, {"web_search": True, "tools": ()}),
        ({"reasoning": {"enabled": False}}, {"thinking": False}),
        ({"reasoning_effort": "low"}, {"thinking": True}),
        ({"chat_template_args": {"thinking": False}}, {"thinking": False}),
    ],
)
def test_a_field_of_any_dialect_is_read(body: dict[str, Any], ask: dict[str, Any]) -> None:
    asked = read({"messages": [{"role": "user", "content": "x"}], **body})
    assert {name: getattr(asked, name) for name in ask} == ask


def test_a_misplaced_schema_is_asked_for_all_the_same() -> None:
    loose = {"name": "r", "type": "object", "properties": {"a": {"type": "string"}}}
    asked = read({"messages": [], "response_format": {"type": "json_schema", "json_schema": loose}})
    assert asked.schema == {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("part", "modality", "mime", "found"),
    [
        ({"type": "image_url", "image_url": "https://x.test/a"}, "image", "image/*", "https://x.test/a"),
        (
            {"type": "image_url", "image_url": {"url": "data:application/pdf;base64,JVBERi0="}},
            "document",
            "application/pdf",
            b"%PDF-",
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "data:;base64,SUQz", "format": "mp3"}},
            "audio",
            "audio/mpeg",
            b"ID3",
        ),
        ({"type": "input_audio", "input_audio": "SUQz"}, "audio", "audio/mpeg", b"ID3"),
        ({"type": "audio_url", "audio_url": {"url": "https://x.test/a"}}, "audio", "audio/*", "https://x.test/a"),
        (
            {"type": "document_url", "document_url": "https://x.test/a"},
            "document",
            "application/pdf",
            "https://x.test/a",
        ),
        (
            {"type": "file", "file": {"file_data": "JVBERi0=", "filename": "a.pdf"}},
            "document",
            "application/pdf",
            b"%PDF-",
        ),
        ({"type": "video", "video": ["https://x.test/1.jpg"]}, "video", "video/*", "https://x.test/1.jpg"),
    ],
)
def test_media_are_read_in_every_form(part: dict[str, Any], modality: str, mime: str, found: bytes | str) -> None:
    (medium,) = read({"messages": [{"role": "user", "content": [part]}]}).media()
    assert (medium.modality, medium.mime, medium.url if isinstance(found, str) else medium.data) == (
        modality,
        mime,
        found,
    )


@pytest.mark.parametrize(
    "path", ["/chat/completions", "/openai/v1/chat/completions/", "/openai", "/models/a/v1/chat/completions"]
)
def test_a_chat_completion_is_known_by_its_path(path: str) -> None:
    assert wire.matches(Request("POST", f"https://x.test{path}?a=b", b"{}"))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/chat/completions", b"{}"),
        ("POST", "/v1/completions", b"{}"),
        ("POST", "/v1/chat/completions", b""),
        ("POST", "/v1/chat/completions", b'{"prompt": "x"}'),
        ("POST", "/v1/chat/completions", b'{"messages": 1}'),
        ("POST", "/v1/chat/completions", b'{"messages": [{"content": [{"type": "input_audio", "input_audio": "*"}]}]}'),
    ],
)
def test_other_requests_are_no_chat_completions(method: str, path: str, body: bytes) -> None:
    with pytest.raises(Misfit):
        wire.read(Request(method, f"https://x.test{path}", body))


REQUESTS = [
    msgspec.json.decode(request_of(wire, ask, quirks=Quirks(has=ask.features)).body)
    for ask in (CASES | BEYOND).values()
]


@settings(deadline=None)
@given(body=st.sampled_from(REQUESTS).flatmap(lambda v: st.tuples(st.just(v), st.sampled_from(places(v)))), to=JSON)
def test_whatever_stands_in_a_request_is_read_or_a_misfit(body: Any, to: Any) -> None:
    tree, path = body
    request = Request("POST", f"{BASE}/chat/completions", msgspec.json.encode(changed(tree, path, to)))
    try:
        model, ask = wire.read(request)
    except Misfit:
        return
    assert isinstance(model, str)
    assert isinstance(ask, Ask)


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list", "data": [{"id": "b"}, {"id": "a", "object": "model"}, {"id": "b"}]},
        [{"id": "a"}, {"id": "b"}],
        [{"name": "b"}, {"name": "a"}],
        {"models": [{"name": "a"}, {"name": "b"}]},
        ["b", "a"],
    ],
)
def test_a_list_of_models_is_read_in_every_form(body: Any) -> None:
    driver = wire.models(BASE)
    assert next(driver).url == f"{BASE}/models"
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, msgspec.json.encode(body)))
    assert done.value.value == ["a", "b"]


@pytest.mark.parametrize(
    ("status", "body"), [(401, b'{"error": {"message": "no key"}}'), (200, b"{}"), (200, b"<html>")]
)
def test_what_is_no_list_of_models_is_a_bad_reply(status: int, body: bytes) -> None:
    driver = wire.models(BASE)
    next(driver)
    with pytest.raises(BadReply):
        driver.send(Response(status, {}, body))
