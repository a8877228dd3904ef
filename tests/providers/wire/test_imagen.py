"""Imagen on the Gemini API: what is sent for a picture, and what is read."""

import json

import pytest

from providers.base import Misfit, NotExpressible, Request
from providers.chat import Ask
from providers.wire import gemini as wire
from providers.wire import imagen
from tests.support.driving import reply_to, request_of

PNG = b"\x89PNG"
HELLO = Ask.text("x")


DRAW = Ask.text("Draw", outputs=("image",))


def test_imagen_predicts_a_picture() -> None:
    """https://ai.google.dev/gemini-api/docs/imagen; Google's SDK no longer asks it of this API, and so cannot be the oracle."""
    ours = request_of(imagen, DRAW, "imagen-x")
    assert json.loads(ours.body) == {"instances": [{"prompt": "Draw"}], "parameters": {"sampleCount": 1}}
    assert ours.url == "https://api.test/v1/models/imagen-x:predict"
    reply = reply_to(imagen, DRAW, {"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": "iVBORw=="}]})
    assert (reply.media[0].mime, reply.media[0].data) == ("image/png", PNG)
    assert imagen.read(ours) == ("imagen-x", DRAW)


def test_imagen_has_no_text_and_reads_no_chat() -> None:
    with pytest.raises(NotExpressible):
        request_of(imagen, HELLO)
    with pytest.raises(Misfit):
        imagen.read(Request("POST", "https://api.test/v1/models/x:generateContent", b"{}"))
    assert not imagen.matches(request_of(wire, HELLO))
    assert reply_to(imagen, DRAW, {"error": {"code": 400, "message": "no"}}, status=400).error
