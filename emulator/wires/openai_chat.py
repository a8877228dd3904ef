"""OpenAI's chat completions.

Sources: https://platform.openai.com/docs/api-reference/chat, /chat-streaming; the types of the openai
package. Two fields are of others who took over the format: `video_url` (https://docs.vllm.ai, multimodal inputs) and
`reasoning_content` (https://api-docs.deepseek.com/guides/thinking_mode).
"""

import base64
import time
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import drawing, speech
from ..openai_common import TOOL_PARAMS, OpenAIWire, decode, limit_headers, linked, need, strict_schema
from ..problem import Problem
from ..question import Answer, Media, Question, Source, Token, Tool, Usage
from ..wire import Json, event, json_response, read_json, stream_response

_FINISH = {
    "stop": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "tools": "tool_calls",
    "none": None,
    "garbage": "unknown_reason",
}
_SOUND_PIECE = (
    1200  # bytes: a multiple of three, so that the pieces' base64 joins without padding, and of a sample's two
)
_DATA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}


class OpenAIChat(OpenAIWire):
    """POST /v1/chat/completions and its neighbours."""

    endpoint = "/v1/chat/completions"
    params = {
        "in.image": "image_url",
        "in.audio": "input_audio",
        "in.video": "video_url",
        "in.document": "file",
        "json": "response_format",
        "schema": "response_format",
        **TOOL_PARAMS,
        "web_search": "web_search_options",
        "usage": "stream_options",
        "thinking": "reasoning_effort",
    }

    def routes(self) -> list[Route]:
        return [
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            *self.common_routes(),
        ]

    def question(self, body: Json) -> Question:
        question = Question(need(body.get("model"), "model"), stream=bool(body.get("stream")))
        question.thinking = body.get("reasoning_effort") not in (None, "none") or _thinks_aloud(body)
        self._messages(need(body.get("messages"), "messages"), question)
        for tool in body.get("tools") or ():
            function = tool.get("function", {})
            schema = function.get("parameters") or {}
            if function.get("strict"):
                strict_schema(schema, "function", function.get("name", ""))
            name = need(function.get("name"), "tools[0].function.name")
            question.tools.append(Tool(name, function.get("description", ""), schema))
        question.tool_choice = _tool_choice(body, question)
        question.parallel = body.get("parallel_tool_calls") is not False
        _response_format(body, question)
        stop = body.get("stop")
        question.stop = (stop,) if isinstance(stop, str) else tuple(stop or ())
        question.max_tokens = body.get("max_completion_tokens") or body.get("max_tokens")
        question.seed = body.get("seed")
        if body.get("top_logprobs") is not None and not body.get("logprobs"):
            told = "Invalid value for 'top_logprobs': 'top_logprobs' is only allowed when 'logprobs' is enabled."
            raise Problem("bad_request", told, param="top_logprobs")
        if body.get("logprobs"):
            question.top_logprobs = body.get("top_logprobs") or 0
        question.web_search = body.get("web_search_options") is not None
        question.wanted = frozenset(body.get("modalities") or ("text",))
        if "audio" in question.wanted:
            spoken = need(body.get("audio"), "audio").get("format")
            if question.stream and spoken != "pcm16":
                told = f"Unsupported value: 'audio.format' does not support '{spoken}' when stream=true. Supported values are: 'pcm16'."
                raise Problem("bad_request", told, param="audio.format")
        question.usage_asked = bool((body.get("stream_options") or {}).get("include_usage"))
        if body.get("stream_options") and not question.stream:
            told = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            raise Problem("bad_request", told, param="stream_options")
        return question

    def _messages(self, messages: list[Json], question: Question) -> None:
        known: set[str] = set()
        for at, message in enumerate(messages):
            role, content = need(message.get("role"), f"messages[{at}].role"), message.get("content")
            if role == "tool":
                if message.get("tool_call_id") not in known:
                    told = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
                    raise Problem("bad_request", f"Invalid parameter: {told}", param=f"messages.[{at}].role")
                question.results.append(_text(content))
                continue
            known.update(call.get("id", "") for call in message.get("tool_calls") or ())
            if isinstance(content, str):
                question.say(role, content)
            for part in content if isinstance(content, list) else ():
                self._part(role, part, question)

    def _part(self, role: str, part: Json, question: Question) -> None:
        match part.get("type"):
            case "text":
                question.say(role, part["text"])
            case "refusal":
                question.say(role, part["refusal"])
            case "image_url":
                question.media.append(linked("image", part["image_url"]["url"], "image_url"))
            case "video_url":
                question.media.append(linked("video", part["video_url"]["url"], "video_url"))
            case "input_audio":
                sound = part["input_audio"]
                if sound.get("format") not in _DATA_TYPES:
                    told = f"Invalid value: '{sound.get('format')}'. Supported values are: 'wav' and 'mp3'."
                    raise Problem("bad_request", told, param="messages.content.input_audio.format")
                question.media.append(
                    Media("audio", _DATA_TYPES[sound["format"]], decode(sound["data"], "input_audio.data"))
                )
            case "file":
                question.media.append(self._given_file(part["file"]))
            case other:
                told = "Supported values are: 'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'."
                raise Problem("bad_request", f"Invalid value: '{other}'. {told}", param="messages.content.type")

    def _given_file(self, file: Json) -> Media:
        if id := file.get("file_id"):
            stored = self.file_of(id)
            return Media("document", stored.mime, stored.data, file_id=id, title=stored.filename)
        media = linked("document", need(file.get("file_data"), "file.file_data"), "file.file_data")
        media.title = need(file.get("filename"), "file.filename")
        return media

    async def _complete(self, request: Request) -> Response:
        body = await read_json(request)
        question = self.question(body)
        answer = self.bench.brain.answer(question)
        headers = limit_headers(answer.limits)
        if question.stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            return stream_response(self._events(body, question, answer), self.bench.chunk_delay, headers=headers)
        return json_response(self.render(body, question, answer), headers=headers)

    def render(self, body: Json, question: Question, answer: Answer) -> Json:
        message: Json = {
            "role": "assistant",
            "content": answer.text,
            "refusal": None,
            "annotations": _annotations(answer),
        }
        if answer.calls:
            message["content"] = None
            message["tool_calls"] = [_tool_call(call.id, call.name, call.arguments) for call in answer.calls]
        if answer.thinking and _thinks_aloud(body):
            message["reasoning_content"] = answer.thinking
        for sound in answer.drawn:
            if sound.modality == "audio":
                message["content"] = None
                message["audio"] = self._audio() | {
                    "data": base64.b64encode(drawing.sound(sound.data, body["audio"]["format"])).decode(), "transcript": sound.transcript
                }  # fmt: skip
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _FINISH[answer.finish]}
        if answer.logprobs is not None:
            choice["logprobs"] = _logprobs(answer, answer.logprobs)
        whole = self._head("chat.completion", question) | {"choices": [choice]}
        if answer.usage:
            whole["usage"] = _usage(answer.usage)
        return whole

    def _events(self, body: Json, question: Question, answer: Answer) -> Iterator[bytes]:
        head = self._head("chat.completion.chunk", question)
        if question.usage_asked:
            head["usage"] = None

        def chunk(delta: Json, finish: str | None = None, logprobs: Any = None) -> bytes:
            return event(
                head | {"choices": [{"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish}]}
            )

        speaker = {} if "stream.role" in answer.lacks else {"role": "assistant"}
        yield chunk({**speaker, "content": None if answer.calls else "", "refusal": None})
        if _thinks_aloud(body):
            for piece in speech.pieces(answer.thinking):
                yield chunk({"reasoning_content": piece})
        for at, call in enumerate(answer.calls):
            place = {} if "stream.calls" in answer.lacks else {"index": at}
            yield chunk({"tool_calls": [place | _tool_call(call.id, call.name, "")]})
            for piece in speech.pieces(call.arguments, 6):
                yield chunk({"tool_calls": [place | {"function": {"arguments": piece}}]})
        for sound in answer.drawn:
            audio = self._audio()
            yield chunk({"audio": {"id": audio["id"], "transcript": sound.transcript}})
            data = drawing.sound(sound.data, "pcm16")
            for at in range(0, len(data), _SOUND_PIECE):
                yield chunk({"audio": {"data": base64.b64encode(data[at : at + _SOUND_PIECE]).decode()}})
            yield chunk({"audio": {"expires_at": audio["expires_at"]}})
        if not answer.drawn:
            for piece, tokens in _aligned(answer):
                yield chunk({"content": piece}, logprobs=None if tokens is None else _logprobs(answer, tokens))
        if answer.sources:
            yield chunk({"annotations": _annotations(answer)})
        yield chunk({}, _FINISH[answer.finish])
        if question.usage_asked and answer.usage:
            yield event(head | {"choices": [], "usage": _usage(answer.usage)})
        if "stream.ends" not in answer.lacks:
            yield b"data: [DONE]\n\n"

    def _head(self, kind: str, question: Question) -> Json:
        return {
            "id": f"chatcmpl-{self.next_id():024d}",
            "object": kind,
            "created": int(time.time()),
            "model": question.model,
            "service_tier": "default",
            "system_fingerprint": "fp_emulated",
        }

    def _audio(self) -> Json:
        return {"id": f"audio_{self.next_id():024d}", "expires_at": int(time.time()) + 3600}


def _thinks_aloud(body: Json) -> bool:
    """OpenAI keeps the thinking to itself; servers that show it have switches of their own."""
    thinking = body.get("thinking")
    return bool(body.get("enable_thinking")) or (isinstance(thinking, dict) and thinking.get("type") == "enabled")


def _tool_choice(body: Json, question: Question) -> str:
    choice = body.get("tool_choice")
    if choice is not None and not question.tools:
        told = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
        raise Problem("bad_request", told, param="tool_choice")
    if isinstance(choice, dict):
        return str(choice.get("function", {}).get("name", "any"))
    return {"none": "none", "required": "any"}.get(choice or "auto", "auto")


def _response_format(body: Json, question: Question) -> None:
    asked = body.get("response_format") or {}
    match asked.get("type", "text"):
        case "json_object":
            question.json = True
            if not any("json" in text.lower() for _, text in question.turns):
                told = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
                raise Problem("bad_request", told, param="messages")
        case "json_schema":
            form = need(asked.get("json_schema"), "response_format.json_schema")
            name = need(form.get("name"), "response_format.json_schema.name")
            question.schema = form.get("schema") or {}
            if form.get("strict"):
                strict_schema(question.schema, "response_format", name)
        case "text":
            pass
        case other:
            told = f"Invalid value: '{other}'. Supported values are: 'json_object', 'json_schema', and 'text'."
            raise Problem("bad_request", told, param="response_format.type")


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content or "")


def _tool_call(id: str, name: str, arguments: str) -> Json:
    return {"id": f"call_{id}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _annotations(answer: Answer) -> list[Json]:
    def one(source: Source) -> Json:
        where = {"start_index": 0, "end_index": len(answer.text), "title": source.title, "url": source.url}
        return {"type": "url_citation", "url_citation": where}

    return [one(source) for source in answer.sources]


def _aligned(answer: Answer) -> Iterator[tuple[str, list[Token] | None]]:
    """The text in pieces, each with the log-probabilities of its own tokens."""
    at = 0
    for piece in speech.pieces(answer.text):
        if answer.logprobs is None:
            yield piece, None
            continue
        count = len(speech.tokens(piece))
        yield piece, answer.logprobs[at : at + count]
        at += count


def _logprobs(answer: Answer, tokens: list[Token]) -> Any:
    if "logprobs" in answer.broken:
        return {"content": "unavailable"}

    def one(text: str, logprob: float) -> Json:
        return {"token": text, "logprob": logprob, "bytes": list(text.encode())}

    content = [one(token.text, token.logprob) | {"top_logprobs": [one(*top) for top in token.top]} for token in tokens]
    return {"content": content, "refusal": None}


def _usage(usage: Usage) -> Json:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.thinking,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
