"""Mistral's conversations: the endpoint whose connectors search the web.

Sources: https://docs.mistral.ai/agents/agents_basics (entries, streamed events), /agents/connectors/websearch,
/api/endpoint/beta/conversations; the types of the mistralai package. There is no reason for the end and there are no log-probabilities;
errors have a form of their own.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import speech
from .mistral_errors import Refusal, forbid, need, response, tagged
from .mistral_fields import APPEND, ARGS, CONNECTORS, ENTRIES, START
from .mistral_files import MistralFiles, limit_headers
from .mistral_form import call_id, thoughts, usage
from .mistral_reading import arguments, body_of, function
from .problem import Problem
from .question import Answer, Question
from .wire import Json, event, json_response, stream_response

Endpoint = Callable[[Request], Awaitable[Response]]

_SEARCHES = frozenset({"web_search", "web_search_premium"})


@dataclass
class Conversation:
    """What the server remembers of one."""

    id: str
    request: Json
    entries: list[Json]
    created: str


@dataclass
class MistralConversations(MistralFiles):
    """POST /v1/conversations and what continues one."""

    conversations: dict[str, Conversation] = field(default_factory=dict)

    def conversation_routes(self) -> list[Route]:
        return [
            Route("/v1/conversations", self._in_its_form(self._start), methods=["POST"]),
            Route("/v1/conversations", self._in_its_form(self._list)),
            Route("/v1/conversations/{id}", self._in_its_form(self._append), methods=["POST"]),
            Route("/v1/conversations/{id}", self._in_its_form(self._one), methods=["GET", "DELETE"]),
            Route("/v1/conversations/{id}/history", self._in_its_form(self._history)),
            Route("/v1/conversations/{id}/messages", self._in_its_form(self._messages)),
        ]

    def _in_its_form(self, endpoint: Endpoint) -> Endpoint:
        async def answered(request: Request) -> Response:
            try:
                return await endpoint(request)
            except Problem as problem:
                return response(problem, self.uuid(), conversation=True)

        return answered

    def converse(self, body: Json, entries: list[Json], *, stream: bool) -> tuple[Question, Answer]:
        """Reads a conversation's settings and entries, and answers them."""
        question = Question(body["model"], stream=stream)
        question.say("system", body.get("instructions") or "")
        kinds: list[str] = []
        for at, tool in enumerate(body.get("tools") or ()):
            kinds.append(tagged(tool, "type", CONNECTORS, ("body", "tools", at)))
            if kinds[-1] == "function":
                question.tools.append(function(tool, ("body", "tools", at)))
        args = body.get("completion_args") or {}
        forbid(args, ARGS, ("body", "completion_args"))
        arguments(args, question, ("body", "completion_args"))
        if set(kinds) >= _SEARCHES:
            raise Problem("bad_request", "Can't add web_search and web_search_premium together")
        question.web_search = bool(_SEARCHES & set(kinds))
        if question.tool_choice == "any" and set(kinds) - {"function"}:
            raise Problem("bad_request", "Can't set 'tool_choice' to 'required' when using built in connectors")
        self._entries(entries, question)
        try:
            return question, self.bench.brain.answer(question)
        except Problem as problem:
            problem.param = problem.param or "completion_args.tool_choice"
            raise

    def _entries(self, entries: list[Json], question: Question) -> None:
        for at, entry in enumerate(entries):
            loc = ("body", "inputs", "list", at)
            match tagged({"type": "message.input"} | entry, "type", ENTRIES, loc):
                case "message.input" | "message.output" as kind:
                    role = tagged(
                        {"role": "assistant" if kind == "message.output" else None} | entry,
                        "role",
                        ("user", "assistant"),
                        loc,
                    )
                    self.reader.content(role, need(entry, "content", loc), question, (*loc, "content"))
                case "function.result":
                    need(entry, "tool_call_id", loc)
                    question.results.append(need(entry, "result", loc))

    async def _start(self, request: Request) -> Response:
        body = await body_of(request)
        return self._reply(self._begun(body), body, [])

    async def _append(self, request: Request) -> Response:
        conversation = self._known(request)
        body = await body_of(request)
        forbid(body, APPEND, ("body",))
        merged = conversation.request | {name: body[name] for name in ("completion_args",) if name in body}
        return self._reply(
            Conversation(conversation.id, merged, _given(body), conversation.created), body, conversation.entries
        )

    def _begun(self, body: Json) -> Conversation:
        _check(body)
        return Conversation(f"conv_{self.next_id():032x}", body, _given(body), _now())

    def begin(self, body: Json) -> Json:
        """The body of a plain answer to a new conversation that is not kept."""
        begun = self._begun(body)
        _, answer = self.converse(body, begun.entries, stream=False)
        outputs = self.outputs(answer, body.get("tools") or [])
        return _whole(begun.id, outputs, _usage(answer, outputs))

    def _reply(self, now: Conversation, body: Json, before: list[Json]) -> Response:
        stream = bool(body.get("stream"))
        question, answer = self.converse(now.request, [*before, *now.entries], stream=stream)
        outputs = self.outputs(answer, now.request.get("tools") or [])
        if body.get("store") is not False:
            self.conversations[now.id] = Conversation(
                now.id, now.request, [*before, *now.entries, *outputs], now.created
            )
        headers = limit_headers(answer)
        counted = _usage(answer, outputs)
        if stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            return stream_response(_events(now.id, outputs, counted), self.bench.chunk_delay, headers=headers)
        return json_response(_whole(now.id, outputs, counted), headers=headers)

    def outputs(self, answer: Answer, tools: list[Json]) -> list[Json]:
        """The entries of an answer: searches, then calls or the message."""
        kind = next((tool["type"] for tool in tools if tool["type"] in _SEARCHES), "web_search")
        entries: list[Json] = []
        for query in answer.queries:
            asked: Json = {
                "name": kind,
                "arguments": json.dumps({"query": query}),
                "function": "web_search",
                "info": {},
            }
            entries.append(self._entry("tool.execution", "tool_exec", answer) | asked)
        for call in answer.calls:
            made = {
                "tool_call_id": call_id(call.id),
                "name": call.name,
                "arguments": call.arguments,
                "confirmation_status": None,
            }
            entries.append(self._entry("function.call", "fc", answer) | made)
        if not answer.calls:
            entries.append(
                self._entry("message.output", "msg", answer) | {"role": "assistant", "content": _content(answer, kind)}
            )
        return entries

    def _entry(self, kind: str, prefix: str, answer: Answer) -> Json:
        moments = {"created_at": _now(), "completed_at": _now()}
        return {
            "object": "entry",
            "type": kind,
            **moments,
            "id": f"{prefix}_{self.next_id():032x}",
            "agent_id": None,
            "model": answer.model,
        }

    async def _list(self, _: Request) -> Response:
        return json_response([_shown(one) for one in self.conversations.values()])

    async def _one(self, request: Request) -> Response:
        conversation = self._known(request)
        if request.method == "DELETE":
            del self.conversations[conversation.id]
            return Response(status_code=204)
        return json_response(_shown(conversation))

    async def _history(self, request: Request) -> Response:
        one = self._known(request)
        return json_response({"object": "conversation.history", "conversation_id": one.id, "entries": one.entries})

    async def _messages(self, request: Request) -> Response:
        one = self._known(request)
        said = [entry for entry in one.entries if entry["type"] in ("message.input", "message.output")]
        return json_response({"object": "conversation.messages", "conversation_id": one.id, "messages": said})

    def _known(self, request: Request) -> Conversation:
        id = request.path_params["id"]
        if id not in self.conversations:
            raise Refusal(f"Conversation {id} not found", "invalid_request_error", "3000", 404)
        return self.conversations[id]


