"""Each oddity changes what it says, on the socket; the SDKs that are known to break on some do."""

import concurrent.futures
import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from benchmarks.field_cases import CASES
from emulator import Server, Switchboard, serve
from emulator.oddities import discover
from emulator.tests.oddity_samples import JSON, ROOT, SCHEMA, calling, chat, events, image, odd_board, post

PAIRS = [(case, wire) for case, wires in sorted(discover().items()) for wire in wires]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(odd_board()) as running:
        yield running


def test_each_oddity_has_its_verdict_and_each_verdict_its_oddity() -> None:
    assert set(discover()) == set(CASES)


@pytest.mark.parametrize(("case", "wire"), PAIRS)
def test_an_odd_server_answers_both_modes_in_time(server: Server, case: str, wire: str) -> None:
    for stream in (False, True):
        try:
            assert post(server, wire, case, stream=stream).status_code < 600
        except httpx.DecodingError:
            assert case == "gzip-header-without-gzip"


def test_only_the_model_that_is_named_is_odd(server: Server) -> None:
    body = {"model": "emulated", "messages": [{"role": "user", "content": "Say hello."}]}
    answered = httpx.post(
        server.url("openai_chat") + "/chat/completions", json=body, headers={"authorization": "Bearer test-key"}
    )
    assert answered.json()["choices"][0]["finish_reason"] == "stop"
    assert chat(server, "14-wrong-url-404").status_code == 404


def test_the_last_oddity_counts_and_clearing_takes_all_away() -> None:
    board = Switchboard().odd("20-logprobs-500").odd("14-wrong-url-404", model="a*")
    assert [odd.case for odd in (board.oddity("ab"), board.oddity("b")) if odd] == [
        "14-wrong-url-404",
        "20-logprobs-500",
    ]
    assert board.clear().oddity("ab") is None


def test_an_error_line_is_no_field_of_an_event_and_whole_answers_are_well(server: Server) -> None:
    case = "01-error-line-then-done"
    lines = [
        line
        for line in chat(server, case, stream=True, response_format=JSON, words="JSON please").text.splitlines()
        if line
    ]
    assert lines[0].startswith("error: {") and lines[1:] == ["data: [DONE]"]
    assert json.loads(
        chat(server, case, response_format=JSON, words="JSON please").json()["choices"][0]["message"]["content"]
    )
    with openai.OpenAI(base_url=server.url("openai_chat"), api_key="test-key", max_retries=0) as client:
        asked: Any = {
            "model": f"emulated-{case}",
            "messages": [{"role": "user", "content": "JSON please"}],
            "response_format": JSON,
        }
        assert not list(client.chat.completions.create(**asked, stream=True))  # it shows nothing at all, without a word


@pytest.mark.parametrize("stream", [False, True])
def test_names_of_functions_carry_a_mark(server: Server, stream: bool) -> None:
    assert (
        "square_root<|channel|>commentary"
        in chat(server, "03-harmony-marks-in-tool-names", stream=stream, **calling()).text
    )


def test_a_conversation_with_results_is_refused(server: Server) -> None:
    call: dict[str, Any] = {"id": "call_1", "type": "function", "function": {"name": "square_root", "arguments": "{}"}}
    turns: list[dict[str, Any]] = [
        {"role": "user", "content": ROOT}, {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "4"},
    ]  # fmt: skip
    assert chat(server, "04-template-refuses-tool-results", **calling(messages=turns)).status_code == 422
    assert chat(server, "06-thought-signature", **calling(messages=turns)).json()[0]["error"]["code"] == 400
    assert (
        "reasoning_content"
        in chat(server, "23-reasoning-must-come-back", **calling(messages=turns)).json()["error"]["message"]
    )
    assert (
        "'content' field must be" in chat(server, "24-null-content-refused", **calling(messages=turns)).json()["error"]
    )
    call["extra_content"] = {"google": {"thought_signature": "abc"}}
    turns[1] |= {"reasoning_content": "Hm.", "content": ""}
    for case in ("06-thought-signature", "23-reasoning-must-come-back", "24-null-content-refused"):
        assert chat(server, case, **calling(messages=turns)).status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_calls_are_signed_and_reasoned(server: Server, stream: bool) -> None:
    assert "thought_signature" in chat(server, "06-thought-signature", stream=stream, **calling()).text
    assert "reasoning_content" in chat(server, "23-reasoning-must-come-back", stream=stream, **calling()).text


