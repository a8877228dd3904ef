"""Google's Gemini API: generateContent and its neighbours.

Sources: https://ai.google.dev/api/generate-content, /api/caching, /api/tokens, https://ai.google.dev/gemini-api/docs/ (structured-output,
function-calling, thought-signatures, thinking, google-search, image-understanding, audio, video-understanding, document-processing,
file-input-methods, image-generation, speech-generation); the types of the google-genai package. The API has no citations of documents.
A model with "gemini-3" in its name asks for its thought signatures back, any other one only looks at those that it gets.
"""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import gemini_form
from ..gemini_common import told
from ..gemini_files import GoogleFilesWire
from ..gemini_proto import decoded, parse, plain_schema, schema_complaint
from ..problem import Problem
from ..question import Answer, Media, Modality, Question, Tool
from ..wire import Json, read_json, stream_response

_AT = "* GenerateContentRequest."
_MODALITIES: dict[Modality, frozenset[str]] = {
    "image": frozenset({"png", "jpeg", "jpg", "webp", "heic", "heif"}),
    "audio": frozenset(
        {"wav", "x-wav", "mp3", "mpeg", "aiff", "aac", "ogg", "flac", "m4a", "mp4", "opus", "pcm", "l16", "webm"}
    ),
    "video": frozenset({"mp4", "mpeg", "quicktime", "mov", "avi", "x-flv", "mpg", "webm", "wmv", "3gpp"}),
}
_TEXTS = frozenset(
    {"application/pdf", "application/json", "application/rtf", "application/x-javascript", "application/x-python"}
)
_DATA = (
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)
_MIMES = frozenset({"text/plain", "application/json", "application/xml", "application/yaml", "text/x.enum"})
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")
_HOST = "https://generativelanguage.googleapis.com/v1beta/files/"
_VIDEOS = ("https://www.youtube.com/", "https://youtube.com/", "https://youtu.be/")
# What the documentation gives for calls that another model made.
_UNSIGNED = frozenset({b"skip_thought_signature_validator", b"context_engineering_is_the_way_to_go"})
_BREAK = b"\r\n\r\n"


