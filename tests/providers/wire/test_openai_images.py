"""Image generation, by a POST and by a GET whose path is the prompt."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import openai as sdk
import pytest

from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import Ask, Error, Media, Usage
from providers.pollinations import provider as pollinations
from providers.wire import openai_images, prompt_image
from tests.support.driving import BASE, body_of, reply_to, request_of
from tests.support.loopback import Canned, serving

ASK = Ask.text("a red circle", outputs=("image",))
PNG = b"\x89PNG\r\n"
DRAWN = {
    "created": 1, "background": "opaque", "output_format": "png", "quality": "high", "size": "1024x1024",
    "data": [{"b64_json": base64.b64encode(PNG).decode(), "revised_prompt": "a red circle, indeed"}],
    "usage": {"input_tokens": 3, "output_tokens": 100, "total_tokens": 103, "input_tokens_details": {"text_tokens": 3, "image_tokens": 0}},
}  # fmt: skip


def test_reading_a_request_gives_back_the_question() -> None:
    assert openai_images.read(request_of(openai_images, ASK, "gpt-image-1")) == ("gpt-image-1", ASK)


def test_what_the_wire_has_no_field_for_is_not_sent() -> None:
    with pytest.raises(NotExpressible, match="max_tokens, text"):
        request_of(openai_images, Ask.text("x", max_tokens=16))


def test_a_picture_comes_with_its_type_and_its_cost() -> None:
    reply = reply_to(openai_images, ASK, DRAWN)
    assert (reply.media, reply.usage, reply.unknown) == ((Media("image", "image/png", PNG),), Usage(3, 100), ())


@pytest.mark.parametrize(
    ("shown", "media"),
    [
        ({"url": "https://x.test/a.webp"}, Media("image", "image/webp", url="https://x.test/a.webp")),
        (
            {"index": 0, "timings": {"inference": 1}, "url": "https://x.test/imgproxy/abc"},
            Media("image", "image/*", url="https://x.test/imgproxy/abc"),
        ),
        ({"b64_json": "/9j/AA=="}, Media("image", "image/jpeg", b"\xff\xd8\xff\x00")),
        ({"b64_json": "AAECAw==", "url": None}, Media("image", "image/webp", b"\x00\x01\x02\x03")),
    ],
)
def test_a_picture_is_read_in_every_form(shown: dict[str, Any], media: Media) -> None:
    reply = reply_to(openai_images, ASK, {"id": "o", "model": "flux", "object": "list", "output_format": "webp", "data": [shown]})
    assert (reply.media, reply.unknown) == ((media,), ())


def test_unknown_things_are_listed_and_break_nothing() -> None:
    assert reply_to(openai_images, ASK, {"data": [{"smell": 1}], "mood": 2}).unknown == ("data[].smell", "mood")


@pytest.mark.parametrize("status", [400, 200])
def test_an_error_is_read_from_a_status_and_from_a_200(status: int) -> None:
    body = {
        "error": {
            "message": "The model 'x' does not exist.",
            "type": "image_generation_user_error",
            "param": "model",
            "code": "invalid_value",
        }
    }
    error = reply_to(openai_images, ASK, body, status=status).error
    assert error
    assert (error.kind, error.param, error.status) == ("model", "model", 400 if status == 400 else 500)


@pytest.mark.parametrize("body", [b"", b"[]", {"created": 1}, {"data": 1}, {"data": [1]}, {"data": [{"b64_json": "*"}]}])
def test_what_is_no_picture_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(openai_images, ASK, body)


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/images/edits", b"{}"), ("/v1/images/generations", b"1"), ("/v1/images/generations", b'{"prompt": 1}')]
)
def test_other_requests_are_no_image_generations(path: str, body: bytes) -> None:
    with pytest.raises(Misfit):
        openai_images.read(Request("POST", f"https://x.test{path}", body))


def test_the_official_sdk_sends_and_reads_the_same() -> None:
    with (
        serving(Canned(msgspec.json.encode(DRAWN))) as server,
        sdk.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client,
    ):
        theirs = client.images.generate(model="gpt-image-1", prompt="a red circle")
        sent = server.asked[0]
    ours = reply_to(openai_images, ASK, DRAWN)
    assert body_of(openai_images, ASK, "gpt-image-1") == sent.json()
    assert request_of(openai_images, ASK).path == sent.path
    assert theirs.data
    assert theirs.usage
    assert ours.usage == Usage(theirs.usage.input_tokens, theirs.usage.output_tokens)
    assert [m.data for m in ours.media] == [base64.b64decode(image.b64_json or "") for image in theirs.data]


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
    assert request_of(prompt_image, ASK, "flux", pollinations.quirks).url == "https://gen.pollinations.ai/image/a%20red%20circle?model=flux"
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
    ("method", "url"), [("POST", "https://x.test/prompt/a"), ("GET", "https://x.test/models"), ("GET", "https://x.test/prompt/")]
)
def test_other_requests_draw_nothing(method: str, url: str) -> None:
    assert not prompt_image.matches(Request(method, url))
    with pytest.raises(Misfit):
        prompt_image.read(Request(method, url))


@pytest.mark.parametrize("wire", [openai_images, prompt_image])
def test_the_list_of_models_is_the_one_of_chat(wire: Any) -> None:
    driver = wire.models(BASE)
    next(driver)
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'["flux"]'))
    assert done.value.value == ["flux"]