def test_requests_are_refused_for_one_thing_alone(server: Server) -> None:
    def parts(*given: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, *given]}]}

    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    assert chat(server, "07-max-completion-tokens", max_tokens=9).json()["error"]["param"] == "max_tokens"
    assert chat(server, "07-max-completion-tokens", max_completion_tokens=9).status_code == 200
    assert "At most 1 image" in chat(server, "08-one-image-a-request", **parts(image(), image())).text
    assert chat(server, "08-one-image-a-request", **parts(image())).status_code == 200
    assert "either text or image_url" in chat(server, "13-only-text-or-image-url", **parts(sound)).text
    assert chat(server, "13-only-text-or-image-url", **parts(image())).status_code == 200
    assert "unknown variant `input_audio`" in chat(server, "43-unknown-variant", **parts(sound)).text
    assert chat(server, "43-unknown-variant", **parts(image())).status_code == 200
    assert "invalid type: sequence" in chat(server, "27-only-strings-for-content", **parts()).text
    assert chat(server, "27-only-strings-for-content").status_code == 200
    logprobs = chat(server, "20-logprobs-500", logprobs=True)
    assert (logprobs.status_code, logprobs.text) == (500, "Internal Server Error")
    forbidden = chat(server, "extra-forbidden-seed", seed=1)
    assert (forbidden.status_code, forbidden.json()["detail"][0]["loc"]) == (422, ["body", "seed"])
    assert chat(server, "extra-forbidden-seed").status_code == 200
    assert chat(server, "template-chokes-on-quotes", words='Say "hello".').status_code == 500
    assert chat(server, "template-chokes-on-quotes").status_code == 200


def test_addresses_that_are_wrong_answer_nothing(server: Server) -> None:
    assert chat(server, "14-wrong-url-405").json() == {"detail": "Method Not Allowed"}
    wrapped = post(server, "anthropic", "47-anthropic-envelope-in-200")
    assert (wrapped.status_code, wrapped.json()["success"]) == (200, False)


def test_a_summary_repeats_the_arguments_encoded_twice(server: Server) -> None:
    chunks = events(chat(server, "10-summary-chunk-repeats-arguments", stream=True, **calling()))
    calls = [
        call for chunk in chunks for choice in chunk["choices"] for call in choice["delta"].get("tool_calls") or ()
    ]
    assert all(call["id"] for call in calls)
    assert json.loads(json.loads(calls[-1]["function"]["arguments"])) == {"number": 16}
    joined = "".join(call["function"]["arguments"] for call in calls)
    with pytest.raises(json.JSONDecodeError):
        json.loads(joined)


def test_a_filter_tells_of_the_prompt_first_and_of_the_answer_last(server: Server) -> None:
    chunks = events(chat(server, "12-azure-filter-chunks", stream=True))
    assert chunks[0]["choices"] == [] and "prompt_filter_results" in chunks[0]
    assert "delta" not in chunks[-1]["choices"][0]


@pytest.mark.parametrize("stream", [False, True])
def test_json_stands_in_the_reasoning(server: Server, stream: bool) -> None:
    told = chat(server, "17-json-in-reasoning", stream=stream, response_format=JSON, words="JSON please")
    values = events(told) if stream else [told.json()]
    said = [choice.get("message") or choice["delta"] for value in values for choice in value["choices"]]
    assert not any(one.get("content") for one in said)
    assert json.loads("".join(one.get("reasoning_content") or "" for one in said))


def test_calls_come_whole_without_an_index(server: Server) -> None:
    chunks = events(chat(server, "18-calls-without-index", stream=True, **calling()))
    calls = [
        call for chunk in chunks for choice in chunk["choices"] for call in choice["delta"].get("tool_calls") or ()
    ]
    assert (
        len(calls) == 1 and "index" not in calls[0] and json.loads(calls[0]["function"]["arguments"]) == {"number": 16}
    )


def test_the_stop_sequence_is_in_the_text(server: Server) -> None:
    told = chat(server, "21-stop-is-in-the-text", words="Tell a long story.", stop=["."])
    assert told.json()["choices"][0]["message"]["content"].endswith(".")


def test_a_busy_provider_is_told_within_a_200_for_a_while() -> None:
    case = "26-busy-provider-within-200"
    with serve(Switchboard().odd(case, measure=0.2), ("openai_chat",)) as server:
        asked: dict[str, Any] = {"response_format": JSON, "words": "JSON please"}
        first = chat(server, case, **asked)
        assert (first.status_code, first.json()["error"]["code"]) == (200, 429)
        schema = {"type": "json_schema", "json_schema": {"name": "r", "schema": SCHEMA}}
        lost = chat(server, case, stream=True, response_format=schema)
        assert events(lost)[0]["choices"][0]["finish_reason"] == "error"
        while "error" in chat(server, case, **asked).json():
            pass
        assert chat(server, case, **asked).json()["choices"]


