"""The emulator of OpenAI's images and speech, checked by OpenAI's own SDK."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import openai
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve

WIRE = "openai_images"
PNG = b"\x89PNG"
DRAW: Any = {"model": "emulated", "prompt": "A cat."}
SPEAK: Any = {"model": "emulated", "input": "Say hello.", "voice": "alloy"}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(), (WIRE,)) as running:
        yield running


@pytest.fixture
def sdk(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.url(WIRE), api_key="test-key", max_retries=0, timeout=10) as client:
        yield client


def test_the_sdk_reads_pictures(sdk: openai.OpenAI) -> None:
    answer = sdk.images.generate(**DRAW, n=2, size="1024x1024")
    assert [base64.b64decode(one.b64_json or "")[:4] for one in answer.data or ()] == [PNG, PNG]
    assert answer.usage and answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens > 0
    with pytest.raises(openai.BadRequestError, match="response_format"):
        sdk.images.generate(**DRAW, response_format="b64_json")


def test_the_sdk_reads_the_address_of_an_older_models_picture(sdk: openai.OpenAI) -> None:
    old: Any = DRAW | {"model": "emulated-dall-e"}
    linked = next(iter(sdk.images.generate(**old).data or []))
    assert httpx.get(str(linked.url)).content[:4] == PNG
    inline = next(iter(sdk.images.generate(**old, response_format="b64_json").data or []))
    assert base64.b64decode(inline.b64_json or "")[:4] == PNG


def test_the_sdk_reads_a_stream_of_views(sdk: openai.OpenAI) -> None:
    *partial, done = sdk.images.generate(**DRAW, stream=True, partial_images=2)
    assert [one.type for one in partial] == ["image_generation.partial_image"] * 2
    assert (
        done.type == "image_generation.completed"
        and base64.b64decode(done.b64_json)[:4] == PNG
        and done.usage.total_tokens > 0
    )


@pytest.mark.parametrize(
    ("form", "magic"),
    [
        ("mp3", (b"ID3", b"\xff\xfb")),
        ("wav", (b"RIFF",)),
        ("flac", (b"fLaC",)),
        ("opus", (b"OggS",)),
        ("aac", (b"\xff\xf1",)),
    ],
)
def test_the_sdk_reads_speech(sdk: openai.OpenAI, form: Any, magic: tuple[bytes, ...]) -> None:
    assert sdk.audio.speech.create(**SPEAK, response_format=form).read().startswith(magic)


def test_speech_comes_as_events_too(server: Server) -> None:
    answer = httpx.post(
        f"{server.url(WIRE)}/audio/speech",
        json=SPEAK | {"stream_format": "sse"},
        headers={"authorization": "Bearer test-key"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: speech.audio.delta") > 1 and answer.text.count("event: speech.audio.done") == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.RATE, openai.RateLimitError),
        (FaultKind.EXPIRED_KEY, openai.AuthenticationError),
        (FaultKind.MODEL_GONE, openai.NotFoundError),
        (FaultKind.SERVER_ERROR, openai.InternalServerError),
    ],
)
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, sdk: openai.OpenAI, kind: FaultKind, error: type[Exception]
) -> None:
    server.switchboard.lay(Fault(kind))
    with pytest.raises(error):
        sdk.images.generate(**DRAW)
    with pytest.raises(error):
        sdk.audio.speech.create(**SPEAK)


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
CASES: dict[str, tuple[str, dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.image": ("/images/generations", DRAW, lambda r: r.json()["data"], ALL),
    "out.audio": ("/audio/speech", SPEAK, lambda r: r.content[:4], (WORKS, REJECTS, IGNORES, MALFORMED)),
    "usage": ("/images/generations", DRAW, lambda r: r.json().get("usage"), PASSIVE),
    "limits": ("/images/generations", DRAW, lambda r: r.headers.get("x-ratelimit-limit-requests"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    path, body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = httpx.post(server.url(WIRE) + path, json=body, headers={"authorization": "Bearer test-key"})
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["error"]["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen
