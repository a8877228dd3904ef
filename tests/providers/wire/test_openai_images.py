"""Image generation by a POST."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import openai as sdk
import pytest

from providers.base import BadReply, Misfit, NotExpressible, Request, Response
from providers.chat import Ask, Media, Usage
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
    reply = reply_to(
        openai_images, ASK, {"id": "o", "model": "flux", "object": "list", "output_format": "webp", "data": [shown]}
    )
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


@pytest.mark.parametrize(
    "body", [b"", b"[]", {"created": 1}, {"data": 1}, {"data": [1]}, {"data": [{"b64_json": "*"}]}]
)
def test_what_is_no_picture_is_a_bad_reply(body: Any) -> None:
    with pytest.raises(BadReply):
        reply_to(openai_images, ASK, body)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/images/edits", b"{}"), ("/v1/images/generations", b"1"), ("/v1/images/generations", b'{"prompt": 1}')],
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


@pytest.mark.parametrize("wire", [openai_images, prompt_image])
def test_the_list_of_models_is_the_one_of_chat(wire: Any) -> None:
    driver = wire.models(BASE)
    next(driver)
    with pytest.raises(StopIteration) as done:
        driver.send(Response(200, {}, b'["flux"]'))
    assert done.value.value == ["flux"]
