"""What matters in a recording's bytes changes its verdict, or makes it unknown; what does not matter changes none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.recorded import (
    Exchange,
    answer,
    cells,
    changed,
    copied,
    failed,
    in_words,
    needs_recordings,
    question,
    swapped,
)

pytestmark = needs_recordings

GEMINI = "2025-08/gemini/gemini-2.5-flash"
LITE = "2025-08/gemini/gemini-2.5-flash-lite"
CLAUDE = "2025-08/anthropic/claude-3-5-haiku-20241022"
RESPONSES = "2026-08/openairesponses/gpt-5.6-sol_thinking"
CEREBRAS = "2026-08/cerebras/gpt-oss-120b_thinking"
TOGETHER = "2025-08/togetherai/meta-llama/Llama-4-Scout-17B-16E-Instruct"
IMAGEN = "2025-08/gemini/imagen-4.0-fast-generate-001"
MISTRAL = "2025-08/mistral/voxtral-small-latest"
AUDIO = "2026-08/openaichat/gpt-audio"
LLAMA = "2025-08/groq/llama-3.1-8b-instant"


def _part(body: Any) -> Any:
    return body["candidates"][0]["content"]["parts"][0]


def says(text: str) -> Callable[[Exchange], None]:
    """Gemini's text replaced."""
    return answer(lambda body: _part(body).update(text=text))


def ends(reason: str) -> Callable[[Exchange], None]:
    """Gemini's finish reason replaced."""
    return answer(lambda body: body["candidates"][0].update(finishReason=reason))


def calls(**arguments: Any) -> Callable[[Exchange], None]:
    """Gemini's call replaced."""
    return answer(lambda body: _part(body)["functionCall"].update(args=arguments))


def config(name: str) -> Callable[[Exchange], None]:
    """A field of Gemini's request dropped."""
    return question(lambda body: body["generationConfig"].pop(name))


def usage(value: int | None) -> Callable[[Exchange], None]:
    """Gemini's counts gone, or zero."""
    if value is None:
        return answer(lambda body: body.pop("usageMetadata"))
    return answer(lambda body: body.update(usageMetadata={"promptTokenCount": value, "candidatesTokenCount": value}))


def error(code: int, message: str, state: str) -> Callable[[Exchange], None]:
    """Gemini's error body."""
    return failed(code, {"error": {"code": code, "message": message, "status": state}})


def all_files(pattern: str, change: Callable[[Exchange], None]) -> Callable[[Path], None]:
    """The change in every file of that name."""

    def apply(folder: Path) -> None:
        found = sorted(folder.glob(pattern))
        assert found
        for path in found:
            changed(path, change)

    return apply


