"""Pictures by a GET whose path is the prompt."""

from __future__ import annotations

from typing import Any

import pytest

from providers.base import BadReply, Misfit, Request
from providers.chat import Ask, Error, Media
from providers.pollinations import provider as pollinations
from providers.wire import prompt_image
from tests.support.driving import reply_to, request_of

ASK = Ask.text("a red circle", outputs=("image",))


GET: Any = {"content_type": "image/jpeg"}
JPEG = b"\xff\xd8\xff\xe0abc"


@pytest.mark.parametrize(
    "ask",
    [
        ASK,
        Ask.text("50% of a/b?", outputs=("image",), seed=7),
        Ask.text("x", Media("image", "image/png", url="https://x.test/a.png"), outputs=("image",)),
    ],
)
def test_reading_a_prompt_in_a_path_gives_back_the_question(ask: Ask) -> None:
    request = request_of(prompt_image, ask, "flux")
    assert prompt_image.read(request) == ("flux", ask)
    assert (request.method, request.body) == ("GET", b"")


def test_the_older_host_is_read_as_well() -> None:
    request = Request("GET", "https://image.pollinations.ai/prompt/a%20cat?width=256&seed=1")
    assert prompt_image.read(request) == ("flux", Ask.text("a cat", seed=1, outputs=("image",)))


def test_a_provider_says_where_pictures_are_drawn() -> None:
    assert (
        request_of(prompt_image, ASK, "flux", pollinations.quirks).url
        == "https://gen.pollinations.ai/image/a%20red%20circle?model=flux"
    )
    assert pollinations.wire_for("flux") is prompt_image


def test_the_body_is_the_picture() -> None:
    assert reply_to(prompt_image, ASK, JPEG, **GET).media == (Media("image", "image/jpeg", JPEG),)


def test_an_error_instead_of_the_picture_is_an_error() -> None:
    body = {"error": "Internal Server Error", "message": "no model x found", "status": 500}
    assert reply_to(prompt_image, ASK, body, status=500).error == Error(500, "no model x found", "server", code="500")
    assert reply_to(prompt_image, ASK, {"error": "Bad prompt", "status": 400}).error == Error(400, "Bad prompt")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": 1}', b"hello"])
def test_what_is_no_picture_at_all_is_a_bad_reply(body: bytes) -> None:
    with pytest.raises(BadReply):
        reply_to(prompt_image, ASK, body, content_type="text/plain")


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "https://x.test/prompt/a"),
        ("GET", "https://x.test/models"),
        ("GET", "https://x.test/prompt/"),
        ("GET", "https://x.test/image/jpeg"),
    ],
)
def test_other_requests_draw_nothing(method: str, url: str) -> None:
    assert not prompt_image.matches(Request(method, url))
    with pytest.raises(Misfit):
        prompt_image.read(Request(method, url))
