"""Anthropic's Messages.

Sources: https://platform.claude.com/docs/en/api/messages, /docs/en/build-with-claude/vision, .../pdf-support, .../citations,
.../structured-outputs, .../extended-thinking, .../adaptive-thinking, /docs/en/agents-and-tools/tool-use/implement-tool-use,
.../web-search-tool; the types of the anthropic package. The API has no seed, no log-probabilities, and no JSON without a schema.
"""

import base64
import binascii
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import anthropic_form
from ..anthropic_common import AnthropicWire, limit_headers
from ..problem import Problem
from ..question import Answer, Media, Modality, Question, Tool
from ..wire import Json, json_response, read_json, stream_response

_KNOWN = frozenset(
    [
        "cache_control",
        "container",
        "context_management",
        "diagnostics",
        "inference_geo",
        "max_tokens",
        "mcp_servers",
        "messages",
        "metadata",
        "model",
        "output_config",
        "output_format",
        "service_tier",
        "speed",
        "stop_sequences",
        "stream",
        "system",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
    ]
)
_IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_SEARCHES = ("web_search_20250305", "web_search_20260209", "web_search_20260318")
_HISTORY = frozenset({"redacted_thinking", "server_tool_use", "web_search_tool_result", "search_result"})
_LEAST_BUDGET = 1024


class Anthropic(AnthropicWire):
    """POST /v1/messages and its neighbours."""

    def routes(self) -> list[Route]:
        return [
            Route("/v1/messages", self._messages, methods=["POST"]),
            Route("/v1/messages/count_tokens", self._count, methods=["POST"]),
            *self.common_routes(),
        ]

    def question(self, body: Json) -> Question:
        for name in sorted(body.keys() - _KNOWN):
            raise Problem("bad_request", "Extra inputs are not permitted", param=name)
        question = Question(_need(body, "model"), stream=bool(body.get("stream")))
        question.max_tokens = _need(body, "max_tokens")
        if not isinstance(question.max_tokens, int) or question.max_tokens < 1:
            raise Problem("bad_request", "Input should be greater than or equal to 1", param="max_tokens")
        _think(body, question)
        system = body.get("system") or ""
        question.say("system", system if isinstance(system, str) else "\n".join(part["text"] for part in system))
        self._turns(_need(body, "messages"), question)
        _tools(body, question)
        _format(body, question)
        question.stop = tuple(body.get("stop_sequences") or ())
        if any(not sequence.strip() for sequence in question.stop):
            raise Problem("bad_request", "each stop sequence must contain non-whitespace", param="stop_sequences")
        return question

    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        shows = (body.get("thinking") or {}).get("display") != "omitted"
        return anthropic_form.whole(answer, f"msg_{self.next_id():024d}", shows_thinking=shows)

    def _turns(self, messages: list[Json], question: Question) -> None:
        calls: set[str] = set()
        for at, message in enumerate(messages):
            role, content = message.get("role"), message.get("content")
            if role not in ("user", "assistant"):
                raise Problem("bad_request", "Input should be 'user' or 'assistant'", param=f"messages.{at}.role")
            if isinstance(content, str):
                question.say(role, content)
                continue
            for index, block in enumerate(content or ()):
                self._block(role, block, f"messages.{at}.content.{index}", calls, question)

    def _block(self, role: str, block: Json, where: str, calls: set[str], question: Question) -> None:
        match block.get("type"):
            case "text":
                if not block.get("text"):
                    raise Problem("bad_request", "messages: text content blocks must be non-empty")
                question.say(role, block["text"])
            case "image":
                question.media.append(self._media("image", block, where))
            case "document":
                question.media.append(self._media("document", block, where))
            case "tool_use":
                calls.add(block["id"])
            case "tool_result":
                if block.get("tool_use_id") not in calls:
                    told = f"unexpected `tool_use_id` found in `tool_result` blocks: {block.get('tool_use_id')}. Each `tool_result` block"
                    raise Problem(
                        "bad_request",
                        f"{told} must have a corresponding `tool_use` block in the previous message.",
                        param=where,
                    )
                question.results.append(_text(block.get("content")))
            case "thinking":
                # Hidden thinking comes back empty, and its signature cannot be made again from that.
                if block.get("thinking") and block.get("signature") != anthropic_form.signature(block["thinking"]):
                    raise Problem("bad_request", "Invalid `signature` in `thinking` block", param=where)
            case kind if kind not in _HISTORY:
                tags = "'document', 'image', 'redacted_thinking', 'text', 'thinking', 'tool_result', 'tool_use'"
                told = f"Input tag '{kind}' found using 'type' does not match any of the expected tags: {tags}"
                raise Problem("bad_request", told, param=where)

    def _media(self, modality: Modality, block: Json, where: str) -> Media:
        source = block.get("source") or {}
        media = Media(modality, source.get("media_type", ""), title=block.get("title") or "")
        media.cite = bool((block.get("citations") or {}).get("enabled"))
        match source.get("type"):
            case "base64":
                if media.mime not in (_IMAGES if modality == "image" else {"application/pdf"}):
                    known = (
                        ", ".join(f"'{mime}'" for mime in sorted(_IMAGES))
                        if modality == "image"
                        else "'application/pdf'"
                    )
                    raise Problem(
                        "bad_request", f"Input should be {known}", param=f"{where}.{modality}.source.base64.media_type"
                    )
                media.data = _decoded(source["data"], f"{where}.{modality}.source.base64.data")
            case "url":
                media.url = source["url"]
            case "text" if modality == "document":
                media.data = source["data"].encode()
            case "file":
                stored = self.stored(source["file_id"])
                media.mime, media.data, media.file_id = stored.mime, stored.data, stored.id
                media.title = media.title or stored.filename
            case kind:
                told = f"Input tag '{kind}' found using 'type' does not match any of the expected tags: 'base64', 'file', 'url'"
                raise Problem("bad_request", told, param=f"{where}.{modality}.source")
        return media

    async def _messages(self, request: Request) -> Response:
        if "anthropic-version" not in request.headers:
            raise Problem("bad_request", "header is required", param="anthropic-version")
        body = await read_json(request)
        question = self.question(body)
        answer = self.bench.brain.answer(question)
        headers = limit_headers(answer.limits) | {"request-id": f"req_{self.next_id():024d}"}
        message = self.render(body, question, answer)
        if question.stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            return stream_response(
                anthropic_form.events(message, answer.lacks), self.bench.chunk_delay, headers=headers
            )
        return json_response(message, headers=headers)

    async def _count(self, request: Request) -> Response:
        body = await read_json(request)
        answer = self.bench.brain.answer(self.question({"max_tokens": 1} | body))
        return json_response({"input_tokens": answer.usage.input if answer.usage else 0})


