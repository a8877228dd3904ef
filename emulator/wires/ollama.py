"""Ollama's own API.

Sources: https://docs.ollama.com/api (chat, generate, tags, show, ps, version, errors, authentication), /capabilities/web-search,
/cloud; the public server (https://github.com/ollama/ollama, server/routes.go, images.go, sched.go) for the words of errors; the
types of the ollama package. The API has no forced tools, no citations, no files, no batches, no addresses of pictures, and no headers
of rate limits.
"""

from collections.abc import Iterator
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .. import ollama_request as asked
from ..ollama_form import Reply, line, moment
from ..problem import Problem
from ..question import Question
from ..wire import Json, Wire, json_response, stream_response

_VERSION = "0.21.1"
_CLOUD = ("/api/web_search", "/api/web_fetch")
_GENERAL = {
    "auth": (401, "unauthorized"),
    "credit": (429, "you (emulator) have reached your weekly usage limit, upgrade for higher limits: https://ollama.com/upgrade or add "
               "extra usage: https://ollama.com/settings (ref: {ref})"),
    "model": (404, "model '{model}' not found"),
    "rate": (429, "you (emulator) have reached your session usage limit, upgrade for higher limits: https://ollama.com/upgrade (ref: {ref})"),
    "server": (500, "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama "
               "server logs for details"),
    "unavailable": (503, "Service Temporarily Unavailable"),
    "overloaded": (503, "server busy, please try again.  maximum pending requests exceeded"),
}  # fmt: skip
_IN_STREAM = "an error was encountered while running the model"
_SHOWN = {"vision": "in.image", "audio": "in.audio", "tools": "tools", "thinking": "thinking"}


