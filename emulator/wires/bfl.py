"""Black Forest Labs' FLUX.

Sources: https://docs.bfl.ai/quick_start/generating_images, /api_integration/errors, /api-reference/models (the request of each model),
/api-reference/utility/get-result; https://github.com/black-forest-labs/skills (bfl-api: endpoints, rate-limiting); the types of the blackforest
package. That a wrong key is a 403 with a "detail" is as users report it (https://github.com/gelasdev/ComfyUI-FLUX-BFL-API/issues/16).
A task is Pending for so many looks as batches are; what is asked for is moderated by one word each. An edited picture is the given
one. The API has no list of models.
"""

import base64
import binascii
import time
from random import Random
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import drawing
from ..problem import Problem
from ..question import Answer, Limits, Media, Question
from ..senses import ASSETS
from ..store import Job
from ..wire import Json, Wire, json_response, read_json

_GENERAL = {
    "auth": (403, "Not authenticated - Invalid Authentication"),
    "credit": (402, "Insufficient credits. Add credits to your account to continue using the API."),
    "model": (404, "Not Found"),
    "not_found": (404, "Not Found"),
    "server": (500, "Internal Server Error"),
    "unavailable": (503, "Service Unavailable"),
    "overloaded": (503, "Service Unavailable"),
}
_FIELDS = {"in.image": "input_image", "seed": "seed"}
_IMAGES = ("input_image", *(f"input_image_{number}" for number in range(2, 9)))
_MAGIC = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
_MODERATED = {"gunfight": "Request Moderated", "bloodshed": "Content Moderated"}
_LEAST_SIDE = 64
_MOST_PIXELS = 2048 * 2048
_BOUNDS = {
    "seed": (None, None),
    "width": (_LEAST_SIDE, None),
    "height": (_LEAST_SIDE, None),
    "safety_tolerance": (0, 6),
}
_FORMATS = ("jpeg", "png", "webp")


class BFL(Wire):
    """POST /v1/{model}, GET /v1/get_result, and the place where pictures are delivered."""

    base: ClassVar[str] = "/v1"

    def routes(self) -> list[Route]:
        return [
            Route("/v1/get_result", self._result),
            Route("/v1/credits", self._credits),
            Route("/v1/{model:path}", self._submit, methods=["POST"]),
            Route("/delivery/{id}/{name}", self._deliver),
        ]

    def key(self, request: Request) -> str:
        return request.headers.get("x-key", "")

    def model(self, request: Request, body: Json) -> str:
        """The model stands in the path."""
        path = request.url.path
        return path.removeprefix("/v1/") if request.method == "POST" else ""

    def needs_key(self, request: Request) -> bool:
        """A signed address is its own key."""
        return not request.url.path.startswith("/delivery/")

    def problem(self, problem: Problem) -> Response:
        if problem.kind == "rate":
            wait = max(1, round(problem.retry_after or 5))
            told: Any = {"error": "rate_limit_exceeded", "message": "Too many concurrent requests", "retry_after": wait}
            return json_response(told, 429, {"retry-after": f"{wait}"} if problem.retry_after is not None else None)
        if problem.kind in _GENERAL:
            status, detail = _GENERAL[problem.kind]
            return json_response({"detail": detail}, status)
        if problem.kind == "rejected":
            if field := _FIELDS.get(problem.capability):
                return _unprocessable("extra_forbidden", f"body.{field}", "Extra inputs are not permitted")
            # A model that fills or erases, and cannot draw from words alone.
            return _unprocessable("missing", "body.image", "Field required")
        if "JSON" in problem.message:
            return _unprocessable("json_invalid", "body.0", "JSON decode error")
        kind, _, message = problem.message.partition("|")
        return _unprocessable(kind, problem.param, message)

    def question(self, model: str, body: Json) -> Question:
        if body.get("prompt") is None:
            raise _bad("missing", "body.prompt", "Field required")
        if not isinstance(body["prompt"], str):
            raise _bad("string_type", "body.prompt", "Input should be a valid string")
        for name, (least, most) in _BOUNDS.items():
            _within(f"body.{name}", body.get(name), least, most)
        if body.get("output_format") not in (None, *_FORMATS):
            raise _bad("enum", "body.output_format", "Input should be 'jpeg', 'png' or 'webp'")
        if (body.get("width") or 0) * (body.get("height") or 0) > _MOST_PIXELS:
            raise _bad("value_error", "body", "Value error, width*height exceeds the 4MP limit")
        question = Question(model, seed=body.get("seed"), wanted=frozenset({"image"}))
        question.say("user", body["prompt"])
        question.media = [_given(name, body[name]) for name in _IMAGES if body.get(name)]
        return question

    async def _submit(self, request: Request) -> Response:
        model = request.path_params["model"]
        body = await read_json(request)
        question = self.question(model, body)
        answer = self.bench.brain.answer(question)
        job = Job(str(UUID(int=self.next_id())), body, self.bench.batch_polls)
        flagged = (state for word, state in _MODERATED.items() if word in body["prompt"].lower())
        job.failure = next(flagged, "" if all(media.mime or media.url for media in question.media) else "Error")
        job.results = [self._drawn(body, question, answer)]
        self.jobs.put(job)
        told: Json = {"id": job.id, "polling_url": f"{self.url}/get_result?id={job.id}"}
        if answer.usage:
            # The price is in cents, for each megapixel begun; nothing is told of tokens.
            cost = {-1: -1.0, 0: 0.0}.get(answer.usage.output, 3.0)
            told |= {"cost": cost, "input_mp": float(len(question.media)), "output_mp": 1.0}
        return json_response(told, headers=_limit_headers(answer.limits))

    async def _result(self, request: Request) -> Response:
        id = request.query_params.get("id")
        if id is None:
            raise _bad("missing", "query.id", "Field required")
        told: Json = {
            "id": id,
            "status": "Task not found",
            "result": None,
            "progress": None,
            "details": None,
            "preview": None,
        }
        job = self.jobs.jobs.get(id)
        if job is not None and not job.poll():
            told |= {"status": "Pending", "progress": 0.5}
        elif job is not None and job.failure:
            reasons = (
                {"error": "Could not read the input image"}
                if job.failure == "Error"
                else {"Moderation Reasons": ["Violence"]}
            )
            told |= {"status": job.failure, "details": reasons}
        elif job is not None:
            told |= {"status": "Ready", "result": self._shown(job)}
        return json_response(told)

    def _shown(self, job: Job) -> Json:
        seed, data = job.results[0]
        told: Json = {
            "prompt": job.request["prompt"],
            "seed": seed,
            "start_time": job.created,
            "end_time": job.created + 2,
            "duration": 2.0,
        }
        if data is not None:
            name = f"sample.{job.request.get('output_format') or 'jpeg'}"
            told["sample"] = (
                f"{self.url.removesuffix(self.base)}/delivery/{job.id}/{name}?se={quote(time.ctime(job.created + 600))}&sig=emulated"
            )
        return told

    async def _deliver(self, request: Request) -> Response:
        job = self.jobs.jobs.get(request.path_params["id"])
        if (
            job is None
            or not job.done
            or job.failure
            or job.results[0][1] is None
            or request.query_params.get("sig") != "emulated"
        ):
            return Response("The specified resource does not exist.", 404, media_type="text/plain")
        return Response(job.results[0][1], media_type=f"image/{request.path_params['name'].partition('.')[2]}")

    async def _credits(self, _: Request) -> Response:
        return json_response({"credits": 1000.0})

    def _drawn(self, body: Json, question: Question, answer: Answer) -> tuple[int, bytes | None]:
        """The seed, and the picture that comes of it; none where the model draws none."""
        obeys = question.seed is not None and self.bench.brain.act(question.model, question.mode, "seed") == "works"
        seed = question.seed if obeys and question.seed is not None else Random().randrange(2**32)
        if not answer.drawn:
            return seed, None
        data = answer.drawn[0].data
        if data != drawing.png():
            return seed, data
        for media in question.media:
            act = self.bench.brain.act(question.model, question.mode, media.variant, "in.image")
            if act in ("works", "malformed"):
                return seed, _seen(media) if act == "works" else b"not a picture"
        return seed, _picture(body.get("output_format") or "jpeg", Random(f"{body['prompt']} {seed}"))


