"""Chat completions: what is read from hand-made answers of many servers."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from providers import deepseek, openrouter
from providers.chat import Ask, Citation, Message, Source, Text, ToolCall, Usage
from providers.wire import openai_chat as wire
from tests.support.canned_chat import (
    CALL,
    CALLED,
    SSE,
    STREAM,
    STREAMED,
    USAGE,
    WHOLE,
    chunk,
    plain,
    sse,
    streamed,
    whole,
)
from tests.support.driving import body_of, reply_to


def test_text_calls_logprobs_usage_and_finish_are_told_apart() -> None:
    reply = plain(WHOLE)
    assert (reply.text, reply.calls, reply.finish, reply.finish_raw) == ("Hi.", (CALLED,), "tool_calls", "tool_calls")
    assert (reply.usage, reply.model, reply.unknown) == (Usage(10, 5, 2), "gpt-x", ())
    assert [(p.token, p.logprob, p.top) for p in reply.logprobs] == [("Hi", -0.5, (("Hi", -0.5),))]


def test_a_stream_is_put_together() -> None:
    reply = reply_to(wire, STREAMED, STREAM, **SSE)
    assert (reply.text, reply.calls, reply.finish, reply.usage) == ("Hello.", (CALLED,), "tool_calls", Usage(10, 5, 2))
    assert (reply.cut, reply.unknown) == ("", ())


@pytest.mark.parametrize(
    ("raw", "finish"),
    [
        ("stop", "stop"), ("eos_token", "stop"), ("stop_sequence", "stop_sequence"), ("length", "length"), ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"), ("content_filter", "content_filter"), ("repetition_truncation", "other"), ("", None), (None, None),
    ],
)  # fmt: skip
def test_each_finish_reason_has_its_meaning(raw: str | None, finish: str | None) -> None:
    assert plain(whole(finish=raw)).finish == finish


def test_a_stop_on_a_call_stays_a_stop_since_the_wire_has_its_own_reason() -> None:
    assert plain(whole({"tool_calls": [CALL]}, "stop")).finish == "stop"


@pytest.mark.parametrize(
    "message",
    [
        {"reasoning_content": "Hm.", "content": "Yes."},
        {"reasoning": "Hm.", "content": "Yes."},
        {"reasoning": "Hm.", "reasoning_content": "Hm.", "content": "Yes."},
        {
            "reasoning_details": [
                {"type": "reasoning.text", "text": "Hm."},
                {"type": "reasoning.encrypted", "data": "gAAA"},
            ],
            "content": "Yes.",
        },
        {"reasoning": "Hm.", "reasoning_details": [{"type": "reasoning.summary", "summary": "Hm."}], "content": "Yes."},
        {"content": "<think>\nHm.\n</think>\n\nYes."},
        {"content": "Hm.\n</think>\n\nYes."},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
                {"type": "text", "text": "Yes."},
            ]
        },
        {
            "content": "Yes.",
            "content_blocks": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Yes."}],
            "reasoning_content": "Hm.",
        },
    ],
)
def test_thinking_in_any_dress_never_reaches_the_text(message: dict[str, Any]) -> None:
    reply = plain(whole(message))
    assert (reply.thinking, reply.text, reply.unknown) == ("Hm.", "Yes.", ())


def test_streamed_thinking_is_kept_apart() -> None:
    reply = streamed(
        chunk({"reasoning_content": "H", "content": None}),
        chunk({"reasoning_content": "m."}),
        chunk({"content": "Yes."}, "stop"),
    )
    assert (reply.thinking, reply.text) == ("Hm.", "Yes.")


def test_a_tag_that_comes_in_pieces_is_seen() -> None:
    reply = streamed(
        chunk({"content": "<th"}), chunk({"content": "ink>Hm.</thi"}), chunk({"content": "nk>Yes."}, "stop")
    )
    assert (reply.thinking, reply.text) == ("Hm.", "Yes.")


def test_comments_that_keep_a_stream_alive_are_not_read() -> None:
    body = b": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + sse([chunk({"content": "Hi"}, "stop")])
    assert reply_to(wire, STREAMED, body, **SSE).text == "Hi"


def test_a_message_repeated_beside_each_delta_is_read_once() -> None:
    def event(delta: str, so_far: str, finish: str | None = None) -> dict[str, Any]:
        choice = {
            "index": 0,
            "finish_reason": finish,
            "message": {"role": "assistant", "content": so_far},
            "delta": {"content": delta},
        }
        return {"object": "chat.completion", "choices": [choice], "usage": {"prompt_tokens": 8, "completion_tokens": 2}}

    reply = streamed(event("Hel", "Hel"), event("lo", "Hello"), event("", "Hello", "stop"), done=False)
    assert (reply.text, reply.cut, reply.usage) == ("Hello", "", Usage(8, 2))


def test_an_empty_delta_beside_a_whole_message_is_not_read() -> None:
    assert plain(whole({"content": "Hello"}, choice={"delta": {"content": ""}})).text == "Hello"


def test_calls_that_share_an_index_are_told_apart_by_their_ids() -> None:
    def piece(given: str, arguments: str) -> dict[str, Any]:
        return chunk({"tool_calls": [{"index": 0, "id": given, "function": {"name": "f", "arguments": arguments}}]})

    assert [(c.id, c.arguments) for c in streamed(piece("a", '{"n":1}'), piece("b", '{"n":2}')).calls] == [
        ("a", {"n": 1}),
        ("b", {"n": 2}),
    ]


def test_calls_of_two_indices_may_come_interleaved() -> None:
    def piece(index: int, arguments: str, **first: Any) -> dict[str, Any]:
        return {"index": index, "function": {"arguments": arguments, **({"name": "f"} if first else {})}, **first}

    reply = streamed(
        chunk({"tool_calls": [piece(0, "{", id="a"), piece(1, '{"n"', id="b")]}),
        chunk({"tool_calls": [piece(1, ":2}"), piece(0, "}")]}),
    )
    assert [(c.id, c.arguments) for c in reply.calls] == [("a", {}), ("b", {"n": 2})]


@pytest.mark.parametrize(("given", "arguments"), [('{"n": ', None), ("[1]", None), ({"n": 1}, {"n": 1})])
def test_arguments_are_an_object_or_nothing(given: Any, arguments: Any) -> None:
    (call,) = plain(
        whole({"content": None, "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": given}}]})
    ).calls
    assert call.arguments == arguments


def test_logprobs_as_lists_side_by_side_are_read() -> None:
    told = {
        "tokens": ["Hi", "!"],
        "token_logprobs": [-0.5, 0],
        "top_logprobs": [{"Hi": -0.5, "Ho": -2}, [{"token": "!", "logprob": 0}]],
    }
    found = plain(whole(choice={"logprobs": told})).logprobs
    assert [(p.token, p.logprob, p.top) for p in found] == [
        ("Hi", -0.5, (("Hi", -0.5), ("Ho", -2.0))),
        ("!", 0.0, (("!", 0.0),)),
    ]


def test_the_logprobs_of_thinking_are_not_the_answers() -> None:
    assert (
        plain(
            whole(choice={"logprobs": {"content": None, "reasoning_content": [{"token": "H", "logprob": -1}]}})
        ).logprobs
        == ()
    )


@pytest.mark.parametrize(
    ("more", "usage"),
    [
        (
            {
                "usage": {
                    "prompt_tokens": 10,
                    "completion_tokens": 5,
                    "total_tokens": 17,
                    "completion_tokens_details": {"reasoning_tokens": 2},
                }
            },
            (10, 7, 2),
        ),
        ({"usage": None, "x_groq": {"id": "r", "usage": USAGE}}, (10, 5, 2)),
        ({"usage": None, "timings": {"cache_n": 7, "prompt_n": 3, "predicted_n": 5}}, (10, 5, 0)),
        ({"usage": {"total_tokens": 15}}, None),
        ({"usage": {}}, None),
    ],
)
def test_tokens_are_counted_wherever_they_stand(more: dict[str, Any], usage: tuple[int, int, int] | None) -> None:
    assert plain(whole(**more)).usage == (Usage(*usage) if usage else None)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"usage": USAGE}, ""),
        ({"usage": USAGE, "x_groq": {"usage": USAGE}, "timings": {"prompt_n": 3, "predicted_n": 5}}, ""),
        ({"x_groq": {"id": "r", "usage": USAGE}}, "x_groq.usage"),
        ({"timings": {"cache_n": 7, "prompt_n": 3, "predicted_n": 5}}, "timings"),
        ({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": USAGE}]}, "choices[].usage"),
        ({}, ""),
    ],
)
def test_a_stream_tells_in_which_field_its_tokens_are_counted(more: dict[str, Any], field: str) -> None:
    told = streamed(chunk({"content": "Hi"}), {**chunk({}, "stop"), **more}).streamed
    assert told and told.counted_in == field


PAGE = Source("https://x.test/a", "A")


@pytest.mark.parametrize(
    "body",
    [
        whole({"annotations": [{"type": "url_citation", "url_citation": {
            "url": PAGE.url, "title": "A", "start_index": 0, "end_index": 2, "content": "c"}}]}),
        whole({"annotations": [{"type": "url_citation", "url": PAGE.url, "title": "A", "site_name": "x"}]}),
        whole(citations=[PAGE.url], search_results=[
            {"url": PAGE.url, "title": "A", "date": None, "last_updated": None, "snippet": "s", "source": "web"}]),
        whole(search_info={"search_results": [{"index": 1, "url": PAGE.url, "title": "A", "site_name": "x", "icon": "i"}]}),
        whole(web_search=[{"link": PAGE.url, "title": "A", "content": "c", "media": "x", "icon": "i", "publish_date": "d",
            "refer": "ref_1"}]),
        whole({"executed_tools": [{"index": 0, "type": "search", "arguments": '{"query": "q"}', "output": "o", "search_results": {
            "results": [{"url": PAGE.url, "title": "A", "content": "c", "score": 1}]}}]}),
    ],
)  # fmt: skip
def test_a_web_page_is_a_source_not_a_citation(body: dict[str, Any]) -> None:
    reply = plain(body)
    assert (reply.sources, reply.citations, reply.unknown) == ((PAGE,), (), ())


def test_a_search_shows_its_query() -> None:
    tool = {"index": 0, "type": "browser_search", "name": "browser.search", "arguments": '{"query": "who"}'}
    assert streamed(
        chunk({"executed_tools": [tool]}), chunk({"executed_tools": [tool]}), chunk({}, "stop")
    ).searches == ("who",)


def test_a_cited_file_is_a_citation() -> None:
    note = {"type": "file_citation", "file_citation": {"file_id": "f1", "filename": "q.txt", "index": 3}}
    assert plain(whole({"annotations": [note]})).citations == (Citation("q.txt"),)


def test_a_spoken_answer_is_its_transcript_and_its_sound() -> None:
    sound = {"id": "audio_1", "data": base64.b64encode(b"ID3abc").decode(), "transcript": "Hello.", "expires_at": 1}
    reply = plain(whole({"content": None, "audio": sound}))
    assert (reply.text, [(m.mime, m.data) for m in reply.media], reply.unknown) == (
        "Hello.",
        [("audio/mpeg", b"ID3abc")],
        (),
    )
    assert reply.turn == Message(
        "assistant", (Text("Hello."),), {"role": "assistant", "content": None, "audio": {"id": "audio_1"}}
    )


def test_streamed_sound_is_joined_piece_by_piece() -> None:
    def piece(**audio: Any) -> dict[str, Any]:
        return chunk({"content": None, "audio": audio})

    # Each piece is base64 of its own, with its own padding.
    reply = streamed(
        piece(id="a", transcript="He"),
        piece(data="AQ=="),
        piece(transcript="llo"),
        piece(data="Ag=="),
        piece(expires_at=1),
    )
    assert (reply.text, reply.media[0].mime, reply.media[0].data, reply.unknown) == (
        "Hello",
        "audio/pcm",
        b"\x01\x02",
        (),
    )


@pytest.mark.parametrize(
    "image", [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}, {"b64_json": "iVBORw=="}]
)
def test_a_drawn_picture_is_media(image: dict[str, Any]) -> None:
    reply = plain(whole({"content": "", "images": [image]}))
    assert [(m.modality, m.mime, m.data) for m in reply.media] == [("image", "image/png", b"\x89PNG")]


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5])
def test_sound_that_is_one_encoded_text_cut_anywhere_is_joined_before_it_is_decoded(cut: int) -> None:
    text = base64.b64encode(b"RIFF....WAVEa").decode()
    pieces = [text[start : start + cut] for start in range(0, len(text), cut)]
    assert text.endswith("==")  # pieces of padding alone must not pass for pieces that were encoded by themselves
    assert streamed(*(chunk({"audio": {"data": piece}}) for piece in pieces)).media[0].data == b"RIFF....WAVEa"


def test_a_refusal_of_content_is_apart_from_the_text() -> None:
    refused = plain(whole({"content": None, "refusal": "No."}))
    assert (refused.text, refused.refusal) == ("", "No.")
    assert refused.turn
    assert refused.turn.raw == {"role": "assistant", "content": None, "refusal": "No."}


def test_an_echoed_turn_holds_its_calls_and_its_thinking_under_its_own_name() -> None:
    reply = plain(whole({"content": None, "reasoning_content": "Hm.", "tool_calls": [CALL]}))
    assert reply.turn
    assert reply.turn.raw == {"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": [CALL]}
    assert body_of(wire, Ask((reply.turn,)))["messages"] == [reply.turn.raw]


def test_thinking_is_echoed_where_the_api_asks_for_it() -> None:
    message = {"content": "a", "reasoning_content": "Hm.", "tool_calls": [CALL]}
    reply = plain(whole(message), quirks=deepseek.provider.quirks)
    assert reply.turn
    assert reply.turn.raw == {"role": "assistant", "content": "a", "reasoning_content": "Hm.", "tool_calls": [CALL]}


def test_blocks_of_thinking_are_echoed_unchanged() -> None:
    blocks = [{"type": "reasoning.text", "text": "Hm.", "signature": "s"}, {"type": "reasoning.encrypted", "data": "d"}]
    reply = streamed(*(chunk({"reasoning_details": [block]}) for block in blocks), quirks=openrouter.provider.quirks)
    assert reply.turn
    assert reply.turn.raw["reasoning_details"] == blocks


def test_rate_limits_are_read_from_the_headers() -> None:
    reply = plain(whole(), x_ratelimit_limit_requests="10", x_ratelimit_remaining_requests="9")
    assert [(limit.name, limit.limit, limit.remaining) for limit in reply.limits] == [("requests", 10.0, 9.0)]


def test_a_warning_beside_an_answer_is_kept() -> None:
    assert plain(whole(warnings=[{"message": "Model supports only tool_choice auto"}])).warnings == (
        "Model supports only tool_choice auto",
    )


def test_unknown_things_are_listed_and_break_nothing() -> None:
    reply = plain(
        whole(
            {"content": [{"type": "hologram"}, {"type": "text", "text": "Hi"}], "mood": 1},
            "bored",
            {"colour": 2},
            weather=3,
        )
    )
    assert (reply.text, reply.finish) == ("Hi", "other")
    assert reply.unknown == (
        "choices[].colour",
        "choices[].message.content[]:hologram",
        "choices[].message.mood",
        "weather",
    )


def test_a_call_is_kept_as_it_was_sent() -> None:
    assert plain(whole({"function_call": {"name": "f", "arguments": "{}"}, "content": None})).calls == (
        ToolCall("f", {}, "{}", ""),
    )
    assert not plain(whole({"function_call": {"name": "", "arguments": ""}, "content": "4"})).calls


def test_a_call_that_comes_in_the_older_form_as_well_is_one_call() -> None:
    function = {"name": "f", "arguments": '{"a": 1}'}
    message = {
        "content": None,
        "function_call": function,
        "tool_calls": [{"id": "1", "type": "function", "function": function}],
    }
    assert plain(whole(message)).calls == (ToolCall("f", {"a": 1}, '{"a": 1}', "1"),)
    pieces = [({"name": "f", "arguments": '{"a"'}), ({"arguments": ": 1}"})]
    deltas = [
        {"function_call": piece, "tool_calls": [{"index": 0, "id": "1", "type": "function", "function": piece}]}
        for piece in pieces
    ]
    reply = streamed(
        *({"choices": [{"index": 0, "delta": delta}]} for delta in ({"role": "assistant", "tool_calls": None}, *deltas))
    )
    assert reply.calls == (ToolCall("f", {"a": 1}, '{"a": 1}', "1"),)
