"""The emulator of Imagen on the Gemini API, asked on the socket: no SDK asks it there any more."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Fault, FaultKind, Server, Switchboard, serve

WIRE = "imagen"
KEY = {"x-goog-api-key": "test-key"}
CAT: Any = [{"prompt": "A cat."}]


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("emulated",), closed=True), (WIRE,)) as running:
        yield running


def ask(
    server: Server, model: str = "emulated", instances: Any = CAT, headers: Any = KEY, **parameters: Any
) -> httpx.Response:
    body = {"instances": instances} | ({"parameters": parameters} if parameters else {})
    return httpx.post(f"{server.url(WIRE)}/models/{model}:predict", json=body, headers=headers)


def test_pictures_come_inline(server: Server) -> None:
    drawn = ask(server, sampleCount=2, aspectRatio="16:9", personGeneration="allow_adult").json()["predictions"]
    assert [(one["mimeType"], base64.b64decode(one["bytesBase64Encoded"])[:4]) for one in drawn] == [
        ("image/png", b"\x89PNG")
    ] * 2
    assert len(ask(server, instances=CAT[0]).json()["predictions"]) == 4
    models = httpx.get(f"{server.url(WIRE)}/models", headers=KEY).json()["models"]
    assert [(one["name"], one["supportedGenerationMethods"]) for one in models] == [("models/emulated", ["predict"])]


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"seed": 7}, 400, "`seed` isn't supported by this model."),
        ({"aspectRatio": "3:2"}, 400, "3:2 for aspectRatio is currently not supported."),
        ({"sampleCount": 5}, 400, "5 for sampleCount"),
        ({"instances": []}, 400, "exactly one instance"),
        ({"instances": [{"prompt": ""}]}, 400, "must not be empty"),
        ({"instances": [{"prompt": "A cat.", "image": {}}]}, 400, "`image` isn't supported"),
        (
            {"model": "another"},
            404,
            "models/another is not found for API version v1beta, or is not supported for predict.",
        ),
        ({"headers": {"x-goog-api-key": "wrong"}}, 400, "API key not valid."),
        ({"headers": {}}, 403, "unregistered callers"),
    ],
)
def test_what_the_api_does_not_take_is_refused_in_its_words(server: Server, more: Any, status: int, told: str) -> None:
    answer = ask(server, **more)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, status) and told in answer.json()["error"][
        "message"
    ]


@pytest.mark.parametrize(
    ("kind", "status", "name"),
    [
        (FaultKind.RATE, 429, "RESOURCE_EXHAUSTED"),
        (FaultKind.MODEL_GONE, 404, "NOT_FOUND"),
        (FaultKind.SERVER_ERROR, 500, "INTERNAL"),
        (FaultKind.OVERLOADED, 503, "UNAVAILABLE"),
    ],
)
def test_failures_are_the_apis_own(server: Server, kind: FaultKind, status: int, name: str) -> None:
    server.switchboard.lay(Fault(kind))
    answer = ask(server)
    assert (answer.status_code, answer.json()["error"]["status"]) == (status, name)


def test_each_behaviour_differs_on_the_wire(server: Server) -> None:
    seen = []
    for behaviour in (WORKS, REJECTS, IGNORES, MALFORMED, WRONG):
        server.switchboard.clear().set("out.image", behaviour)
        answer = ask(server)
        assert (answer.status_code == 404) == (behaviour == REJECTS), answer.text
        seen.append(answer.text)
    assert len(set(seen)) == len(seen)
    assert seen[2].strip() == "{}"
    server.switchboard.clear().set("out.image", IGNORES)
    assert "raiFilteredReason" in ask(server, includeRaiReason=True).json()["predictions"][0]