class Ollama(Wire):
    """POST /api/chat, /api/generate and their neighbours."""

    def routes(self) -> list[Route]:
        return [
            Route("/", self._alive),
            Route("/api/chat", self._chat, methods=["POST"]),
            Route("/api/generate", self._generate, methods=["POST"]),
            Route("/api/tags", self._tags),
            Route("/api/ps", self._running),
            Route("/api/show", self._show, methods=["POST"]),
            Route("/api/version", self._version),
            Route("/api/web_search", self._web_search, methods=["POST"]),
            Route("/api/web_fetch", self._web_fetch, methods=["POST"]),
        ]

    def needs_key(self, request: Request) -> bool:
        """A server of one's own asks for no key; ollama.com does, so one that is sent has to be right."""
        return request.url.path in _CLOUD or "authorization" in request.headers

    def model(self, request: Request, body: Json) -> str:
        return self._plain_name(super().model(request, body))

    def problem(self, problem: Problem) -> Response:
        headers = {} if problem.retry_after is None else {"retry-after": f"{max(1, round(problem.retry_after))}"}
        if problem.kind == "not_found":
            return PlainTextResponse("404 page not found", 404, headers)
        status, message = self._worded(problem)
        return self._json({"error": message}, status, headers)

    def _worded(self, problem: Problem) -> tuple[int, str]:
        ref = f"00000000-0000-4000-8000-{self.next_id():012d}"
        if problem.kind == "bad_request":
            return 400, problem.message
        if problem.kind != "rejected":
            status, message = _GENERAL[problem.kind]
            return status, problem.message or message.format(model=problem.model, ref=ref)
        match problem.capability:
            case "thinking":
                return 400, f'"{problem.model}" does not support thinking'
            case "in.text" | "out.text":
                return 400, f'"{problem.model}" does not support chat'
            case "in.image" | "in.audio":
                return 400, f"this model does not support {problem.capability[3:]} input (ref: {ref})"
            case "web_search":
                return 403, "ollama cloud is disabled: web search is unavailable"
            case "tools.empty" | "tools.nested" | "tools.schema":
                return 400, f"{_full_name(problem.model)} does not support these tools"
            case "out.image":
                return 400, f"{_full_name(problem.model)} does not support image generation"
        return 400, f"{_full_name(problem.model)} does not support {problem.capability}"

    async def _chat(self, request: Request) -> Response:
        body = await asked.read_body(request, asked.CHAT, "ChatRequest")
        question = self._question(body)
        asked.read_chat(body, question)
        return self._answered(body, question, chat=True, empty=not body.get("messages"))

    async def _generate(self, request: Request) -> Response:
        body = await asked.read_body(request, asked.GENERATE, "GenerateRequest")
        question = self._question(body)
        asked.read_generate(body, question)
        return self._answered(body, question, chat=False, empty=not body.get("prompt"))

    def _question(self, body: Json) -> Question:
        """What chat and generate read alike; a model that can think does so unless told not to."""
        think = asked.read_think(body)
        question = Question(self._plain_name(body.get("model") or ""), stream=body.get("stream") is not False)
        asked.read_logprobs(body, question)
        question.thinking = think is not False
        if think is None:
            question.thinking = self.bench.brain.act(question.model, question.mode, "thinking") == "works"
        return question

    def _answered(self, body: Json, question: Question, *, chat: bool, empty: bool) -> Response:
        if not question.model:
            raise Problem("bad_request", "model is required")
        if empty:
            return self._json(self._idle(body, question, chat=chat))
        asked.read_options(body, question)
        asked.read_format(body, question)
        reply = Reply(body["model"], self.bench.brain.answer(question), chat)
        act = self.bench.brain.act(question.model, question.mode, "stream") if question.stream else "ignores"
        failure = reply.unread_call()
        if act not in ("works", "malformed"):
            if failure:
                raise Problem("server", failure)
            return self._json(reply.whole())
        lines = list(reply.lines())
        if failure:
            lines.pop()
            # Nothing was sent yet, so the status can still tell.
            if not lines:
                raise Problem("server", failure)
        elif act == "malformed":
            lines, failure = lines[: len(lines) // 2], _IN_STREAM
        return stream_response(_sent(lines, failure), self.bench.chunk_delay, "application/x-ndjson")

    def _idle(self, body: Json, question: Question, *, chat: bool) -> Json:
        """An empty request loads the model, or with no time to keep it, unloads it."""
        reply = Reply(body["model"], self.bench.brain.answer(Question(question.model, turns=[("user", "Hello")])), chat)
        return reply.idle("unload" if body.get("keep_alive") in (0, "0", "0s") else "load")

    async def _alive(self, _: Request) -> Response:
        return PlainTextResponse("Ollama is running")

    async def _version(self, _: Request) -> Response:
        return self._json({"version": _VERSION})

    async def _tags(self, _: Request) -> Response:
        return self._json({"models": [_summary(name) for name in self.bench.models]})

    async def _running(self, _: Request) -> Response:
        more = {"expires_at": moment(), "size_vram": 0, "context_length": 4096}
        return self._json({"models": [_summary(name) | more for name in self.bench.models]})

    async def _show(self, request: Request) -> Response:
        body = await asked.read_body(request, asked.SHOW, "ShowRequest")
        name = body.get("model") or body.get("name") or ""
        if not name:
            raise Problem("bad_request", "model is required")
        if self._plain_name(name) not in self.bench.models:
            raise Problem("model", model=name)
        acts = {shown: self.bench.brain.act(self._plain_name(name), "sync", key) for shown, key in _SHOWN.items()}
        summary = _summary(name)
        return self._json(
            {
                "license": "MIT",
                "modelfile": f'# Modelfile generated by "ollama show"\nFROM {summary["name"]}\n',
                "parameters": 'stop                           "<|end|>"',
                "template": "{{ .Prompt }}",
                "details": summary["details"],
                "model_info": {"general.architecture": "emulated", "emulated.context_length": 131072},
                "capabilities": [
                    "completion",
                    *(shown for shown, act in acts.items() if act not in ("rejects", "ignores")),
                ],
                "modified_at": summary["modified_at"],
            }
        )

    async def _web_search(self, request: Request) -> Response:
        """Searches for clients, whose models ask for it by a tool of their own."""
        body = await asked.read_body(request, asked.SEARCH, "WebSearchRequest")
        if not body.get("query"):
            raise Problem("bad_request", "query is required")
        question = Question(self.bench.models[0], turns=[("user", body["query"])], web_search=True)
        sources = self.bench.brain.answer(question).sources[: body.get("max_results") or 5]
        return self._json(
            {"results": [{"title": one.title, "url": one.url, "content": one.snippet} for one in sources]}
        )

    async def _web_fetch(self, request: Request) -> Response:
        body = await asked.read_body(request, {"url": ("string", "string")}, "WebFetchRequest")
        question = Question(self.bench.models[0], turns=[("user", body.get("url") or "")], web_search=True)
        found = next((one for one in self.bench.brain.answer(question).sources if one.url == body.get("url")), None)
        if found is None:
            raise Problem("bad_request", "failed to fetch the page")
        return self._json({"title": found.title, "content": found.snippet, "links": []})

    def _plain_name(self, name: str) -> str:
        """Without the tag that stands for none."""
        return name if name in self.bench.models else name.removesuffix(":latest")

    @staticmethod
    def _json(value: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        return json_response(value, status, {"content-type": "application/json; charset=utf-8"} | (headers or {}))


def _sent(lines: list[Json], failure: str) -> Iterator[bytes]:
    """The lines of a stream; what fails within can only be told by a last one."""
    yield from map(line, lines)
    if failure:
        yield line({"error": failure})


def _tagged(name: str) -> str:
    return name if ":" in name else f"{name}:latest"


def _full_name(name: str) -> str:
    return f"registry.ollama.ai/{'' if '/' in name else 'library/'}{_tagged(name)}"


def _summary(name: str) -> Json:
    return {
        "name": _tagged(name),
        "model": _tagged(name),
        "modified_at": "2025-10-03T23:34:03.409490317Z",
        "size": 3338801804,
        "digest": sha256(name.encode()).hexdigest(),
        "details": {
            "parent_model": "",
            "format": "gguf",
            "family": "emulated",
            "families": ["emulated"],
            "parameter_size": "4.3B",
            "quantization_level": "Q4_K_M",
        },
    }
