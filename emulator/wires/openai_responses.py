"""OpenAI's Responses.

Sources: https://platform.openai.com/docs/api-reference/responses, /responses-streaming, /docs/guides/structured-outputs,
/docs/guides/function-calling, /docs/guides/tools-web-search, /docs/guides/tools-image-generation, /docs/guides/reasoning,
/docs/guides/migrate-to-responses; the types of the openai package. The API has neither seed nor stop, and hears nothing.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import responses_form
from ..openai_common import TOOL_PARAMS, OpenAIWire, envelope, limit_headers, linked, need, strict_schema
from ..problem import Problem
from ..question import Answer, Media, Question, Tool
from ..wire import Json, json_response, read_json, stream_response

_KNOWN = frozenset(
    [
        "background",
        "context_management",
        "conversation",
        "include",
        "input",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "metadata",
        "model",
        "moderation",
        "parallel_tool_calls",
        "previous_response_id",
        "prompt",
        "prompt_cache_key",
        "prompt_cache_retention",
        "reasoning",
        "safety_identifier",
        "service_tier",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
    ]
)
_SEARCHES = frozenset({"web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"})
# Items that a client sends back so that the model sees them again; nothing in them asks for anything.
_HISTORY = frozenset({"reasoning", "web_search_call", "image_generation_call", "item_reference"})
_LEAST_TOKENS = 16


@dataclass
class OpenAIResponses(OpenAIWire):
    """POST /v1/responses and its neighbours; responses are kept, so that they can be gone on from."""

    kept: dict[str, tuple[Json, list[Any]]] = field(default_factory=dict)

    endpoint = "/v1/responses"
    params = {
        "in.image": "input_image",
        "in.document": "input_file",
        "json": "text.format",
        "schema": "text.format",
        **TOOL_PARAMS,
        "max_tokens": "max_output_tokens",
        "logprobs": "top_logprobs",
        "thinking": "reasoning.effort",
    }

    def routes(self) -> list[Route]:
        return [
            Route("/v1/responses", self._respond, methods=["POST"]),
            Route("/v1/responses/{id}", self._response, methods=["GET", "DELETE"]),
            *self.common_routes(),
        ]

    def rejection(self, problem: Problem) -> Response:
        kind = "invalid_request_error"
        match problem.capability:
            case "in.text" | "out.text":
                told = f"The requested model '{problem.model}' cannot be used with the Responses API."
                return envelope(400, told, kind, "unsupported_model", "model")
            case "in.image" | "in.document":
                what = {"in.image": "image inputs", "in.document": "file inputs"}[problem.capability]
                return envelope(400, f"This model does not support {what}.", kind, "unsupported_value", "input")
            case "web_search" | "out.image":
                tool = "web_search_preview" if problem.capability == "web_search" else "image_generation"
                return envelope(
                    400, f"Hosted tool '{tool}' is not supported with {problem.model}.", kind, None, "tools"
                )
            case "logprobs":
                told = "logprobs are not supported with reasoning models."
                return envelope(400, told, kind, None, "include")
        return super().rejection(problem)

    def question(self, body: Json) -> Question:
        for name in body.keys() - _KNOWN:
            raise Problem("bad_request", f"Unknown parameter: '{name}'.", param=name)
        question = Question(need(body.get("model"), "model"), stream=bool(body.get("stream")))
        question.thinking = (body.get("reasoning") or {}).get("effort") not in (None, "none")
        if instructions := body.get("instructions"):
            question.say("system", instructions)
        self._items([*self._before(body), *_listed(need(body.get("input"), "input"))], question)
        self._tools(body, question)
        _format(body, question)
        question.max_tokens = body.get("max_output_tokens")
        if question.max_tokens is not None and question.max_tokens < _LEAST_TOKENS:
            told = f"Expected a value >= {_LEAST_TOKENS}, but got {question.max_tokens} instead."
            raise Problem(
                "bad_request",
                f"Invalid 'max_output_tokens': integer below minimum value. {told}",
                param="max_output_tokens",
            )
        if "message.output_text.logprobs" in (body.get("include") or ()):
            question.top_logprobs = body.get("top_logprobs") or 0
        return question

    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        output = responses_form.items(body, answer, lambda prefix: f"{prefix}_{self.next_id():032x}")
        response = responses_form.whole(body, question, answer, output, f"resp_{self.next_id():032x}", int(time.time()))
        if response["store"]:
            self.kept[response["id"]] = (response, [*self._before(body), *_listed(body["input"]), *output])
        return response

    def _before(self, body: Json) -> list[Any]:
        """What was said up to the response that this one goes on from."""
        id = body.get("previous_response_id")
        if id is None:
            return []
        if id not in self.kept:
            raise Problem("bad_request", f"Previous response with id '{id}' not found.", param="previous_response_id")
        return self.kept[id][1]

    def _items(self, items: list[Any], question: Question) -> None:
        known: set[str] = set()
        for at, item in enumerate(items):
            match item.get("type", "message"):
                case "message":
                    self._message(item, f"input[{at}]", question)
                case "function_call":
                    known.add(need(item.get("call_id"), f"input[{at}].call_id"))
                case "function_call_output":
                    id = need(item.get("call_id"), f"input[{at}].call_id")
                    if id not in known:
                        raise Problem(
                            "bad_request",
                            f"No tool call found for function call output with call_id {id}.",
                            param="input",
                        )
                    question.results.append(_text(need(item.get("output"), f"input[{at}].output")))
                case kind if kind not in _HISTORY:
                    raise Problem("bad_request", f"Invalid value: '{kind}'.", param=f"input[{at}]")

    def _message(self, item: Json, where: str, question: Question) -> None:
        role = need(item.get("role"), f"{where}.role")
        content = need(item.get("content"), f"{where}.content")
        if isinstance(content, str):
            question.say(role, content)
            return
        for at, part in enumerate(content):
            self._part(role, part, f"{where}.content[{at}]", question)

    def _part(self, role: str, part: Json, where: str, question: Question) -> None:
        kind = part.get("type")
        spoken = "output_text" if role == "assistant" else "input_text"
        if kind == spoken:
            question.say(role, need(part.get("text"), f"{where}.text"))
        elif kind == "refusal" and role == "assistant":
            question.say(role, part["refusal"])
        elif kind == "input_image" and role != "assistant":
            if id := part.get("file_id"):
                stored = self.file_of(id)
                question.media.append(Media("image", stored.mime, stored.data, file_id=id))
            else:
                question.media.append(
                    linked("image", need(part.get("image_url"), f"{where}.image_url"), f"{where}.image_url")
                )
        elif kind == "input_file" and role != "assistant":
            question.media.append(self._given_file(part, where))
        else:
            told = (
                "'output_text' and 'refusal'"
                if role == "assistant"
                else "'input_text', 'input_image', and 'input_file'"
            )
            raise Problem("bad_request", f"Invalid value: '{kind}'. Supported values are: {told}.", param=where)

    def _given_file(self, part: Json, where: str) -> Media:
        if id := part.get("file_id"):
            stored = self.file_of(id)
            return Media("document", stored.mime, stored.data, file_id=id, title=stored.filename)
        if url := part.get("file_url"):
            return linked("document", url, f"{where}.file_url")
        media = linked("document", need(part.get("file_data"), f"{where}.file_data"), f"{where}.file_data")
        media.title = need(part.get("filename"), f"{where}.filename")
        return media

    def _tools(self, body: Json, question: Question) -> None:
        for at, tool in enumerate(body.get("tools") or ()):
            match tool.get("type"):
                case "function":
                    name, schema = need(tool.get("name"), f"tools[{at}].name"), tool.get("parameters") or {}
                    if tool.get("strict"):
                        strict_schema(schema, "function", name)
                    question.tools.append(Tool(name, tool.get("description") or "", schema))
                case kind if kind in _SEARCHES:
                    question.web_search = True
                case "image_generation":
                    question.wanted = frozenset({"text", "image"})
                case kind:
                    raise Problem("bad_request", f"Invalid value: '{kind}'.", param=f"tools[{at}].type")
        question.parallel = body.get("parallel_tool_calls") is not False
        choice = body.get("tool_choice", "auto")
        if isinstance(choice, str):
            question.tool_choice = {"none": "none", "required": "any"}.get(choice, "auto") if question.tools else "auto"
        elif choice.get("type") == "function":
            name = question.tool_choice = need(choice.get("name"), "tool_choice.name")
            if name not in {tool.name for tool in question.tools}:
                raise Problem(
                    "bad_request",
                    f"Tool choice 'function' not found in 'tools' parameter: '{name}'.",
                    param="tool_choice",
                )

    async def _respond(self, request: Request) -> Response:
        body = await read_json(request)
        question = self.question(body)
        answer = self.bench.brain.answer(question)
        headers = limit_headers(answer.limits)
        response = self.render(body, question, answer)
        if question.stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            return stream_response(responses_form.events(response, answer), self.bench.chunk_delay, headers=headers)
        return json_response(response, headers=headers)

    async def _response(self, request: Request) -> Response:
        id = request.path_params["id"]
        if id not in self.kept:
            raise Problem("not_found", f"Response with id '{id}' not found.")
        if request.method == "DELETE":
            del self.kept[id]
            return json_response({"id": id, "object": "response", "deleted": True})
        return json_response(self.kept[id][0])


def _listed(given: Any) -> list[Any]:
    """The input as a list of items."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)


def _text(output: Any) -> str:
    if isinstance(output, list):
        return "".join(part.get("text", "") for part in output)
    return str(output)


def _format(body: Json, question: Question) -> None:
    """Structured output, https://platform.openai.com/docs/guides/structured-outputs?api-mode=responses."""
    asked = (body.get("text") or {}).get("format") or {}
    match asked.get("type", "text"):
        case "json_object":
            question.json = True
            if not any("json" in text.lower() for role, text in question.turns if role != "system"):
                told = "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."
                raise Problem("bad_request", told, param="input")
        case "json_schema":
            name = need(asked.get("name"), "text.format.name")
            question.schema = need(asked.get("schema"), "text.format.schema")
            if asked.get("strict"):
                strict_schema(asked["schema"], "response_format", name)
        case "text":
            pass
        case other:
            told = "Supported values are: 'json_object', 'json_schema', and 'text'."
            raise Problem("bad_request", f"Invalid value: '{other}'. {told}", param="text.format.type")
