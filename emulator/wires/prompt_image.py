"""Pollinations' pictures: the prompt stands in the path, the answer is the picture.

Sources: https://gen.pollinations.ai/docs (image generation, models, errors, authentication) and its sources,
https://github.com/pollinations/pollinations/tree/main/gen.pollinations.ai/src/docs; for image.pollinations.ai, which asks for no key,
https://github.com/pollinations/pollinations/blob/main/APIDOCS.md (version 0.2). Fields that are not understood are taken at
their defaults, as there; so is the seed, 42: the same prompt gives the same picture. An edited picture is the given one.
"""

import re
from datetime import UTC, datetime
from random import Random

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import drawing
from ..problem import Problem
from ..question import Answer, Media, Question
from ..senses import ASSETS
from ..wire import Json, Wire, json_response

_ERRORS = {
    "auth": (401, "UNAUTHORIZED", "Authentication required. Please provide an API key via Authorization header (Bearer token) or ?key= query "
             "parameter."),
    "credit": (402, "PAYMENT_REQUIRED", "Insufficient pollen balance or API key budget exhausted."),
    "not_found": (404, "NOT_FOUND", "Oh no, there's nothing here."),
    "rate": (429, "RATE_LIMITED", "You're making requests too quickly. Please slow down a bit."),
    "server": (500, "INTERNAL_ERROR", "Oh snap, something went wrong on our end. We're on it!"),
    "overloaded": (502, "BAD_GATEWAY", "We couldn't reach our backend services. Please try again shortly."),
    "unavailable": (503, "SERVICE_UNAVAILABLE", "We're temporarily down for maintenance. Sorry about that!"),
    "model": (400, "BAD_REQUEST", 'Invalid model or alias: "{model}". Must be a valid model name or alias.'),
}  # fmt: skip
_NAMES = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests"}
_FIELDS = {"in.image": "image", "seed": "seed"}
_RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21", "adaptive")
_SEED = 42
_MOST_SEED = 2**31 - 1