def _need(body: Json, name: str) -> Any:
    if body.get(name) is None:
        raise Problem("bad_request", "Field required", param=name)
    return body[name]


def _decoded(text: str, param: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Problem("bad_request", "Invalid base64 data", param=param) from None


def _think(body: Json, question: Question) -> None:
    thinking = body.get("thinking") or {}
    question.thinking = thinking.get("type") in ("enabled", "adaptive")
    if thinking.get("type") != "enabled":
        return
    budget = thinking.get("budget_tokens", 0)
    if budget < _LEAST_BUDGET:
        told = f"Input should be greater than or equal to {_LEAST_BUDGET}"
        raise Problem("bad_request", told, param="thinking.enabled.budget_tokens")
    if question.max_tokens is not None and question.max_tokens <= budget:
        raise Problem("bad_request", "`max_tokens` must be greater than `thinking.budget_tokens`.")


def _tools(body: Json, question: Question) -> None:
    for at, tool in enumerate(body.get("tools") or ()):
        kind = tool.get("type") or "custom"
        if kind in _SEARCHES:
            question.web_search = True
        elif kind == "custom":
            for name in ("name", "input_schema"):
                if tool.get(name) is None:
                    raise Problem("bad_request", "Field required", param=f"tools.{at}.custom.{name}")
            question.tools.append(Tool(tool["name"], tool.get("description") or "", tool["input_schema"]))
        else:
            expected = ", ".join(f"'{one}'" for one in ("custom", *_SEARCHES))
            told = f"Input tag '{kind}' found using 'type' does not match any of the expected tags: {expected}"
            raise Problem("bad_request", told, param=f"tools.{at}")
    choice = body.get("tool_choice") or {"type": "auto"}
    question.parallel = choice.get("disable_parallel_tool_use") is not True
    kind = choice.get("type")
    if kind not in ("auto", "any", "tool", "none"):
        raise Problem(
            "bad_request",
            f"Input tag '{kind}' found using 'type' does not match any of the expected tags",
            param="tool_choice",
        )
    if "tool_choice" in body and not body.get("tools"):
        raise Problem("bad_request", "tool_choice may only be specified while providing tools.")
    if kind in ("any", "tool") and question.thinking:
        raise Problem("bad_request", "Thinking may not be enabled when tool_choice forces tool use.")
    question.tool_choice = choice.get("name", "any") if kind == "tool" else kind
    if kind == "tool" and question.tool_choice not in {tool.name for tool in question.tools}:
        raise Problem("bad_request", f"Tool '{question.tool_choice}' not found in provided tools")


def _format(body: Json, question: Question) -> None:
    asked = (body.get("output_config") or {}).get("format") or body.get("output_format")
    if not asked:
        return
    if asked.get("type") != "json_schema":
        raise Problem("bad_request", "Input should be 'json_schema'", param="output_config.format.type")
    question.schema = _need(asked, "schema")
    if asked["schema"].get("type") == "object" and asked["schema"].get("additionalProperties") is not False:
        told = "For 'object' type, 'additionalProperties' must be explicitly set to false"
        raise Problem("bad_request", told, param="output_config.format.schema")


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content or "")
