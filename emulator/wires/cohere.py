"""Cohere's chat, version 2.

Sources: https://docs.cohere.com/reference/chat, /reference/chat-stream, /docs/image-inputs, /docs/tool-use-overview,
/docs/rag-citations, /docs/structured-outputs, /docs/reasoning; the types of the cohere package. The API has no files in a chat, no web
search, no audio and no video; a forced tool cannot be named; log-probabilities have no alternatives.
"""

import base64
import binascii
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import cohere_form
from ..cohere_common import limit_headers
from ..cohere_fields import check, invalid
from ..cohere_form import Grounds
from ..cohere_jobs import CohereJobs
from ..problem import Problem
from ..question import Answer, Media, Question, Tool
from ..wire import Json, json_response, read_json, stream_response

_MOST_IMAGES = 20
_IMAGES = ("image/png", "image/jpeg", "image/webp", "image/gif")


class Cohere(CohereJobs):
    """POST /v2/chat and its neighbours."""

    def routes(self) -> list[Route]:
        return [Route("/v2/chat", self._chat, methods=["POST"]), *self.common_routes(), *self.job_routes()]

    def question(self, body: Json) -> Question:
        check(body)
        question = Question(body["model"], stream=bool(body.get("stream")))
        # Models that can reason do so unless told not to; here, so that one model has both modes, only when told to.
        question.thinking = ((body.get("thinking") or {}).get("type") or "").lower() == "enabled"
        for message in body["messages"]:
            _say(message, question)
        if len(question.media) > _MOST_IMAGES:
            raise invalid(f"too many images provided, maximum is {_MOST_IMAGES}, received {len(question.media)}.")
        question.media += _documents(body, question.last)
        for tool in body.get("tools") or ():
            function = tool["function"]
            question.tools.append(
                Tool(function["name"], function.get("description") or "", function.get("parameters") or {})
            )
        question.tool_choice = {"REQUIRED": "any", "NONE": "none"}.get(body.get("tool_choice") or "", "auto")
        asked = body.get("response_format") or {}
        question.json = asked.get("type") == "json_object"
        question.schema = asked.get("json_schema", asked.get("schema")) if question.json else None
        question.stop = tuple(body.get("stop_sequences") or ())
        question.max_tokens = body.get("max_tokens") or None
        question.seed = body.get("seed")
        question.top_logprobs = 0 if body.get("logprobs") else None
        return question

    def grounds(self, body: Json, question: Question) -> Grounds:
        outputs: dict[str, str] = {}
        for message in body["messages"]:
            if message["role"] == "user":
                outputs = {}
            elif message["role"] == "tool":
                outputs[message["tool_call_id"]] = _output(message.get("content"))
        cited = (
            _cites(body) and bool(outputs) and self.bench.brain.act(question.model, question.mode, "cite") == "works"
        )
        return Grounds({id: fields for id, fields, _ in _given(body)}, outputs, cited)

    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        return cohere_form.whole(answer, self.grounds(body, question), self.next_uuid())

    async def _chat(self, request: Request) -> Response:
        body = await read_json(request)
        question = self.question(body)
        answer = self.bench.brain.answer(question)
        headers = limit_headers(answer.limits) | {"x-debug-trace-id": f"{self.next_id():032x}"}
        if question.stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            told = cohere_form.events(answer, self.grounds(body, question), self.next_uuid())
            return stream_response(told, self.bench.chunk_delay, "text/event-stream", headers)
        return json_response(self.render(body, question, answer), headers=headers)


def _say(message: Json, question: Question) -> None:
    content = message.get("content")
    if message["role"] == "tool":
        question.results.append(_output(content))
        return
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or ():
        match part["type"]:
            case "text":
                question.say(message["role"], part.get("text") or "")
            case "image_url":
                question.media.append(_image(part["image_url"]))


def _image(image: Any) -> Media:
    url = image.get("url") if isinstance(image, dict) else None
    if not isinstance(url, str) or image.get("detail") not in (None, "auto", "low", "high"):
        raise invalid("image_url must have a url, and detail must be one of 'auto', 'low', 'high'")
    if url.startswith(("http://", "https://")):
        return Media("image", "", url=url)
    found = re.match(r"data:(image/[\w+.-]+);base64,", url)
    if not found or found[1] not in _IMAGES:
        raise invalid("image must be a web URL or a base64 data URL of type png, jpeg, webp or gif")
    try:
        return Media("image", found[1], base64.b64decode(url[found.end() :], validate=True))
    except (binascii.Error, ValueError):
        raise invalid("image is not valid base64") from None


def _cites(body: Json) -> bool:
    return ((body.get("citation_options") or {}).get("mode") or "").upper() not in ("OFF", "DISABLED")


def _given(body: Json) -> list[tuple[str, Json, str]]:
    """The documents: their ids, their fields, and the words in them."""
    given = []
    for at, document in enumerate(body.get("documents") or ()):
        data = document if isinstance(document, str) else document["data"]
        fields = {"text": data} if isinstance(data, str) else data
        id = f"doc:{at}" if isinstance(document, str) or document.get("id") is None else document["id"]
        given.append(
            (id, fields, max((value for value in fields.values() if isinstance(value, str)), key=len, default=""))
        )
    return given


def _documents(body: Json, asked: str) -> list[Media]:
    """The document with most words of the question comes last, since the model answers from the last one."""
    words = set(re.findall(r"\w{4,}", asked.lower()))
    given = sorted(_given(body), key=lambda one: len(words & set(re.findall(r"\w{4,}", one[2].lower()))))
    return [Media("document", "text/plain", text.encode(), title=id, cite=_cites(body)) for id, _, text in given]


def _output(content: Any) -> str:
    """What a tool gave: text, or documents with fields."""
    if isinstance(content, str):
        return content
    said: list[str] = []
    for part in content or ():
        data = part["document"].get("data", "") if part["type"] == "document" else part.get("text", "")
        said += [data] if isinstance(data, str) else [str(value) for value in data.values()]
    if not said:
        raise Problem("bad_request", "message must not be empty in a turn")
    return " ".join(said)
