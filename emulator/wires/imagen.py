"""Google's Imagen, on the Gemini API.

Sources: https://ai.google.dev/gemini-api/docs/imagen, https://ai.google.dev/api/models (predict); for the parameters,
https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api, of which the Gemini API takes a part. A picture that the
filter holds back is left out without a word unless includeRaiReason is set. There are no streams, no counts and no reasons of ending.
"""

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..gemini_common import absent, told
from ..gemini_files import GoogleFilesWire
from ..gemini_proto import parse
from ..problem import Problem
from ..question import Question
from ..wire import Json, read_json

_PARAMETERS: dict[str, tuple[Any, ...]] = {
    "sampleCount": (1, 2, 3, 4),
    "aspectRatio": ("1:1", "3:4", "4:3", "9:16", "16:9"),
    "sampleImageSize": ("1K", "2K"),
    "imageSize": ("1K", "2K"),
    "personGeneration": ("dont_allow", "allow_adult", "allow_all"),
    "safetySetting": ("block_low_and_above",),
    "safetyFilterLevel": ("block_low_and_above",),
    "language": ("auto", "en", "zh", "zh-CN", "zh-TW", "hi", "ja", "ko", "pt", "es"),
    "includeRaiReason": (True, False),
    "includeSafetyAttributes": (True, False),
    "outputOptions": (),
}


class Imagen(GoogleFilesWire):
    """POST /v1beta/models/{model}:predict."""

    methods = ("predict",)

    def routes(self) -> list[Route]:
        predict = Route("/v1beta/models/{model}:predict", self._predict, methods=["POST"])
        return [predict, *self.file_routes(), *self.common_routes()]

    def ask(self, body: Json, model: str) -> Json:
        """In a batch, which takes any model by its path, all are asked and answer as by generateContent
        (https://ai.google.dev/api/batch-api).
        """
        question = Question(model, wanted=frozenset({"image"}))
        question.say(
            "user", "".join(part.get("text", "") for one in body.get("contents", ()) for part in one.get("parts", ()))
        )
        drawn = self.answer(question, "batchGenerateContent").drawn
        parts = [{"inlineData": {"mimeType": one.mime, "data": base64.b64encode(one.data).decode()}} for one in drawn]
        return {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", "index": 0}]}

    def rejection(self, problem: Problem) -> tuple[int, str, str]:
        """A model that draws nothing has no such method."""
        if problem.capability in ("in.text", "out.text", "out.image"):
            return absent(problem.model, "predict")
        return super().rejection(problem)

    async def _predict(self, request: Request) -> Response:
        body = parse(await read_json(request), "PredictRequest")
        question = Question(request.path_params["model"], wanted=frozenset({"image"}))
        question.say("user", _prompt(body.get("instances", [])))
        parameters = body.get("parameters") or {}
        _check(parameters)
        drawn = self.answer(question, "predict").drawn
        shown: list[Json] = [
            {"mimeType": one.mime, "bytesBase64Encoded": base64.b64encode(one.data).decode()} for one in drawn
        ]
        if not shown and parameters.get("includeRaiReason"):
            shown = [{"raiFilteredReason": "Unable to show generated images. All images were filtered out."}]
        predictions = shown * int(parameters.get("sampleCount", 4))
        return told({"predictions": predictions} if predictions else {})


def _prompt(instances: list[Any]) -> str:
    if len(instances) != 1 or not isinstance(instances[0], dict):
        raise Problem("bad_request", "Request must have exactly one instance.")
    for name in instances[0].keys() - {"prompt"}:
        raise Problem("bad_request", _unsupported(name))
    prompt = instances[0].get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise Problem("bad_request", "Image generation failed with the following error: The prompt must not be empty.")
    return prompt


def _check(parameters: Json) -> None:
    for name, value in parameters.items():
        if name not in _PARAMETERS:
            raise Problem("bad_request", _unsupported(name))
        allowed = _PARAMETERS[name]
        if allowed and value not in allowed:
            listed = ", ".join(str(one) for one in allowed)
            raise Problem(
                "bad_request", f"{value} for {name} is currently not supported. Supported values are: {listed}."
            )


def _unsupported(name: str) -> str:
    return f"`{name}` isn't supported by this model. Please remove it or refer to the Gemini API documentation for supported usage."