def raw(edit: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A change of the first plain text's file itself."""

    def apply(folder: Path) -> None:
        path = folder / "GenSync-Seed.yaml"
        before = path.read_bytes()
        path.write_bytes(edit(before))
        assert path.read_bytes() != before

    return apply


def _without_limits(exchange: Exchange) -> None:
    headers = exchange["response"]["headers"]
    for name in [name for name in headers if "ratelimit" in name.lower()]:
        del headers[name]


def _html(exchange: Exchange) -> None:
    exchange["response"]["body"] = "<html><body>Sign in</body></html>"
    exchange["response"]["headers"]["Content-Type"] = ["text/html"]


def _cut_stream(exchange: Exchange) -> None:
    body = exchange["response"]["body"]
    exchange["response"]["body"] = body[: len(body) * 2 // 3]


def _cut_body(exchange: Exchange) -> None:
    exchange["response"]["body"] = exchange["response"]["body"][:-40]


def _no_sources(body: Any) -> None:
    body["output"] = [item for item in body["output"] if item["type"] != "web_search_call"]
    for item in body["output"]:
        for part in item.get("content") or []:
            part["annotations"] = []


# kind: row, mode, file pattern, change, cell, verdict before -> after, reason after
S, U, F, X = "supported", "unsupported", "flaky", "unknown"
BREAKS: dict[str, tuple[str, str, Callable[[Path], None], str, str, str, str]] = {
    "stop: finish reason": (GEMINI, "sync", all_files("GenSync-Stop.yaml", ends("SAFETY")), "stop", S, X, "filtered"),
    "stop: text past it": (GEMINI, "sync", all_files("GenSync-Stop.yaml", says("Canada is vast")), "stop", S, U, "ignored"),
    "max tokens: finish reason": (GEMINI, "sync", all_files("GenSync-MaxTokens.yaml", ends("STOP")), "max_tokens", S, U, "wrong"),
    "max tokens: long text": (GEMINI, "sync", all_files("GenSync-MaxTokens.yaml", says("word " * 400)), "max_tokens", S, U, "ignored"),
    "finish: absent": (
        GEMINI, "sync", all_files("GenSync-Text.yaml", answer(lambda b: b["candidates"][0].pop("finishReason"))), "finish", S, F, "",
    ),
    "finish: cut text said to be whole": (GEMINI, "sync", all_files("GenSync-MaxTokens.yaml", ends("STOP")), "finish", S, F, ""),
    "json: broken": (GEMINI, "sync", all_files("GenSync-JSON.yaml", says('{"is_fruit": tru')), "json", S, U, "malformed"),
    "json: no object": (GEMINI, "sync", all_files("GenSync-JSON.yaml", says('"banana"')), "json", S, U, "malformed"),
    "schema: wrong type": (GEMINI, "sync", all_files("GenSync-JSONSchema.yaml", says('{"is_fruit": "yes"}')), "schema", S, U, "malformed"),
    "schema: field missing": (GEMINI, "sync", all_files("GenSync-JSONSchema.yaml", says("{}")), "schema", S, U, "malformed"),
    "tools: called value": (GEMINI, "sync", all_files("GenSync-Tools-SquareRoot-1.yaml", calls(number=132414)), "tools", S, F, ""),
    "tools: called name": (
        GEMINI, "sync", all_files("GenSync-Tools-SquareRoot-1.yaml", swapped('"square_root"', '"cube_root"')), "tools", S, F, "",
    ),
    "tools: arguments no JSON": (
        CEREBRAS, "sync", all_files("GenSync-Tools-SquareRoot-1.yaml", swapped('{\\"number\\":', "{number:")), "tools", S, F, "",
    ),
    "tools: result not used": (GEMINI, "sync", all_files("GenSync-Tools-SquareRoot-2.yaml", says("About 400.")), "tools", S, F, ""),
    "tools: no call": (
        GEMINI, "sync",
        all_files("GenSync-Tools-SquareRoot-1.yaml", answer(lambda b: b["candidates"][0]["content"].update(parts=[{"text": "363.89"}]))),
        "tools.forced", S, F, "",
    ),
    "tools: choice not sent": (
        GEMINI, "sync", all_files("GenSync-Tools-SquareRoot-1.yaml", question(lambda b: b.pop("toolConfig"))), "tools.forced", S, S, "",
    ),
    "tools: warned that the choice is not heeded": (
        CEREBRAS, "sync",
        all_files("GenSync-Tools-SquareRoot-1.yaml", answer(lambda b: b.update(warnings=[{"message": "only tool_choice auto is supported"}]))),
        "tools.forced", S, F, "",
    ),
    "bias: one order not by the first": (
        GEMINI, "sync", all_files("GenSync-Tools-ToolBias-USA.yaml", calls(country="Canada")), "tools.unbiased", U, F, "",
    ),
    "decisive: both values": (
        GEMINI, "sync",
        all_files(
            "GenSync-Tools-ToolBias-USA.yaml",
            answer(lambda b: b["candidates"][0]["content"]["parts"].append({"functionCall": {"name": "best_country", "args": {"country": "Canada"}}})),
        ),
        "tools.decisive", S, U, "wrong",
    ),
    "seed: rejected": (
        GEMINI, "sync", all_files("GenSync-Seed.yaml", error(400, "seed is not supported by this model", "INVALID_ARGUMENT")), "seed", S, U, "rejected",
    ),
    "seed: 429": (GEMINI, "sync", all_files("GenSync-Seed.yaml", error(429, "Quota exceeded", "RESOURCE_EXHAUSTED")), "seed", S, X, "rate"),
    "seed: 401": (GEMINI, "sync", all_files("GenSync-Seed.yaml", error(401, "API key not valid", "UNAUTHENTICATED")), "seed", S, X, "auth"),
    "seed: 402": (GEMINI, "sync", all_files("GenSync-Seed.yaml", error(402, "Insufficient credit", "X")), "seed", S, X, "billing"),
    "seed: 503": (GEMINI, "sync", all_files("GenSync-Seed.yaml", error(503, "The model is overloaded", "UNAVAILABLE")), "seed", S, X, "server"),
    "seed: 404": (GEMINI, "sync", all_files("GenSync-Seed.yaml", error(404, "model gemini-9 not found", "NOT_FOUND")), "seed", S, X, "model"),
    "seed: not sent": (GEMINI, "sync", all_files("GenSync-Seed.yaml", config("seed")), "seed", S, X, "not_asked"),
    "stop: not sent": (GEMINI, "sync", all_files("GenSync-Stop.yaml", config("stopSequences")), "stop", S, X, "not_asked"),
    "max tokens: not sent": (GEMINI, "sync", all_files("GenSync-MaxTokens.yaml", config("maxOutputTokens")), "max_tokens", S, X, "not_asked"),
    "schema: not sent": (GEMINI, "sync", all_files("GenSync-JSONSchema.yaml", config("responseSchema")), "schema", S, X, "not_asked"),
    "log-probabilities: gone": (
        GEMINI, "sync", all_files("GenSync-TopLogprobs.yaml", answer(lambda b: b["candidates"][0].pop("logprobsResult"))), "logprobs", S, U, "ignored",
    ),
    "log-probabilities: above zero": (
        GEMINI, "sync",
        all_files("GenSync-TopLogprobs.yaml", answer(lambda b: b["candidates"][0]["logprobsResult"]["chosenCandidates"][0].update(logProbability=3))),
        "logprobs", S, U, "malformed",
    ),
    "usage: gone in one": (GEMINI, "sync", all_files("GenSync-Text.yaml", usage(None)), "usage", S, F, ""),
    "usage: zero in one": (GEMINI, "sync", all_files("GenSync-Text.yaml", usage(0)), "usage", S, F, ""),
    "limits: headers gone": (CLAUDE, "sync", all_files("GenSync*.yaml", _without_limits), "limits", S, U, "ignored"),
    "citations: rejection turned into a rate limit": (
        GEMINI, "sync", all_files("GenSync-Citations.yaml", error(429, "Quota exceeded", "RESOURCE_EXHAUSTED")), "cite", U, X, "rate",
    ),
    "web search: no trace": (RESPONSES, "sync", all_files("GenSync-Tools-WebSearch.yaml", answer(_no_sources)), "web_search", S, U, "ignored"),
    "image: another word": (GEMINI, "sync", all_files("GenSyncMultiModal-Image-[jpw]*-Inline.yaml", says("Apple")), "in.image", S, U, "wrong"),
    "image: blind": (
        GEMINI, "sync", all_files("GenSyncMultiModal-Image-[jpw]*-Inline.yaml", says("I cannot see the image. A banana?")), "in.image", S, U, "ignored",
    ),
    "audio: 500": (GEMINI, "sync", all_files("GenSyncMultiModal-Audio-*.yaml", error(500, "Internal error", "INTERNAL")), "in.audio", S, X, "server"),
    "document: empty": (GEMINI, "sync", all_files("GenSyncMultiModal-Document-pdf-Inline.yaml", says("")), "in.document", S, U, "wrong"),
    "picture: none came": (IMAGEN, "sync", all_files("GenDoc-Image.yaml", answer(lambda b: b.pop("predictions"))), "out.image", S, X, "unreadable"),
    "sound: none came": (
        AUDIO, "sync", all_files("GenDoc-Audio.yaml", answer(lambda b: b["choices"][0]["message"].update(audio=None, content="Hi"))),
        "out.audio", S, F, "",
    ),
    "text: empty": (GEMINI, "sync", all_files("GenSync-Text.yaml", says("")), "out.text", S, F, ""),
    "body: cut": (GEMINI, "sync", all_files("GenSync-JSON.yaml", _cut_body), "json", S, X, "unreadable"),
    "body: a web page": (GEMINI, "sync", all_files("GenSync-JSON.yaml", _html), "json", S, X, "unreadable"),
    "stream: cut": (GEMINI, "stream", all_files("GenStream-JSON.yaml", _cut_stream), "json", S, X, ""),
    "stream: an error within": (
        CEREBRAS, "stream", all_files("GenStream-Seed.yaml", swapped("data: {", 'data: {"error":{"message":"overloaded","code":503}}\n\ndata: {', 1)),
        "seed", S, X, "server",
    ),
    "200 with an error inside": (
        CEREBRAS, "sync", all_files("GenSync-Seed.yaml", failed(200, {"error": {"message": "Rate limit exceeded", "code": 429}})), "seed", S, X, "rate",
    ),
    "file: cut": (GEMINI, "sync", raw(lambda data: data[: len(data) // 2]), "seed", S, X, "not_asked"),
    "file: another version": (GEMINI, "sync", raw(lambda data: data.replace(b"version: 2", b"version: 3")), "seed", S, X, "not_asked"),
    "file: not UTF-8": (GEMINI, "sync", raw(lambda data: data.replace(b"modelVersion", b"\xff\xfe")), "seed", S, X, "not_asked"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BREAKS)
def test_what_matters_is_noticed(kind: str, tmp_path: Path) -> None:
    row, mode, change, cell, before, after, reason = BREAKS[kind]
    root = copied(row, tmp_path)
    assert cells(root, stream=mode == "stream")[cell].verdict == before
    change(root / row)
    now = cells(root, stream=mode == "stream")[cell]
    assert now.verdict == after, now
    if reason:
        assert now.reason == reason, now


def test_many_kinds_over_several_rows_are_tried() -> None:
    assert len(BREAKS) >= 25
    assert len({row for row, *_ in BREAKS.values()}) >= 6


def _dated(exchange: Exchange) -> None:
    exchange["response"]["headers"]["Date"] = ["Thu, 28 Aug 2025 00:00:00 GMT"]


def _spaced(exchange: Exchange) -> None:
    exchange["response"]["body"] = json.dumps(json.loads(exchange["response"]["body"]), indent=7)


def _turned(exchange: Exchange) -> None:
    body = json.loads(exchange["response"]["body"])
    exchange["response"]["body"] = json.dumps(dict(reversed(body.items())))


HARMLESS: dict[str, tuple[str, Callable[[Exchange], None]]] = {
    "another date": (GEMINI, _dated),
    "another server": (GEMINI, lambda e: e["response"]["headers"].update(Server=["other"])),
    "another duration": (GEMINI, lambda e: e["response"].update(duration="9s")),
    "another request id in the headers": (
        CLAUDE,
        lambda e: e["response"]["headers"].update({"Request-Id": ["req_other"]}),
    ),
    "another response id": (GEMINI, answer(lambda b: b.update(responseId="other"))),
    "another id of the message": (CLAUDE, answer(lambda b: b.update(id="msg_01HdT7qVb3wKfz9RxNcJ5uYp"))),
    "another time of creation": (TOGETHER, answer(lambda b: b.update(created=1))),
    "another version of the model": (GEMINI, answer(lambda b: b.update(modelVersion="gemini-2.5-flash-002"))),
    "another fingerprint": (CEREBRAS, answer(lambda b: b.update(system_fingerprint="fp_other"))),
    "other white space": (GEMINI, _spaced),
    "another order of fields": (GEMINI, _turned),
    "a field that nobody knows": (MISTRAL, answer(lambda b: b.update(brand_new={"deep": [1, {"er": None}]}))),
    "another status text": (LLAMA, lambda e: e["response"].update(status="200 Fine")),
    "another protocol": (LITE, lambda e: e["response"].update(proto="HTTP/1.0", proto_major=1)),
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_does_not_matter_changes_nothing(kind: str, tmp_path: Path) -> None:
    row, change = HARMLESS[kind]
    root = copied(row, tmp_path)
    before = in_words(cells(root, stream=False))
    for path in (root / row).glob("GenSync*.yaml"):
        try:
            changed(path, change)
        except (ValueError, AssertionError):  # an error's body is no JSON object of that form
            continue
    assert in_words(cells(root, stream=False)) == before