def _bad(kind: str, where: str, message: str) -> Problem:
    return Problem("bad_request", f"{kind}|{message}", param=where)


def _unprocessable(kind: str, where: str, message: str) -> Response:
    loc = [int(part) if part.isdecimal() else part for part in where.split(".")]
    return json_response({"detail": [{"type": kind, "loc": loc, "msg": message}]}, 422)


def _within(where: str, value: Any, least: int | None, most: int | None) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise _bad("int_type", where, "Input should be a valid integer")
    if least is not None and value < least:
        raise _bad("greater_than_equal", where, f"Input should be greater than or equal to {least}")
    if most is not None and value > most:
        raise _bad("less_than_equal", where, f"Input should be less than or equal to {most}")


def _given(name: str, value: Any) -> Media:
    """A picture at an address, or in base64; what is neither is found out only when it is worked on."""
    if not isinstance(value, str):
        raise _bad("string_type", f"body.{name}", "Input should be a valid string")
    if value.startswith(("http://", "https://")):
        return Media("image", "", url=value)
    try:
        data = base64.b64decode(value.partition(",")[2] if value.startswith("data:") else value, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return Media("image", next((mime for magic, mime in _MAGIC.items() if data.startswith(magic)), ""), data)


def _seen(media: Media) -> bytes:
    """The given picture; of addresses, those are known that end in the name of an asset."""
    found = ASSETS / media.url.partition("?")[0].rpartition("/")[2]
    return media.data or (found.read_bytes() if found.is_file() else drawing.png())


def _picture(form: str, random: Random) -> bytes:
    grey = random.randrange(256)
    if form == "webp":
        return (ASSETS / "image.webp").read_bytes()
    return drawing.png(8, (grey, random.randrange(256), random.randrange(256))) if form == "png" else drawing.jpeg(grey)


def _limit_headers(limits: Limits | None) -> dict[str, str]:
    """Of tasks that are in work at a time; the reset is a moment."""
    if limits is None:
        return {}
    try:
        reset = f"{round(time.time() + float(limits.requests_reset))}"
    except ValueError:
        reset = limits.requests_reset
    return {
        "x-ratelimit-limit": limits.requests,
        "x-ratelimit-remaining": limits.requests_left,
        "x-ratelimit-reset": reset,
    }