@dataclass
class Gemini(GoogleFilesWire):
    """POST /v1beta/models/{model}:generateContent and its neighbours."""

    methods = ("generateContent", "countTokens", "createCachedContent", "batchGenerateContent")

    signatures: set[bytes] = field(default_factory=set)

    def routes(self) -> list[Route]:
        return [
            Route("/v1beta/models/{model}:generateContent", self._generate, methods=["POST"]),
            Route("/v1beta/models/{model}:streamGenerateContent", self._stream, methods=["POST"]),
            Route("/v1beta/models/{model}:countTokens", self._count, methods=["POST"]),
            *self.file_routes(),
            *self.common_routes(),
        ]

    def ask(self, body: Json, model: str) -> Json:
        question = self._question(body, model)
        answer = self._asked(body, question, "generateContent")
        return gemini_form.whole(answer, self._form(body, answer))

    def _asked(self, body: Json, question: Question, method: str) -> Answer:
        try:
            return self.answer(question, method)
        except Problem as problem:
            if problem.capability == "thinking":
                problem.param = "level" if "thinkingLevel" in body["generationConfig"]["thinkingConfig"] else "budget"
            raise

    def _form(self, body: Json, answer: Answer) -> gemini_form.Form:
        strict = "gemini-3" in answer.model
        thinking = body.get("generationConfig", {}).get("thinkingConfig", {})
        form = gemini_form.Form(
            f"emulated{self.next_id():014d}",
            bool(thinking.get("includeThoughts")),
            strict or bool(answer.thinking),
            strict,
        )
        self.signatures.add(decoded(gemini_form.signature(answer)))
        return form

    async def _generate(self, request: Request) -> Response:
        return told(self.ask(parse(await read_json(request), "GenerateContentRequest"), request.path_params["model"]))

    async def _stream(self, request: Request) -> Response:
        if request.query_params.get("alt") == "sse":
            return await self._chunks(request, events=True)
        try:
            return await self._chunks(request, events=False)
        except Problem as problem:
            return told([self.status(problem)], self.problem(problem).status_code)

    async def _chunks(self, request: Request, *, events: bool) -> Response:
        body = parse(await read_json(request), "GenerateContentRequest")
        question = self._question(body, request.path_params["model"])
        question.stream = True
        answer = self._asked(body, question, "streamGenerateContent")
        form = self._form(body, answer)
        if self.bench.brain.act(question.model, question.mode, "stream") != "works":
            return told(gemini_form.whole(answer, form))
        chunks = (msgspec.json.encode(chunk) for chunk in gemini_form.chunks(answer, form))
        if events:
            return stream_response(
                (b"data: " + chunk + _BREAK for chunk in chunks), self.bench.chunk_delay, "text/event-stream"
            )
        return stream_response(_list(chunks), self.bench.chunk_delay, "application/json; charset=UTF-8")

    async def _count(self, request: Request) -> Response:
        body = parse(await read_json(request), "CountTokensRequest")
        question = self._question(body.get("generateContentRequest") or body, request.path_params["model"])
        usage = self.answer(question, "countTokens").usage
        count = usage.input if usage else 0
        return told({"totalTokens": count, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": count}]})

    def _question(self, body: Json, model: str) -> Question:
        question = Question(model)
        question.say(
            "system", "\n".join(part.get("text", "") for part in body.get("systemInstruction", {}).get("parts", ()))
        )
        if not body.get("contents"):
            raise Problem("bad_request", f"{_AT}contents: contents is not specified\n")
        self._contents(body["contents"], question)
        _tools(body, question)
        _config(body.get("generationConfig", {}), question)
        return question

    def _contents(self, contents: list[Json], question: Question) -> None:
        called: list[Json] = []
        for at, content in enumerate(contents):
            role, parts = content.get("role", "user") or "user", content.get("parts", [])
            if role not in ("user", "model", "function"):
                raise Problem("bad_request", "Please use a valid role: user, model.")
            if not parts:
                raise Problem("bad_request", f"{_AT}contents[{at}].parts: contents.parts must not be empty.\n")
            answers = [part for part in parts if "functionResponse" in part]
            if answers and not called:
                raise Problem(
                    "bad_request",
                    "Please ensure that function response turn comes immediately after a function call turn.",
                )
            if (answers or called) and len(answers) != len(called):
                told = "Please ensure that the number of function response parts is equal to the number of function call parts of the"
                raise Problem("bad_request", f"{told} function call turn.")
            called = [part for part in parts if "functionCall" in part]
            for index, part in enumerate(parts):
                self._part("assistant" if role == "model" else "user", part, f"contents[{at}].parts[{index}]", question)
        self._check_signatures(contents, question.model)

    def _part(self, role: str, part: Json, where: str, question: Question) -> None:
        kinds = [kind for kind in _DATA if kind in part]
        if not kinds:
            raise Problem(
                "bad_request", f"{_AT}{where}.data: required oneof field 'data' must have one initialized field\n"
            )
        if len(kinds) > 1:
            told = f"Invalid value at '{where}' (oneof), oneof field 'data' is already set. Cannot set '{kinds[1]}'"
            raise Problem("bad_request", told)
        match kinds[0]:
            case "text" if not part.get("thought"):
                question.say(role, part["text"])
            case "inlineData":
                blob = part["inlineData"]
                question.media.append(
                    Media(_modality(blob.get("mimeType", "")), blob.get("mimeType", ""), blob.get("data", b""))
                )
            case "fileData":
                question.media.append(self._file_data(part["fileData"]))
            case "functionResponse":
                question.results.append(_result(part["functionResponse"].get("response", {})))

    def _file_data(self, file: Json) -> Media:
        address, mime = file.get("fileUri", ""), file.get("mimeType", "")
        own = next((start for start in (f"{self.url}/files/", _HOST) if address.startswith(start)), "")
        if own:
            stored = self.stored(address.removeprefix(own))
            if stored.purpose == "PROCESSING":
                message = f"The File {stored.id} is not in an ACTIVE state and usage is not allowed."
                raise Problem("bad_request", message, param="FAILED_PRECONDITION")
            return Media(_modality(stored.mime), stored.mime, stored.data, file_id=stored.id, title=stored.filename)
        if not address.startswith(("https://", "http://")):
            raise Problem("bad_request", f"Invalid or unsupported file uri: {address}")
        if not address.startswith(_VIDEOS):
            mime = mime or mimetypes.guess_type(address)[0] or ""
            return Media(_modality(mime), mime, url=address)
        return Media("video", mime or "video/mp4", url=address)

    def _check_signatures(self, contents: list[Json], model: str) -> None:
        """Thought signatures have to come back as they were given, and some models want them for the calls of this turn."""
        turn = max((at for at, content in enumerate(contents) if _is_asked(content)), default=0)
        for at, content in enumerate(contents):
            parts = content.get("parts", [])
            for part in parts:
                if "thoughtSignature" in part and part["thoughtSignature"] not in self.signatures | _UNSIGNED:
                    raise Problem("bad_request", "Corrupted thought signature.")
            first = next((part for part in parts if "functionCall" in part), None)
            if first and at > turn and "gemini-3" in model and "thoughtSignature" not in first:
                told = "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and"
                told += (
                    " missing thought_signature may lead to degraded model performance. Additional data, function call "
                )
                told += f"`default_api:{first['functionCall'].get('name')}` , position {at + 1}. Please refer to "
                raise Problem(
                    "bad_request", f"{told}https://ai.google.dev/gemini-api/docs/thought-signatures for more details."
                )


def _list(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Without alt=sse, a stream is one list, whose items come one by one."""
    start = b"["
    for chunk in chunks:
        yield start + chunk
        start = b"\n,\r\n"
    yield b"\n]"


def _is_asked(content: Json) -> bool:
    return content.get("role", "user") != "model" and any(
        "functionResponse" not in part for part in content.get("parts", ())
    )


def _modality(mime: str) -> Modality:
    kind, _, subtype = mime.lower().split(";", 1)[0].partition("/")
    for modality, subtypes in _MODALITIES.items():
        if kind == modality and subtype in subtypes:
            return modality
    if kind == "text" or f"{kind}/{subtype}" in _TEXTS:
        return "document"
    raise Problem("bad_request", f"Unsupported MIME type: {mime}")


def _result(response: Json) -> str:
    """The documentation puts a result under "output" or "result"; anything else is given as it is."""
    value = next(iter(response.values())) if len(response) == 1 else response
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _tools(body: Json, question: Question) -> None:
    for at, tool in enumerate(body.get("tools", ())):
        if "googleSearchRetrieval" in tool:
            told = "Unable to submit request because Please use google_search field instead of google_search_retrieval field."
            raise Problem("bad_request", told)
        question.web_search |= "googleSearch" in tool
        for index, function in enumerate(tool.get("functionDeclarations", ())):
            where = f"tools[{at}].function_declarations[{index}]"
            if not _NAME.fullmatch(function.get("name", "")):
                told = f"{_AT}{where}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, "
                raise Problem(
                    "bad_request",
                    f"{told}0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.\n",
                )
            schema = function.get("parametersJsonSchema") or {}
            if "parameters" in function:
                schema = _schema(function["parameters"], f"{where}.parameters")
            question.tools.append(Tool(function["name"], function.get("description", ""), schema))
    config = body.get("toolConfig", {}).get("functionCallingConfig", {})
    mode, allowed = config.get("mode", "AUTO"), config.get("allowedFunctionNames", [])
    if mode in ("ANY", "VALIDATED") and not question.tools:
        raise Problem("bad_request", "Function calling config is set without function_declarations.")
    if allowed and mode not in ("ANY", "VALIDATED"):
        told = "allowed_function_names should only be set when the function calling mode is ANY or VALIDATED."
        raise Problem("bad_request", f"{_AT}tool_config.function_calling_config: {told}\n")
    if absent := set(allowed) - {tool.name for tool in question.tools}:
        told = f"allowed_function_names contains `{min(absent)}`, which is not in function_declarations."
        raise Problem("bad_request", f"{_AT}tool_config.function_calling_config: {told}\n")
    forced = allowed[0] if len(allowed) == 1 else "any"
    question.tool_choice = {"ANY": forced, "NONE": "none"}.get(mode, "auto")


def _schema(schema: Json, where: str) -> Json:
    if complaint := schema_complaint(schema, where):
        raise Problem("bad_request", f"{_AT}{complaint}\n")
    return plain_schema(schema)


def _config(config: Json, question: Question) -> None:
    def refuse(name: str, message: str) -> Problem:
        return Problem("bad_request", f"{_AT}generation_config.{name}: {message}\n")

    mime = config.get("responseMimeType") or "text/plain"
    if mime not in _MIMES:
        listed = "`text/plain`, `application/json`, `application/xml`, `application/yaml` and `text/x.enum`"
        raise refuse("response_mime_type", f"allowed mimetypes are {listed}.")
    question.json = mime == "application/json"
    free: Any = config.get("responseJsonSchema") or config.get("_responseJsonSchema")
    if "responseSchema" in config and free:
        raise refuse("response_json_schema", "only one of response_schema and response_json_schema may be set.")
    if "responseSchema" in config or free:
        if mime not in ("application/json", "text/x.enum"):
            raise refuse(
                "response_schema", "a compatible response_mime_type must be set: application/json or text/x.enum."
            )
        question.schema = free or _schema(config["responseSchema"], "generation_config.response_schema")
    question.stop = tuple(config.get("stopSequences", ()))
    if len(question.stop) > 5:
        raise refuse("stop_sequences", "at most 5 stop sequences may be set.")
    if not 0 <= config.get("temperature", 1) <= 2:
        raise refuse("temperature", "temperature must be in the range [0.0, 2.0].")
    question.max_tokens = config.get("maxOutputTokens")
    if question.max_tokens is not None and question.max_tokens < 1:
        raise refuse("max_output_tokens", "max_output_tokens must be positive.")
    question.seed = config.get("seed")
    if "logprobs" in config and not config.get("responseLogprobs"):
        raise refuse("logprobs", "logprobs may only be set when response_logprobs is true.")
    if not 0 <= config.get("logprobs", 0) <= 20:
        raise refuse("logprobs", "logprobs must be in the range [0, 20].")
    if config.get("responseLogprobs"):
        question.top_logprobs = config.get("logprobs", 0)
    question.wanted = frozenset(one.lower() for one in config.get("responseModalities", ())) or frozenset({"text"})
    thinking = config.get("thinkingConfig", {})
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        raise Problem("bad_request", "You can only set only one of thinking budget and thinking level.")
    question.thinking = bool(thinking) and thinking.get("thinkingBudget") != 0