def _whole(id: str, outputs: list[Json], counted: Json) -> Json:
    return {"object": "conversation.response", "conversation_id": id, "outputs": outputs, **counted, "guardrails": None}


def _check(body: Json) -> None:
    forbid(body, START, ("body",))
    need(body, "inputs", ("body",))
    if body.get("agent_id"):
        if body.get("model"):
            raise Problem("bad_request", "Only one of model and agent_id may be given")
        raise Refusal(f"Agent {body['agent_id']} not found", "invalid_request_error", "3000", 404)
    if not body.get("model"):
        raise Problem("bad_request", "One of model and agent_id must be given")
    if not body["inputs"]:
        raise Problem("bad_request", "inputs is required")


def _given(body: Json) -> list[Json]:
    """The new entries; a bare text is one of the user's."""
    inputs = body.get("inputs") or []
    return (
        [_filled({"role": "user", "content": inputs})]
        if isinstance(inputs, str)
        else [_filled(entry) for entry in inputs]
    )


def _filled(entry: Json) -> Json:
    return {"object": "entry", "type": "message.input"} | entry


def _content(answer: Answer, tool: str) -> Any:
    """Plain text, or chunks where there is more than text; the sources stand before the last character of the sentence they belong to."""
    if not answer.sources:
        return [*thoughts(answer), {"type": "text", "text": answer.text}] if answer.thinking else answer.text
    sources = [
        {
            "type": "tool_reference",
            "tool": tool,
            "title": one.title,
            "url": one.url,
            "favicon": None,
            "description": one.snippet,
        }
        for one in answer.sources
    ]
    said = [{"type": "text", "text": answer.text[:-1]}, *sources, {"type": "text", "text": answer.text[-1:]}]
    return [*thoughts(answer), *said]


