"""What every wire reads back from a request, and decodes from responses, whoever sent them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from providers.base import PLAIN, BadReply, NotExpressible, Request, Response, wires
from providers.chat import Ask, Media, Message, Text, Tool, ToolCall, ToolResult
from providers.wire import anthropic, bfl, cohere, gemini, mistral, openai_chat, openai_responses

BASE = "https://api.test/v1"
TOOL = Tool("look", "Looks.", {"type": "object", "properties": {"at": {"type": "string"}}})
OTHER = Tool("wait", "Waits.", {"type": "object", "properties": {}})
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}
DRAW = Ask.text("A doodle.", outputs=("image",))
TALK = Ask.text("Say hello.")
NAMED = Ask.text("x", tools=(TOOL, OTHER), tool_choice="required", named_tool="wait")
STRICT = Ask.text("x", schema=SCHEMA, strict=True)
LOOSE = Ask.text("x", schema=SCHEMA, strict=False)
UNCOUNTED = Ask.text("x", stream=True, usage=False)
DRAWN = Ask.text("x", sampling=(("temperature", 0.5), ("top_p", 1.0)))
SEARCH = {"web_search": True}


def drawn(ask: Ask = TALK, **told: float) -> Ask:
    """The question, with the answer to be drawn so."""
    return structs.replace(ask, sampling=tuple(sorted(told.items())))


# What each wire can say of the four; a wire that is not in the table fails the test below.
SAYS: dict[str, Sequence[Ask]] = {
    "anthropic": [NAMED, drawn(temperature=0.5, top_k=40.0, top_p=0.9)],
    "bfl": [drawn(DRAW, guidance=2.5, steps=20.0)],
    "cloudflare": [drawn(repetition_penalty=1.1, temperature=0.5, top_k=40.0)],
    "cohere": [drawn(k=40.0, p=0.9, temperature=0.5)],
    "gemini": [NAMED, drawn(presencePenalty=0.5, temperature=0.0, topK=40.0, topP=0.9)],
    "imagen": [drawn(DRAW, guidanceScale=7.0)],
    "mistral": [
        NAMED, STRICT, LOOSE, drawn(frequency_penalty=0.5, temperature=0.7),
        structs.replace(DRAWN, **SEARCH), structs.replace(STRICT, **SEARCH), structs.replace(LOOSE, **SEARCH),
    ],
    "ollama": [drawn(min_p=0.1, repeat_penalty=1.1, temperature=0.5, top_k=40.0)],
    "openai_chat": [
        NAMED, STRICT, LOOSE, UNCOUNTED, structs.replace(UNCOUNTED, usage=True),
        drawn(frequency_penalty=-0.5, presence_penalty=1.0, temperature=0.5, top_p=1.0),
    ],
    "openai_images": [drawn(DRAW, guidance_scale=7.5, steps=4.0)],
    "openai_responses": [NAMED, STRICT, LOOSE, DRAWN],
    "prompt_image": [],
}  # fmt: skip


def test_the_table_names_every_wire() -> None:
    assert set(SAYS) <= set(wires())
    # Each of the others is read back in a test of its own.
    for name in set(wires()) - set(SAYS):
        assert ".read(" in (Path(__file__).parent / f"test_{name}.py").read_text(encoding="utf-8"), name


@pytest.mark.parametrize(("name", "ask"), [(name, ask) for name, asks in SAYS.items() for ask in asks])
def test_what_a_wire_can_say_is_read_back(name: str, ask: Ask) -> None:
    wire = wires()[name]
    request = next(wire.ask(ask, "m", BASE, PLAIN))
    assert wire.read(request) == ("m", ask)


@pytest.mark.parametrize("name", SAYS)
def test_nothing_of_it_is_sent_unasked(name: str) -> None:
    wire = wires()[name]
    ask = TALK if "text" in wire.fields(PLAIN) else DRAW
    read = wire.read(next(wire.ask(structs.replace(ask, expects=frozenset({"tools"})), "m", BASE, PLAIN)))[1]
    assert read == ask


@pytest.mark.parametrize("sampling", [(("top_k", 40.0),), (("seedless", 1.0),)])
def test_a_whole_number_is_sent_as_one(sampling: tuple[tuple[str, float], ...]) -> None:
    request = next(openai_chat.ask(structs.replace(TALK, sampling=sampling), "m", BASE))
    assert f'"{sampling[0][0]}":{int(sampling[0][1])}'.encode() in request.body
    assert b".0" not in request.body


@pytest.mark.parametrize("told", ["0.5", True, None, 10**400, [0.5]])
def test_what_is_no_number_is_no_sampling(told: Any) -> None:
    assert chat(temperature=told).sampling == ()


@pytest.mark.parametrize(("wire", "ask"), [(cohere, NAMED), (mistral, structs.replace(NAMED, **SEARCH))])
def test_a_tool_cannot_be_named_where_the_api_has_no_field_for_it(wire: Any, ask: Ask) -> None:
    with pytest.raises(NotExpressible, match="named_tool"):
        next(wire.ask(ask, "m", BASE))


# Chat completions and responses.


def read(wire: Any, path: str, **body: Any) -> Ask:
    asked: Ask = wire.read(Request("POST", f"https://api.test{path}", msgspec.json.encode({"model": "m", **body})))[1]
    return asked


def chat(**body: Any) -> Ask:
    return read(openai_chat, "/v1/chat/completions", **{"messages": [{"role": "user", "content": "x"}], **body})


FUNCTION = {"type": "function", "function": {"name": "look"}}
FLAT = {"type": "function", "name": "look"}


@pytest.mark.parametrize(
    ("told", "choice", "named"),
    [
        (FUNCTION, "required", "look"), (FLAT, "required", "look"),
        ({"function": {"name": "look"}}, "required", "look"),
        ({"type": "function"}, "required", ""), ({"type": "function", "function": {"name": 7}}, "required", ""),
        ({"type": "any"}, "required", ""), ({"type": "auto"}, "auto", ""), ({"type": "none"}, "none", ""),
        (7, "auto", ""),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [FUNCTION]}}, "required", "look"),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [FLAT, FLAT]}}, "required", ""),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [FUNCTION]}}, "auto", ""),
        ({"type": "allowed_tools", "mode": "required", "tools": [FLAT]}, "required", "look"),
        ({"type": "allowed_tools", "mode": "required", "tools": ["look"]}, "required", ""),
    ],
)  # fmt: skip
def test_the_choice_of_a_tool_is_read_in_every_form(told: Any, choice: str, named: str) -> None:
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    asked = [
        chat(tools=tools, tool_choice=told),
        read(openai_responses, "/v1/responses", input="x", tools=[FLAT], tool_choice=told),
    ]
    if isinstance(told, dict) and told.get("type") in (None, "any", "auto", "none"):  # no form of the Responses API
        asked.pop()
    assert {(ask.tool_choice, ask.named_tool) for ask in asked} == {(choice, named)}


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        ({}, True), ({"stream": True}, False), ({"stream": True, "stream_options": {"include_usage": True}}, True),
        ({"stream": True, "stream_options": {"include_usage": False}}, False),
        ({"stream": True, "stream_options": None}, False),
        ({"stream": True, "usage": {"include": True}}, True), ({"stream": False}, True),
    ],
)  # fmt: skip
def test_a_stream_of_chat_completions_is_counted_where_it_asks_for_it(body: dict[str, Any], usage: bool) -> None:
    assert chat(**body).usage is usage


@pytest.mark.parametrize(
    ("told", "choice", "named"),
    [({"name": "look"}, "required", "look"), ("auto", "auto", ""), ("none", "none", ""), (None, "auto", "")],
)
def test_functions_are_what_tools_were_called_before(told: Any, choice: str, named: str) -> None:
    turns = [
        {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "{}"}},
        {"role": "function", "name": "look", "content": "A pond."},
    ]
    declared = [{"name": "look", "description": "Looks.", "parameters": TOOL.parameters}]
    asked = chat(messages=turns, functions=declared, function_call=told)
    assert (asked.tools, asked.tool_choice, asked.named_tool) == ((TOOL,), choice, named)
    assert asked.parts() == [ToolCall("look", {}, "{}"), ToolResult("A pond.", "look")]


@pytest.mark.parametrize("content", [None, "", []])
def test_a_turn_of_calls_may_have_no_content(content: Any) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    asked = chat(messages=[{"role": "assistant", "content": content, "tool_calls": [call]}])
    assert asked.messages[0].parts[-1:] == (ToolCall("look", {}, "{}", "1"),)


@pytest.mark.parametrize("system", ["Be brief.", [{"type": "text", "text": "Be brief."}]])
def test_a_system_prompt_of_anthropic_is_a_text_or_a_list(system: Any) -> None:
    asked = read(anthropic, "/v1/messages", system=system, messages=[{"role": "user", "content": "x"}])
    assert asked.messages == (Message("system", (Text("Be brief."),)), Message("user", (Text("x"),)))


# Gemini takes JSON as protocol buffers do.


def gemini_reads(**body: Any) -> Ask:
    return read(gemini, "/v1beta/models/m:generateContent", **body)


@pytest.mark.parametrize(
    "contents",
    ["x", ["x"], {"role": "user", "parts": [{"text": "x"}]}, [{"parts": {"text": "x"}}], [{"text": "x"}]],
)
def test_one_object_may_stand_where_a_list_may(contents: Any) -> None:
    assert gemini_reads(contents=contents).messages == (Message("user", (Text("x"),)),)


@pytest.mark.parametrize(
    "told",
    ["Be brief.", {"parts": {"text": "Be brief."}}, {"role": "system", "parts": [{"text": "Be brief."}]}],
)
@pytest.mark.parametrize("field", ["systemInstruction", "system_instruction"])
def test_a_system_instruction_is_read_in_every_form(field: str, told: Any) -> None:
    assert gemini_reads(contents="x", **{field: told}).messages[0] == Message("system", (Text("Be brief."),))


def test_names_in_snake_case_are_read() -> None:
    schema = {"type": "OBJECT", "properties": {"first_name": {"type": "STRING"}}}
    asked = gemini_reads(
        contents=[
            {"role": "user", "parts": [{"inline_data": {"mime_type": "image/png", "data": "iVBORw"}}]},
            {"role": "model", "parts": [{"function_call": {"name": "look", "args": {"at_it": "x"}}}]},
            {"role": "user", "parts": [{"function_response": {"name": "look", "response": {"a_b": 1}}}]},
            {
                "role": "user",
                "parts": [{"file_data": {"mime_type": "application/pdf", "file_uri": "https://x.test/a.pdf"}}],
            },
        ],
        generation_config={
            "max_output_tokens": 5,
            "stop_sequences": ["b"],
            "top_p": 0.5,
            "response_mime_type": "application/json",
        },
        tools=[{"function_declarations": [{"name": "look", "description": "Looks.", "parameters": schema}]}],
        tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": ["look"]}},
    )
    plain = {"type": "object", "properties": {"first_name": {"type": "string"}}}
    assert asked == Ask(
        (
            Message("user", (Media("image", "image/png", b"\x89PNG"),)),
            Message("assistant", (ToolCall("look", {"at_it": "x"}),)),
            Message("user", (ToolResult('{"a_b":1}', "look"),)),
            Message("user", (Media("document", "application/pdf", url="https://x.test/a.pdf"),)),
        ),
        max_tokens=5, stop=("b",), json=True, tools=(Tool("look", "Looks.", plain),),
        tool_choice="required", named_tool="look", sampling=(("topP", 0.5),),
    )  # fmt: skip


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padding", [True, False])
def test_bytes_come_in_either_alphabet(encode: Any, padding: bool) -> None:
    data = b"\xfb\xff\xfe\xfb"
    text = encode(data).decode() if padding else encode(data).decode().rstrip("=")
    asked = gemini_reads(contents=[{"parts": [{"inlineData": {"mimeType": "image/png", "data": text}}]}])
    assert asked.media() == [Media("image", "image/png", data)]


@pytest.mark.parametrize(("mode", "choice"), [(1, "auto"), (2, "required"), (3, "none"), ("VALIDATED", "auto")])
def test_enums_come_by_name_or_by_number(mode: Any, choice: str) -> None:
    schema = {"type": 6, "properties": {"at": {"type_": 1}}}
    declared = [{"functionDeclarations": {"name": "look", "parameters": schema}}]
    asked = gemini_reads(contents="x", tools=declared, toolConfig={"functionCallingConfig": {"mode": mode}})
    assert asked.tool_choice == choice
    assert asked.tools == (Tool("look", "", TOOL.parameters),)


@pytest.mark.parametrize(("names", "named"), [(["a"], "a"), (["a", "b"], ""), ([], "")])
def test_one_allowed_function_alone_is_named(names: list[str], named: str) -> None:
    calling = {"mode": "ANY", "allowedFunctionNames": names}
    assert gemini_reads(contents="x", toolConfig={"functionCallingConfig": calling}).named_tool == named
    free = {**calling, "mode": "AUTO"}
    assert gemini_reads(contents="x", toolConfig={"functionCallingConfig": free}).named_tool == ""


# Replies, without asking.


@pytest.mark.parametrize("name", SAYS)
def test_an_error_is_decoded_without_asking(name: str) -> None:
    wire = wires()[name]
    ask = TALK if "text" in wire.fields(PLAIN) else DRAW
    refused = Response(400, {"content-type": "application/json"}, b'{"error":{"message":"No."}}')
    reply = wire.reply(ask, [refused])
    assert reply.error
    assert reply.error.message == "No."
    driver = wire.ask(ask, "m", BASE, PLAIN)
    next(driver)
    with pytest.raises(StopIteration) as ended:
        driver.send(refused)
    assert ended.value.value == reply


@pytest.mark.parametrize("name", SAYS)
def test_without_a_response_there_is_no_reply(name: str) -> None:
    with pytest.raises(BadReply, match="no response"):
        wires()[name].reply(TALK, [])


def answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, msgspec.json.encode(body))


def test_the_last_chat_completion_decides() -> None:
    refused = answer({"error": {"message": "no stream_options"}}, 400)
    said = answer({"choices": [{"message": {"content": "Hello."}, "finish_reason": "stop"}]})
    assert openai_chat.reply(TALK, [refused, said]).text == "Hello."


ORDER = answer({"id": "1", "polling_url": "https://bfl.test/1"})


def test_the_last_poll_decides_of_a_picture() -> None:
    pending, ready = (
        answer({"status": "Pending"}),
        answer({"status": "Ready", "result": {"sample": "https://bfl.test/a.png"}}),
    )
    assert "never polled for" in bfl.reply(DRAW, [ORDER]).cut
    assert bfl.reply(DRAW, [ORDER, pending]).cut == "still 'Pending' after 1 polls"
    picture = Media("image", "image/png", url="https://bfl.test/a.png")
    assert bfl.reply(DRAW, [ORDER, pending, ready]).media == (picture,)
    with pytest.raises(BadReply, match="polling_url"):
        bfl.reply(DRAW, [answer({"id": "1"})])
