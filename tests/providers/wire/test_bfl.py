"""Black Forest Labs: an order, polls until the picture is ready, and what may go wrong on the way."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import Ask, Limit, Media, Reply
from providers.wire import bfl
from tests.support.driving import BASE, body_of, request_of
from tests.support.mutating import VALUES, changed, places, survives

DRAW = Ask.text("A doodle.", outputs=("image",))
POLL = "https://api.eu4.bfl.test/v1/get_result?id=1"
ORDER = {"id": "1", "polling_url": POLL, "cost": 2.5, "input_mp": None, "output_mp": None}
WAITING = {"id": "1", "status": "Pending", "result": None, "progress": 0.5, "details": None, "preview": None}
SAMPLE = "https://delivery.bfl.test/results/sample.jpeg?sig=x%3D"
RESULT = {"sample": SAMPLE, "prompt": "A doodle.", "seed": 42, "start_time": 1.5, "end_time": 2.5, "duration": 1.0}
READY = {**WAITING, "status": "Ready", "result": RESULT, "progress": None}


def played(*bodies: Any, status: int = 200, headers: dict[str, str] | None = None) -> tuple[list[Request], Reply]:
    """The requests of a whole order, and its reply; the last answer has the status."""
    driver = bfl.ask(DRAW, "flux-dev", BASE)
    asked = [next(driver)]
    try:
        for number, body in enumerate(bodies, 1):
            data = body if isinstance(body, bytes) else msgspec.json.encode(body)
            asked.append(driver.send(Response(status if number == len(bodies) else 200, headers or {}, data)))
    except StopIteration as done:
        return asked, done.value
    return asked, Reply(cut="the driver asks on")


@pytest.mark.parametrize(
    "ask",
    [DRAW, Ask.text("x", outputs=("image",), seed=42), Ask.text("x", Media("image", "image/png", b"\x89PNG"), outputs=("image",)),
     Ask.text("x", Media("image", "image/png", url="https://x.test/a.png"), Media("image", "image/*", b"2"), outputs=("image",))],
)  # fmt: skip
def test_what_was_ordered_is_read_back(ask: Ask) -> None:
    request = request_of(bfl, ask, "flux-dev")
    assert bfl.matches(request)
    assert bfl.read(request) == ("flux-dev", ask)


def test_a_picture_to_begin_with_goes_as_plain_base64() -> None:
    body = body_of(bfl, Ask.text("x", Media("image", "image/png", b"\x89PNG"), outputs=("image",)))
    assert body == {"prompt": "x", "input_image": "iVBORw=="}


def test_text_is_not_to_be_had() -> None:
    with pytest.raises(NotExpressible, match="text"):
        request_of(bfl, Ask.text("Say hello."))


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "https://api.bfl.ai/v1/flux-dev", b'{"prompt": "x"}'),
        ("POST", "https://api.test/v1/completions", b'{"model": "m", "prompt": "x"}'),
        ("POST", "https://api.test/v1/chat/completions", b'{"messages": []}'),
        ("POST", "https://api.bfl.ai/v1/flux-dev", b"no json"),
        ("POST", "https://api.test/v1/images/generations", b'{"prompt": "x", "model": "m"}'),
        ("POST", "https://api.bfl.ai/v1/flux-dev", b"[]"),
    ],
)
def test_other_requests_are_no_orders(method: str, url: str, body: bytes) -> None:
    request = Request(method, url, body)
    assert not bfl.matches(request)
    with pytest.raises(Misfit):
        bfl.read(request)


def test_it_polls_the_address_of_the_order_until_the_picture_is_ready() -> None:
    asked, reply = played(
        ORDER,
        WAITING,
        WAITING,
        READY,
        headers={"x-ratelimit-limit": "1200", "x-ratelimit-remaining": "1199", "retry-after": "2"},
    )
    assert [request.url for request in asked] == [f"{BASE}/flux-dev", POLL, POLL, POLL]
    assert [request.after for request in asked] == [0.0, 1.0, 2.0, 2.0]
    assert reply.media == (Media("image", "image/jpeg", url=SAMPLE),)
    assert (reply.limits, reply.unknown, reply.error) == ((Limit("", 1200, 1199),), (), None)


@pytest.mark.parametrize(
    ("told", "wait"), [("0", 0.5), ("", 1.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0), ("3600", 10.0)]
)
def test_the_wait_between_polls_is_never_none_and_never_long(told: str, wait: float) -> None:
    asked, _ = played(ORDER, WAITING, headers={"retry-after": told})
    assert asked[-1].after == wait


@pytest.mark.parametrize("status", ["Request Moderated", "Content Moderated"])
def test_a_refused_prompt_shows_nothing_of_the_model(status: str) -> None:
    _, reply = played(ORDER, {**WAITING, "status": status, "details": {"Moderation Reasons": ["Safety Filter"]}})
    assert reply.error
    assert (reply.finish, reply.media) == ("content_filter", ())
    assert "Safety Filter" in reply.error.message


@pytest.mark.parametrize(("status", "code"), [("Error", 500), ("Failed", 500), ("Task not found", 404)])
def test_a_failed_order_is_an_error(status: str, code: int) -> None:
    _, reply = played(ORDER, {**WAITING, "status": status})
    assert reply.error and (reply.error.status, status in reply.error.message) == (code, True)


def test_an_error_to_the_order_and_to_a_poll_is_read() -> None:
    detail = {"detail": [{"type": "missing", "loc": ["body", "prompt"], "msg": "Field required"}]}
    for bodies in ((detail,), (ORDER, detail)):
        _, reply = played(*bodies, status=422)
        assert reply.error and "Field required" in reply.error.message
    _, reply = played({"detail": "Not authenticated"}, status=403)
    assert reply.error and reply.error.kind == "auth"


def test_a_stage_that_is_not_known_is_waited_for() -> None:
    asked, reply = played(ORDER, {**WAITING, "status": "Reticulating"}, READY)
    assert (len(asked), bool(reply.media)) == (3, True)


def test_an_order_that_is_never_done_is_cut() -> None:
    _, reply = played(ORDER, *[WAITING] * 300)
    assert "Pending" in reply.cut


def test_unknown_things_are_listed() -> None:
    _, reply = played({**ORDER, "mood": 1}, {**READY, "weather": "sunny", "result": {**RESULT, "depth": 3}})
    assert reply.unknown == ("mood", "result.depth", "weather")


@pytest.mark.parametrize(
    "bodies",
    [
        (b"no json",),
        ([],),
        ({"id": "1"},),
        ({"polling_url": "file:///etc/passwd"},),
        ({"polling_url": 7},),
        (ORDER, b""),
        (ORDER, {"status": 7}),
        (ORDER, {**READY, "result": "x"}),
        (ORDER, {**READY, "result": {"sample": 7}}),
    ],
)
def test_what_is_no_answer_is_a_bad_reply(bodies: tuple[Any, ...]) -> None:
    with pytest.raises(BadReply):
        played(*bodies)


@given(st.sampled_from(places([ORDER, READY])[1:]), st.sampled_from(places(body_of(bfl, DRAW))), VALUES)
def test_whatever_stands_in_a_field_raises_nothing_but_our_own_errors(path: Any, asked: Any, value: Any) -> None:
    assert survives(lambda: played(*changed([ORDER, READY], path, value)))
    request = Request("POST", f"{BASE}/flux-dev", msgspec.json.encode(changed(body_of(bfl, DRAW), asked, value)))
    assert survives(lambda: bfl.read(request))


def test_the_models_are_the_paths_that_take_an_order() -> None:
    driver = bfl.models("https://api.bfl.ai/v1")
    assert next(driver).url == "https://api.bfl.ai/openapi.json"
    paths: dict[str, Any] = {
        "/v1/flux-dev": {"post": {}},
        "/v1/flux-2-pro": {"post": {}},
        "/v1/get_result": {"get": {}},
        "/v1/delete_finetune": {"post": {}},
    }
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, msgspec.json.encode({"paths": paths})))
    assert done.value.value == ["flux-2-pro", "flux-dev"]