def test_an_answer_is_taken_away(server: Server) -> None:
    told = chat(server, "42-filter-took-the-answer", response_format=JSON, words="JSON please").json()["choices"][0]
    assert (told["message"]["content"], told["finish_reason"]) == (None, "content_filter")
    taken = post(server, "anthropic", "42-filter-took-the-answer", stop_sequences=["."]).json()
    assert (taken["stop_reason"], taken["content"]) == ("refusal", [])
    assert chat(server, "42-filter-took-the-answer").json()["choices"][0]["finish_reason"] == "stop"


def test_a_reason_tells_of_calls_that_are_not_there(server: Server) -> None:
    case = "40-tool-calls-without-calls"
    forced = chat(server, case, **calling(tool_choice="required")).json()["choices"][0]
    assert (forced["message"]["tool_calls"], forced["finish_reason"]) == ([], "tool_calls")
    assert json.loads(forced["message"]["content"]) == {"number": 16}
    assert "--enable-auto-tool-choice" in chat(server, case, **calling()).text


def test_heartbeats_and_pings_have_no_data(server: Server) -> None:
    assert chat(server, "09-empty-data-heartbeat", stream=True).text.startswith("data:\n\ndata: {")
    pinged = post(server, "anthropic", "53-anthropic-ping-without-data", stream=True).text
    assert "event: ping\ndata:\n\n" in pinged and '"ping"' not in pinged


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_types_are_wrong_and_bodies_right(server: Server, kind: str) -> None:
    told = chat(server, f"11-json-as-text-{kind}")
    assert told.headers["content-type"] == f"text/{kind}; charset=utf-8" and told.json()["choices"]
    assert events(chat(server, f"11-json-as-text-{kind}", stream=True))


def test_streams_begin_with_a_mark_and_have_no_spaces(server: Server) -> None:
    raw = chat(server, "37-bom-crlf-no-space", stream=True).content
    assert raw.startswith(b"\xef\xbb\xbfdata:{") and raw.endswith(b"\r\n\r\n") and b"\n\n" not in raw
    first = events(chat(server, "37-bom-crlf-no-space", stream=True))[0]["choices"][0]
    assert "hello" in first["delta"]["content"].lower() and first["finish_reason"] == "stop"


def test_a_mode_may_be_ignored(server: Server) -> None:
    assert chat(server, "38-always-sse").headers["content-type"].startswith("text/event-stream")
    assert post(server, "gemini", "38-always-sse").text.startswith("data: {")
    assert chat(server, "never-sse", stream=True).headers["content-type"] == "application/json"


def test_streams_fail_while_whole_answers_come(server: Server) -> None:
    assert [chat(server, "streams-all-500", stream=stream).status_code for stream in (False, True)] == [200, 500]
    assert [chat(server, "streams-all-400", stream=stream).status_code for stream in (False, True)] == [200, 400]


def test_bodies_are_packed_without_a_word_or_said_to_be(server: Server) -> None:
    packed = chat(server, "gzip-without-its-header", stream=True)
    assert "content-encoding" not in packed.headers and gzip.decompress(packed.content).endswith(b"data: [DONE]\n\n")
    assert json.loads(gzip.decompress(chat(server, "gzip-without-its-header").content))["choices"]
    with pytest.raises(httpx.DecodingError):
        chat(server, "gzip-header-without-gzip")


def test_failures_take_their_time(server: Server) -> None:
    told = chat(server, "proxy-that-fails-slowly", response_format=JSON, words="JSON please")
    assert told.status_code == 502 and told.elapsed.total_seconds() >= 0.2
    assert chat(server, "proxy-that-fails-slowly").elapsed.total_seconds() < 0.2


def test_a_mock_says_the_same_to_all(server: Server) -> None:
    asked = [{"max_tokens": 1}, calling(), {"response_format": JSON, "words": "JSON please"}, {"stop": ["answer"]}]
    said = {
        chat(server, "mock-with-constant-answers", **more).json()["choices"][0]["message"]["content"] for more in asked
    }
    assert len(said) == 1


def test_a_seed_holds_for_who_is_alone(server: Server) -> None:
    def one(_: int = 0) -> str:
        told = chat(server, "one-random-generator", words="Write a long story.", seed=7)
        return str(told.json()["choices"][0]["message"]["content"])

    assert one() == one()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) > 1