def _usage(answer: Answer, outputs: list[Json]) -> Json:
    if not answer.usage:
        return {}
    searches = [entry["name"] for entry in outputs if entry["type"] == "tool.execution"]
    counted = usage(answer.usage)
    if searches:
        counted |= {"connector_tokens": 0, "connectors": {name: searches.count(name) for name in searches}}
    return {"usage": counted}


def _events(id: str, outputs: list[Json], counted: Json) -> Iterator[bytes]:
    yield _told("conversation.response.started", conversation_id=id)
    for index, entry in enumerate(outputs):
        where = {"output_index": index, "id": entry["id"]}
        match entry["type"]:
            case "tool.execution":
                named = {"name": entry["name"], "function": entry["function"]}
                yield _told("tool.execution.started", **where, **named, arguments="", model=entry["model"])
                yield _told("tool.execution.delta", **where, **named, arguments=entry["arguments"])
                yield _told("tool.execution.done", **where, **named, info=entry["info"])
            case "function.call":
                named = {"name": entry["name"], "tool_call_id": entry["tool_call_id"], "model": entry["model"]}
                for piece in speech.pieces(entry["arguments"], 6):
                    yield _told("function.call.delta", **where, **named, arguments=piece, confirmation_status=None)
            case _:
                chunks = (
                    entry["content"]
                    if isinstance(entry["content"], list)
                    else [{"type": "text", "text": entry["content"]}]
                )
                for at, chunk in enumerate(chunks):
                    for piece in _pieces(chunk):
                        yield _told(
                            "message.output.delta",
                            **where,
                            content_index=at,
                            model=entry["model"],
                            role="assistant",
                            content=piece,
                        )
    yield _told("conversation.response.done", **counted)


def _pieces(chunk: Json) -> list[Any]:
    """Text comes bare, thinking in chunks that all say they are closed, anything else at once."""
    match chunk["type"]:
        case "text":
            return [*speech.pieces(chunk["text"])]
        case "thinking":
            pieces = speech.pieces(chunk["thinking"][0]["text"])
            return [
                {"type": "thinking", "thinking": [{"type": "text", "text": piece}], "closed": True} for piece in pieces
            ]
    return [chunk]


def _told(kind: str, **fields: Any) -> bytes:
    return event({"type": kind, "created_at": _now(), **fields}, kind)


def _shown(one: Conversation) -> Json:
    request = one.request
    return {
        "object": "conversation",
        "id": one.id,
        "created_at": one.created,
        "updated_at": one.created,
        "model": request["model"],
        "instructions": request.get("instructions"),
        "tools": request.get("tools") or [],
        "completion_args": request.get("completion_args") or {},
        "name": request.get("name"),
        "description": request.get("description"),
        "metadata": request.get("metadata"),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