class PromptImage(Wire):
    """GET /image/{prompt} of gen.pollinations.ai, GET /prompt/{prompt} of image.pollinations.ai, and their lists of models."""

    def routes(self) -> list[Route]:
        return [
            Route("/image/models", self._rich_models),
            Route("/models", self._names),
            Route("/image/{prompt:path}", self._image),
            Route("/prompt/{prompt:path}", self._legacy),
        ]

    def key(self, request: Request) -> str:
        return super().key(request) or request.query_params.get("key", "")

    def model(self, request: Request, body: Json) -> str:
        return request.query_params.get("model") or self.bench.models[0]

    def needs_key(self, request: Request) -> bool:
        path = request.url.path
        return path.startswith("/image/") and path != "/image/models"

    def problem(self, problem: Problem) -> Response:
        status, code, message = self._worded(problem)
        error: Json = {
            "code": code,
            "message": message,
            "timestamp": datetime.now(UTC).isoformat(),
            "requestId": f"req-{self.next_id()}",
        }
        if status == 400:
            error["details"] = {"name": "UpstreamError"}
        headers = {} if problem.retry_after is None else {"retry-after": f"{max(1, round(problem.retry_after))}"}
        return json_response({"status": status, "success": False, "error": error}, status, headers)

    def _worded(self, problem: Problem) -> tuple[int, str, str]:
        if problem.kind in _ERRORS:
            status, code, message = _ERRORS[problem.kind]
            return status, code, message.format(model=problem.model)
        if problem.kind == "rejected":
            if field := _FIELDS.get(problem.capability):
                return 400, "BAD_REQUEST", f"Invalid image request: {field}: Extra inputs are not permitted"
            listed = "|".join(f'"{name}"' for name in self.bench.models if name != problem.model)
            return 400, "BAD_REQUEST", f"Invalid parameters: Invalid option: expected one of {listed}"
        return 400, "BAD_REQUEST", problem.message

    def question(self, request: Request) -> Question:
        asked = request.query_params
        if (ratio := asked.get("aspectRatio")) is not None and ratio not in _RATIOS:
            listed = "|".join(f'"{one}"' for one in _RATIOS)
            raise Problem("bad_request", f"Invalid parameters: Invalid option: expected one of {listed}")
        if (duration := asked.get("duration")) and not re.fullmatch(r"\d+(\.\d+)?", duration):
            raise Problem("bad_request", "Invalid parameters: Invalid input: expected number, received NaN")
        question = Question(self.model(request, {}), wanted=frozenset({"image"}))
        question.seed = _whole(asked["seed"]) if "seed" in asked else None
        question.say("user", request.path_params["prompt"] or "random_prompt")
        given = asked.get("image", "")
        question.media = [Media("image", "", url=url) for url in given.split("|" if "|" in given else ",") if url]
        return question

    async def _image(self, request: Request) -> Response:
        question = self.question(request)
        answer = self.bench.brain.answer(question)
        data = self._drawn(question, answer, clear=request.query_params.get("transparent") == "true")
        return Response(data, 200, self._headers(question, answer, data), _type(data))

    async def _legacy(self, request: Request) -> Response:
        """The older host: anybody may ask, and errors have another form."""
        try:
            response = await self._image(request)
        except Problem as problem:
            status, _, message = self._worded(problem)
            status = status if status in _NAMES else 500
            told: Json = {
                "error": _NAMES.get(status, "Internal Server Error"),
                "message": message,
                "timingInfo": [],
                "requestId": f"{self.next_id():07x}",
                "requestParameters": {"prompt": request.path_params["prompt"], **request.query_params},
                "queueInfo": None,
            }
            return json_response(told, status, {"x-error-type": str(told["error"])})
        response.headers["x-auth-status"] = "authenticated" if self.key(request) else "unauthenticated"
        return response

    def _headers(self, question: Question, answer: Answer, data: bytes) -> dict[str, str]:
        words = re.sub(r"[^a-z0-9\s-]", "", question.last[:100], flags=re.IGNORECASE).split()
        name = "-".join(words).strip("-").lower() or "generated-media"
        headers = {
            "cache-control": "public, max-age=31536000, immutable",
            "content-disposition": f'inline; filename="{name}.{_type(data).partition("/")[2]}"',
            "x-model-used": question.model,
        }
        if answer.usage:
            # A picture counts as one token with most models.
            headers["x-usage-completion-image-tokens"] = f"{min(answer.usage.output, 1)}"
        return headers

    def _drawn(self, question: Question, answer: Answer, *, clear: bool) -> bytes:
        """The picture that comes of prompt and seed, as JPEG unless it is to be see-through."""
        data = answer.drawn[0].data if answer.drawn else b""
        if data != drawing.png():
            return data
        act = self.bench.brain.act
        for media in question.media:
            name = media.url.partition("?")[0].rpartition("/")[2]
            if (ASSETS / name).is_file() and act(question.model, question.mode, media.variant, "in.image") == "works":
                return (ASSETS / name).read_bytes()
        obeys = question.seed != -1 and act(question.model, question.mode, "seed") == "works"
        seed = _SEED if question.seed is None else question.seed
        random = Random(f"{question.last} {seed}") if obeys else Random()
        grey = random.randrange(256)
        return drawing.png(8, (grey, random.randrange(256), random.randrange(256))) if clear else drawing.jpeg(grey)

    async def _rich_models(self, _: Request) -> Response:
        return json_response([_shown(name) for name in self.bench.models])

    async def _names(self, _: Request) -> Response:
        return json_response(list(self.bench.models))


def _whole(text: str) -> int:
    """What is no number in range is the default."""
    found = re.match(r"\s*([+-]?\d+)", text)
    number = int(found[1]) if found else _SEED
    return number if -1 <= number <= _MOST_SEED else _SEED


def _type(data: bytes) -> str:
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"


def _shown(name: str) -> Json:
    return {
        "name": name,
        "aliases": [],
        "pricing": {"currency": "pollen", "completionImageTokens": 0.0001},
        "description": f"{name} - an emulated model",
        "input_modalities": ["text", "image"],
        "output_modalities": ["image"],
    }
