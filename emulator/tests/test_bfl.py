"""The emulator of FLUX, on the socket, as Black Forest Labs' documentation speaks to it: submit, poll, fetch."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "bfl"
KEY = {"x-key": "test-key"}
CAT: Any = {"prompt": "A cat on its back legs.", "width": 1024, "height": 768}
PICTURE = (ASSETS / "image.png").read_bytes()
GIVEN: Any = CAT | {"input_image": base64.b64encode(PICTURE).decode()}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True), (WIRE,)) as running:
        yield running


def submit(server: Server, body: Any = CAT, model: str = "emulated", headers: Any = KEY) -> httpx.Response:
    return httpx.post(f"{server.url(WIRE)}/{model}", json=body, headers=headers)


def states(server: Server, body: Any = CAT) -> list[Any]:
    """What is told at each look, up to the one after the end."""
    task = submit(server, body).json()
    looks = [httpx.get(task["polling_url"], headers=KEY).json() for _ in range(3)]
    assert all(look["id"] == task["id"] for look in looks)
    return looks


def picture(server: Server, body: Any = CAT) -> bytes:
    """The picture at its address, which takes no key."""
    result = states(server, body)[-1]["result"]
    return httpx.get(result["sample"]).content if "sample" in result else b""


def test_a_task_is_pending_and_then_ready_and_its_picture_is_fetched(server: Server) -> None:
    pending, ready, again = states(server, CAT | {"seed": 7})
    assert (pending["status"], pending["result"], ready["status"]) == ("Pending", None, "Ready")
    assert ready["result"] == again["result"] and (ready["result"]["seed"], ready["result"]["prompt"]) == (
        7,
        CAT["prompt"],
    )
    fetched = httpx.get(ready["result"]["sample"])
    assert (fetched.headers["content-type"], fetched.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert httpx.get(ready["result"]["sample"].partition("?")[0]).status_code == 404
    task = submit(server).json()
    by_id = httpx.get(f"{server.url(WIRE)}/get_result", params={"id": task["id"]}, headers=KEY).json()
    assert (by_id["status"], task["output_mp"]) == ("Pending", 1.0)
    assert httpx.get(f"{server.url(WIRE)}/credits", headers=KEY).json()["credits"] > 0


@pytest.mark.parametrize(
    ("form", "magic"), [(None, b"\xff\xd8\xff"), ("jpeg", b"\xff\xd8\xff"), ("png", b"\x89PNG"), ("webp", b"RIFF")]
)
def test_the_picture_has_the_asked_format(server: Server, form: str | None, magic: bytes) -> None:
    assert picture(server, CAT | {"output_format": form}).startswith(magic)


def test_a_seed_repeats_the_picture_only_where_it_is_heeded(server: Server) -> None:
    seeded = CAT | {"seed": 42, "output_format": "png"}
    assert picture(server, seeded) == picture(server, seeded) != picture(server, seeded | {"seed": 43})
    assert len({picture(server, CAT | {"output_format": "png"}) for _ in range(3)}) > 1
    server.switchboard.set("seed", IGNORES)
    assert len({picture(server, seeded) for _ in range(3)}) > 1


def test_given_pictures_come_inline_or_by_address(server: Server) -> None:
    assert picture(server, GIVEN) == PICTURE
    assert picture(server, CAT | {"input_image": f"data:image/png;base64,{GIVEN['input_image']}"}) == PICTURE
    assert picture(server, CAT | {"input_image": "https://example.com/assets/image.gif?a=b"}).startswith(b"GIF8")
    assert submit(server, GIVEN | {"input_image_2": GIVEN["input_image"]}).json()["input_mp"] == 2.0


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (CAT | {"prompt": "A gunfight."}, "Request Moderated"),
        (CAT | {"prompt": "Bloodshed."}, "Content Moderated"),
        (CAT | {"input_image": "no picture"}, "Error"),
    ],
)
def test_a_task_that_fails_says_how(server: Server, body: Any, state: str) -> None:
    pending, failed, _ = states(server, body)
    assert (pending["status"], failed["status"], failed["result"]) == ("Pending", state, None) and failed["details"]


def test_an_unknown_task_model_and_key(server: Server) -> None:
    lost = httpx.get(f"{server.url(WIRE)}/get_result", params={"id": "x"}, headers=KEY)
    assert (lost.status_code, lost.json()["status"], lost.json()["result"]) == (200, "Task not found", None)
    assert httpx.get(f"{server.url(WIRE)}/get_result", headers=KEY).json()["detail"][0]["loc"] == ["query", "id"]
    assert (submit(server, model="other").status_code, submit(server, model="other").json()) == (
        404,
        {"detail": "Not Found"},
    )
    assert submit(server, headers={"authorization": "Bearer test-key"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "kind", "loc"),
    [
        ({}, "missing", ["body", "prompt"]),
        ({"prompt": 7}, "string_type", ["body", "prompt"]),
        (CAT | {"seed": "7"}, "int_type", ["body", "seed"]),
        (CAT | {"width": 16}, "greater_than_equal", ["body", "width"]),
        (CAT | {"safety_tolerance": 9}, "less_than_equal", ["body", "safety_tolerance"]),
        (CAT | {"output_format": "gif"}, "enum", ["body", "output_format"]),
        (CAT | {"width": 4096, "height": 4096}, "value_error", ["body"]),
        (CAT | {"input_image": 7}, "string_type", ["body", "input_image"]),
    ],
)
def test_what_does_not_fit_is_named(server: Server, body: Any, kind: str, loc: Any) -> None:
    answer = submit(server, body)
    assert (answer.status_code, answer.json()["detail"][0]["type"], answer.json()["detail"][0]["loc"]) == (
        422,
        kind,
        loc,
    )


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (FaultKind.RATE, 429, "rate_limit_exceeded"),
        (FaultKind.OUT_OF_CREDIT, 402, "Insufficient credits"),
        (FaultKind.EXPIRED_KEY, 403, "Not authenticated"),
        (FaultKind.MODEL_GONE, 404, "Not Found"),
        (FaultKind.SERVER_ERROR, 500, "Internal Server Error"),
        (FaultKind.UNAVAILABLE, 503, "Service Unavailable"),
    ],
)
def test_each_failure_has_its_status_and_words(server: Server, kind: FaultKind, status: int, told: str) -> None:
    server.switchboard.lay(Fault(kind, retry_after=3))
    answer = submit(server)
    assert answer.status_code == status and told in answer.text
    assert (answer.headers.get("retry-after"), answer.json().get("retry_after")) == (
        ("3", 3) if status == 429 else (None, None)
    )


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
# For each capability: what asks for it, what of the answer to it or of the picture tells the behaviours apart, and which there are.
CASES: dict[str, tuple[Any, Callable[[Server, httpx.Response], Any], tuple[Behaviour, ...]]] = {
    "out.image": (
        CAT | {"seed": 1},
        lambda server, _: (picture(server, CAT | {"seed": 1}), states(server)[-1]["result"].keys()),
        ALL,
    ),
    "in.image": (GIVEN, lambda server, _: picture(server, GIVEN), (WORKS, REJECTS, IGNORES, MALFORMED)),
    "seed": (
        CAT | {"seed": 1},
        lambda server, _: states(server, CAT | {"seed": 1})[-1]["result"]["seed"],
        (WORKS, REJECTS, IGNORES),
    ),
    "usage": (CAT, lambda _, answer: answer.json().get("cost"), PASSIVE),
    "limits": (CAT, lambda _, answer: answer.headers.get("x-ratelimit-remaining"), PASSIVE),
}


@pytest.mark.parametrize("capability", CASES)
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str) -> None:
    body, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = submit(server, body)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["detail"] if behaviour == REJECTS else told(server, answer))
    assert len(set(seen.values())) == len(behaviours), seen
