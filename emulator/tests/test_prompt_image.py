"""The emulator of Pollinations' pictures, on the socket, as its documentation speaks to it: by an address alone."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "prompt_image"
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG"
PICTURE = "https://example.com/image.png"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=("flux", "turbo"), closed=True), (WIRE,)) as running:
        yield running


def get(
    server: Server, path: str = "/image/a%20cat%20in%20space", bearer: str = "test-key", **query: Any
) -> httpx.Response:
    return httpx.get(
        server.url(WIRE) + path, params=query, headers={"authorization": f"Bearer {bearer}"} if bearer else {}
    )


@pytest.mark.parametrize("path", ["/image", "/prompt"])
def test_the_answer_is_the_picture_and_its_headers_tell_of_it(server: Server, path: str) -> None:
    answer = get(server, f"{path}/A%20cat%2C%20in%20space%3F", model="turbo", width=512, height=512)
    headers = answer.headers
    assert (answer.status_code, answer.content[:3], headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert (headers["x-model-used"], headers["x-usage-completion-image-tokens"]) == ("turbo", "1")
    assert (
        headers["content-disposition"] == 'inline; filename="a-cat-in-space.jpeg"'
        and "immutable" in headers["cache-control"]
    )
    assert server.requests[-1].path == f"{path}/A cat, in space?"
    clear = get(server, f"{path}/a%20logo", transparent="true")
    assert (clear.headers["content-type"], clear.content[:4], clear.headers["x-model-used"]) == (
        "image/png",
        PNG,
        "flux",
    )


def test_one_prompt_and_seed_give_one_picture(server: Server) -> None:
    def drawn(**query: Any) -> bytes:
        return get(server, transparent="true", **query).content

    assert drawn(seed=7) == drawn(seed=7) != drawn(seed=8)
    assert drawn() == drawn() == drawn(seed=42) == drawn(seed="x") == drawn(seed=2**40)
    assert len({drawn(seed=-1) for _ in range(3)}) > 1
    server.switchboard.set("seed", IGNORES)
    assert len({drawn(seed=7) for _ in range(3)}) > 1


def test_given_pictures_are_edited(server: Server) -> None:
    kept = (ASSETS / "image.png").read_bytes()
    assert (
        get(server, image=PICTURE).content
        == get(server, image=f"{PICTURE}|https://example.com/other.png").content
        == kept
    )
    assert get(server, image=f"{PICTURE},https://example.com/other.png").content == kept


def test_keys_come_in_a_header_or_in_the_address_and_the_older_host_asks_for_none(server: Server) -> None:
    refused = get(server, bearer="")
    assert (refused.status_code, refused.json()["error"]["code"], refused.json()["success"]) == (
        401,
        "UNAUTHORIZED",
        False,
    )
    assert get(server, bearer="wrong").status_code == 401
    assert get(server, "/image/x", bearer="", key="test-key").status_code == 200
    assert get(server, "/prompt/x", bearer="").headers["x-auth-status"] == "unauthenticated"


def test_models_are_listed_for_anybody(server: Server) -> None:
    assert get(server, "/models", bearer="").json() == ["flux", "turbo"]
    assert [model["name"] for model in get(server, "/image/models", bearer="").json()] == ["flux", "turbo"]


@pytest.mark.parametrize(
    ("path", "query", "status", "told"),
    [
        ("/image/x", {"model": "other"}, 400, 'Invalid model or alias: "other". Must be a valid model name or alias.'),
        ("/image/x", {"aspectRatio": "2:1"}, 400, 'Invalid parameters: Invalid option: expected one of "16:9"'),
        ("/image/x", {"duration": "long"}, 400, "Invalid parameters: Invalid input: expected number, received NaN"),
        ("/picture/x", {}, 404, "Oh no, there's nothing here."),
        ("/prompt/x", {"model": "other"}, 500, 'Invalid model or alias: "other". Must be a valid model name or alias.'),
    ],
)
def test_what_is_wrong_is_said_as_json(server: Server, path: str, query: Any, status: int, told: str) -> None:
    answer = get(server, path, **query)
    legacy = path.startswith("/prompt")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert answer.json()["status" if not legacy else "error"] == (status if not legacy else "Internal Server Error")
    assert (answer.json()["message"] if legacy else answer.json()["error"]["message"]).startswith(told)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (FaultKind.RATE, 429, "RATE_LIMITED"),
        (FaultKind.OUT_OF_CREDIT, 402, "PAYMENT_REQUIRED"),
        (FaultKind.EXPIRED_KEY, 401, "UNAUTHORIZED"),
        (FaultKind.MODEL_GONE, 400, "BAD_REQUEST"),
        (FaultKind.SERVER_ERROR, 500, "INTERNAL_ERROR"),
        (FaultKind.UNAVAILABLE, 503, "SERVICE_UNAVAILABLE"),
        (FaultKind.OVERLOADED, 502, "BAD_GATEWAY"),
    ],
)
def test_each_failure_has_its_status_and_code(server: Server, kind: FaultKind, status: int, code: str) -> None:
    server.switchboard.lay(Fault(kind))
    answer = get(server)
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]["code"]) == (status, status, code)


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
# For each capability: what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: dict[str, tuple[dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = {
    # A wrong picture is an empty one, as that of a model which draws none.
    "out.image": ({"seed": 1}, lambda r: r.content, (WORKS, REJECTS, IGNORES, MALFORMED)),
    "in.image": ({"image": PICTURE}, lambda r: r.content, (WORKS, REJECTS, IGNORES)),
    "usage": ({}, lambda r: r.headers.get("x-usage-completion-image-tokens"), (WORKS, IGNORES, MALFORMED, WRONG)),
}


@pytest.mark.parametrize("capability", CASES)
@pytest.mark.parametrize("path", ["/image/x", "/prompt/x"])
def test_each_behaviour_differs_on_the_wire(server: Server, capability: str, path: str) -> None:
    query, told, behaviours = CASES[capability]
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = get(server, path, **query)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json() if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen
