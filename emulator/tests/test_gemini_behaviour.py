"""How each behaviour of Gemini's emulator shows on the socket."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from google.genai import errors

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Server, Switchboard, serve
from emulator.tests.test_gemini import (
    FORCED,
    FRUIT,
    LONG,
    MIMES,
    MODELS,
    ROOT,
    THINKING,
    TOOL,
    WIRE,
    _asks,
    _asset,
    _first,
    _media,
    _raw,
    _said,
    ask,
    client,
    text,
)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=MODELS, closed=True), (WIRE,)) as running:
        yield running


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "in.text": ({}, _said, ALL),
    "out.text": ({}, _said, ALL),
    **{f"in.{_asset(mime).partition('.')[0]}": (_media(mime), _said, ALL) for mime in MIMES},
    "out.image": (_asks("A cat.", responseModalities=["TEXT", "IMAGE"]), _said, ALL),
    "out.audio": (_asks("Say hello.", responseModalities=["AUDIO"]), _said, ALL),
    "json": (_asks("Is a banana a fruit? Give is_fruit.", responseMimeType="application/json"), _said, ALL),
    "schema": (_asks("Is a banana a fruit?", **FRUIT), _said, ALL),
    "tools": ({"tools": [TOOL]}, _said, ALL),
    "tools.forced": (
        {"tools": [TOOL], "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
        _said,
        (WORKS, REJECTS, IGNORES, MALFORMED),
    ),
    "tools.named": ({"tools": [TOOL], "toolConfig": FORCED}, _said, (WORKS, REJECTS, IGNORES)),
    "seed": (_asks("Write one random word.", seed=7), _said, (WORKS, REJECTS, IGNORES)),
    "stop": (_asks("Count from 1 to 20.", stopSequences=["9"]), _said, ALL),
    "max_tokens": (
        _asks(LONG, maxOutputTokens=16),
        lambda r: (_first(r, "finishReason"), r.json()["usageMetadata"]),
        ALL,
    ),
    "logprobs": (_asks(ROOT, responseLogprobs=True, logprobs=1), lambda r: _first(r, "logprobsResult"), ALL),
    "web_search": ({"tools": [{"googleSearch": {}}]}, lambda r: _first(r, "groundingMetadata"), ALL),
    "thinking": (_asks(ROOT, thinkingConfig=THINKING), _said, (WORKS, REJECTS, IGNORES)),
    "usage": ({}, lambda r: r.json().get("usageMetadata"), PASSIVE),
    "finish": ({}, lambda r: _first(r, "finishReason"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = _raw(server, **body)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["error"]["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen


def _batched(server: Server) -> str:
    """What became of a batch: its state, the key of its row, or that the row is broken."""
    row: Any = {"contents": "Say hello.", "metadata": {"key": "a"}}
    with client(server) as sdk:
        try:
            job = sdk.batches.create(model="emulated", src=[row])
            for _ in range(3):
                job = sdk.batches.get(name=job.name or "")
            rows = (job.dest and job.dest.inlined_responses) or []
        except errors.ClientError:
            return "refused"
        if rows and not (rows[0].response and rows[0].response.candidates):
            return "broken"
        return str(rows[0].metadata and rows[0].metadata["key"]) if rows else str(job.state and job.state.value)


def _uploaded(server: Server) -> str:
    """What became of an upload: the words that the model reads in it, or what failed."""
    with client(server) as sdk:
        try:
            kept = sdk.files.upload(file=io.BytesIO(b"The tower is yellow."), config={"mime_type": "text/plain"})
            return text(ask(server, ["The tower?", kept])) if kept.name else "no name"
        except (KeyError, errors.ClientError) as error:
            return "not ready" if "ACTIVE" in str(error) else "no files at all"


def test_batches_and_files_behave(server: Server) -> None:
    batches = [_batched(server) if server.switchboard.clear().set("batch", act) else "" for act in ALL]
    assert batches == ["a", "refused", "JOB_STATE_RUNNING", "broken", "another"]
    files = [_uploaded(server) if server.switchboard.clear().set("file", act) else "" for act in ALL]
    assert files == ["The tower is yellow.", "no files at all", "not ready", "no name", "I do not see any file."]


def test_limits_are_told_in_the_body_only() -> None:
    with serve(Switchboard(models=MODELS), (WIRE,), per_minute=1) as paced:
        answers = [_raw(paced) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 429]
    assert not [name for one in answers for name in one.headers if "ratelimit" in name or name == "retry-after"]
    assert [one["@type"].rpartition(".")[2] for one in answers[1].json()["error"]["details"]] == [
        "Help",
        "QuotaFailure",
        "RetryInfo",
    ]
