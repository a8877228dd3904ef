"""The emulator of the Gemini API, checked by Google's own SDK and, for what that does not show, on the socket."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types

from emulator import IGNORES, REJECTS, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "gemini"
MIMES = ("image/png", "audio/mp3", "video/mp4", "application/pdf")
MODELS = ("emulated", "emulated-gemini-3")
ROOT = "What is the square root of 132413?"
LONG = "Explain the theory of relativity in great detail."
NUMBER: Any = {"type": "OBJECT", "properties": {"number": {"type": "NUMBER"}}, "required": ["number"]}
DECLARED: Any = {"name": "square_root", "description": "Calculates the square root of a number", "parameters": NUMBER}
TOOL: Any = {"functionDeclarations": [DECLARED]}
FORCED: Any = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["square_root"]}}
SCHEMA: Any = {"type": "OBJECT", "properties": {"is_fruit": {"type": "BOOLEAN"}}, "required": ["is_fruit"]}
FRUIT: Any = {"responseMimeType": "application/json", "responseSchema": SCHEMA}
STREAMED = pytest.mark.parametrize("stream", [False, True])
THINKING: Any = {"includeThoughts": True, "thinkingBudget": 1024}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=MODELS, closed=True), (WIRE,)) as running:
        yield running


def client(server: Server, key: str = "test-key") -> genai.Client:
    options = types.HttpOptions(base_url=server.url(WIRE).removesuffix("/v1beta"), api_version="v1beta", timeout=10_000)
    return genai.Client(api_key=key, http_options=options)


def ask(
    server: Server,
    contents: Any = "Say hello. Use only one word.",
    *,
    stream: bool = False,
    model: str = "emulated",
    **config: Any,
) -> Any:
    """The answers: one, or the chunks of a stream."""
    with client(server) as sdk:
        given: Any = {"model": model, "contents": contents, "config": config}
        return list(sdk.models.generate_content_stream(**given)) if stream else [sdk.models.generate_content(**given)]


def parts(answers: Any) -> list[Any]:
    return [part for answer in answers for part in (answer.candidates[0].content.parts or ())]


def text(answers: Any) -> str:
    return "".join(part.text for part in parts(answers) if part.text and not part.thought)


@STREAMED
def test_the_sdk_reads_text_thoughts_usage_and_ends(server: Server, stream: bool) -> None:
    answers = ask(server, stream=stream, thinking_config=THINKING)
    assert text(answers) == "Hello." and "".join(part.text for part in parts(answers) if part.thought).startswith(
        "The user asks"
    )
    usage, end = answers[-1].usage_metadata, answers[-1].candidates[0].finish_reason
    assert (
        usage.total_token_count == usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    )
    assert (end, answers[-1].model_version) == ("STOP", "emulated") and usage.thoughts_token_count > 0
    assert not any(
        part.thought for part in parts(ask(server, stream=stream, thinking_config={"thinking_level": "LOW"}))
    )
    cut = ask(server, LONG, stream=stream, max_output_tokens=16)
    assert (cut[-1].candidates[0].finish_reason, cut[-1].usage_metadata.candidates_token_count) == ("MAX_TOKENS", 16)
    assert text(ask(server, "Count from 1 to 20.", stream=stream, stop_sequences=["9"]))[-3:] == "8, "
    none = ask(server, "Count from 1 to 20.", stream=stream, stop_sequences=["1"])
    assert (none[-1].candidates[0].finish_reason, text(none), none[-1].usage_metadata.candidates_token_count) == (
        "STOP",
        "",
        None,
    )
    assert not stream or len(ask(server, LONG, stream=True)) > 3


@STREAMED
@pytest.mark.parametrize("model", MODELS)
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool, model: str) -> None:
    thinking = {"thinking_config": THINKING} if model == "emulated" else {}
    tools = {"tools": [types.Tool(function_declarations=[types.FunctionDeclaration(**DECLARED)])]}
    manual: Any = {"automatic_function_calling": {"disable": True}, **tools, **thinking}
    said = [one for one in parts(ask(server, ROOT, stream=stream, model=model, **manual)) if one.function_call]
    call = said[0].function_call
    assert (call.name, call.args, bool(said[0].thought_signature)) == ("square_root", {"number": 132413}, True)
    result = types.Part.from_function_response(name=call.name, response={"result": "363.89"})
    said_by = (("user", [types.Part(text=ROOT)]), ("model", said), ("user", [result]))
    turns = [types.Content(role=role, parts=given) for role, given in said_by]
    assert "363.89" in text(ask(server, turns, stream=stream, model=model, **manual))
    with pytest.raises(errors.ClientError, match="comes immediately after a function call"):
        ask(server, turns[2:], **manual)
    with pytest.raises(errors.ClientError, match="equal to the number of function call parts"):
        ask(server, [*turns[:2], turns[0]], **manual)
    said[0].thought_signature = b"forged"
    with pytest.raises(errors.ClientError, match="Corrupted thought signature"):
        ask(server, turns, **manual)
    said[0].thought_signature = None
    if model == "emulated":
        assert "363.89" in text(ask(server, turns, **manual))
        return
    with pytest.raises(errors.ClientError, match="missing a thought_signature"):
        ask(server, turns, model=model, **manual)


@STREAMED
def test_the_sdk_reads_schemas_forced_calls_searches_logprobs_and_seeds(server: Server, stream: bool) -> None:
    fruit = "Is a banana a fruit?"
    assert json.loads(
        text(ask(server, fruit, stream=stream, response_mime_type="application/json", response_schema=SCHEMA))
    ) == {"is_fruit": True}
    free = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "additionalProperties": False}
    assert json.loads(
        text(ask(server, fruit, stream=stream, response_mime_type="application/json", response_json_schema=free))
    ) == {"is_fruit": True}
    assert isinstance(
        json.loads(text(ask(server, f"{fruit} Reply as JSON.", stream=stream, response_mime_type="application/json"))),
        dict,
    )
    forced = ask(
        server,
        "Hello, 9!",
        stream=stream,
        tools=[TOOL],
        tool_config=FORCED,
        automatic_function_calling={"disable": True},
    )
    assert [part.function_call.args for part in parts(forced)] == [{"number": 9}]
    found = ask(server, "What is the news?", stream=stream, tools=[{"googleSearch": {}}])
    metadata = found[-1].candidates[0].grounding_metadata
    assert metadata.grounding_chunks[0].web.uri.startswith("https://") and metadata.web_search_queries
    assert (
        text(found).encode()[: metadata.grounding_supports[0].segment.end_index].decode()
        == metadata.grounding_supports[0].segment.text
    )
    probable = ask(server, stream=stream, response_logprobs=True, logprobs=2)
    chosen = [one for answer in probable for one in answer.candidates[0].logprobs_result.chosen_candidates]
    assert "".join(one.token for one in chosen) == text(probable) and all(one.log_probability <= 0 for one in chosen)
    assert len(probable[0].candidates[0].logprobs_result.top_candidates[0].candidates) == 2
    word = "Write one random word, and nothing else."
    assert (
        len({text(ask(server, word, stream=stream, seed=42)) for _ in range(4)})
        == 1
        < len({text(ask(server, word)) for _ in range(9)})
    )


@STREAMED
def test_the_sdk_reads_pictures_and_sounds(server: Server, stream: bool) -> None:
    drawn = [
        part.inline_data
        for part in parts(ask(server, "A cat.", stream=stream, response_modalities=["TEXT", "IMAGE"]))
        if part.inline_data
    ]
    assert (drawn[0].mime_type, drawn[0].data[:4]) == ("image/png", b"\x89PNG")
    spoken = [
        part.inline_data for part in parts(ask(server, "Say hello.", stream=stream, response_modalities=["AUDIO"]))
    ]
    assert {one.mime_type for one in spoken} == {"audio/L16;codec=pcm;rate=24000"} and sum(
        len(one.data) for one in spoken
    ) == 4800
    assert (len(spoken) > 1) == stream


def _word(name: str) -> str:
    return next(str(one["word"]) for one in json.loads((ASSETS / "manifest.json").read_text()) if one["file"] == name)


def _asset(mime: str) -> str:
    return mime.replace("application", "document").replace("/", ".")


@pytest.mark.parametrize("mime", MIMES)
def test_what_is_sent_inline_by_address_or_as_a_file_is_perceived(server: Server, mime: str) -> None:
    name = _asset(mime)
    data = (ASSETS / name).read_bytes()
    with client(server) as sdk:
        kept = sdk.files.upload(file=io.BytesIO(data), config={"mime_type": mime, "display_name": "mine"})
    linked = types.Part.from_uri(file_uri=f"https://example.com/{name}", mime_type=mime)
    for media in (types.Part.from_bytes(data=data, mime_type=mime), linked, kept):
        assert _word(name) in text(ask(server, ["What word is it?", media]))


def test_the_sdk_keeps_files_and_lists_models(server: Server) -> None:
    with client(server) as sdk:
        kept = sdk.files.upload(
            file=io.BytesIO(b"The tower is yellow."), config={"mime_type": "text/plain", "name": "files/note"}
        )
        assert (kept.name, kept.size_bytes, kept.state, kept.mime_type) == ("files/note", 20, "ACTIVE", "text/plain")
        assert [one.name for one in sdk.files.list()] == [sdk.files.get(name="files/note").name]
        sdk.files.delete(name="files/note")
        assert list(sdk.files.list()) == []
        with pytest.raises(errors.ClientError, match="do not have permission to access the File note"):
            sdk.files.get(name="files/note")
        for _ in range(12):
            sdk.files.upload(file=io.BytesIO(b"a"), config={"mime_type": "text/plain"})
        assert len(list(sdk.files.list(config={"page_size": 5}))) == 12
        assert [one.name for one in sdk.models.list(config={"page_size": 1})] == [f"models/{name}" for name in MODELS]
        assert "generateContent" in (sdk.models.get(model="emulated").supported_actions or ())
        with pytest.raises(errors.ClientError, match="models/another is not found"):
            sdk.models.get(model="another")
        assert (sdk.models.count_tokens(model="emulated", contents="Say hello.").total_tokens or 0) > 0


def test_the_sdk_runs_batches(server: Server) -> None:
    rows: Any = [
        {"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}], "metadata": {"key": "a"}},
        {"contents": [{"role": "tutor", "parts": [{"text": "Say hello."}]}], "metadata": {"key": "b"}},
    ]
    with client(server) as sdk:
        job = sdk.batches.create(model="emulated", src=rows, config={"display_name": "mine"})
        states = [sdk.batches.get(name=job.name or "") for _ in range(2)]
        assert [one.state for one in (job, *states)] == [
            "JOB_STATE_PENDING",
            "JOB_STATE_RUNNING",
            "JOB_STATE_SUCCEEDED",
        ]
        good, bad = (states[-1].dest and states[-1].dest.inlined_responses) or []
        assert good.response and good.response.text == "Hello." and good.metadata == {"key": "a"}
        assert bad.error and "valid role" in str(bad.error.message)
        assert [one.display_name for one in sdk.batches.list()] == ["mine"]
        lines = [{"key": f"k{at}", "request": {"contents": row["contents"]}} for at, row in enumerate(rows)]
        data = "\n".join(json.dumps(line) for line in lines).encode()
        kept = sdk.files.upload(file=io.BytesIO(data), config={"mime_type": "jsonl"})
        job = sdk.batches.create(model="emulated", src=str(kept.name))
        done = [sdk.batches.get(name=job.name or "") for _ in range(2)][-1].dest
        told = [json.loads(line) for line in sdk.files.download(file=str(done and done.file_name)).splitlines()]
        assert [(one["key"], "response" in one, "error" in one) for one in told] == [
            ("k0", True, False),
            ("k1", False, True),
        ]
        sdk.batches.cancel(name=sdk.batches.create(model="emulated", src=rows).name or "")
        assert [one.state for one in sdk.batches.list()][-1] == "JOB_STATE_CANCELLED"
        sdk.batches.delete(name=job.name or "")
        with pytest.raises(errors.ClientError, match="NOT_FOUND"):
            sdk.batches.get(name=job.name or "")


@pytest.mark.parametrize(
    ("kind", "error", "told"),
    [
        (FaultKind.RATE, errors.ClientError, "429 RESOURCE_EXHAUSTED.*retryDelay': '3s'"),
        (FaultKind.OUT_OF_CREDIT, errors.ClientError, "429 RESOURCE_EXHAUSTED.*prepayment credits"),
        (FaultKind.EXPIRED_KEY, errors.ClientError, "400 INVALID_ARGUMENT.*API_KEY_INVALID"),
        (FaultKind.MODEL_GONE, errors.ClientError, "404 NOT_FOUND.*models/emulated is not found"),
        (FaultKind.SERVER_ERROR, errors.ServerError, "500 INTERNAL"),
        (FaultKind.UNAVAILABLE, errors.ServerError, "503 UNAVAILABLE.*high demand"),
        (FaultKind.OVERLOADED, errors.ServerError, "503 UNAVAILABLE.*overloaded"),
        (FaultKind.RESET, Exception, "onnection reset"),
    ],
)
@STREAMED
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, kind: FaultKind, error: type[Exception], told: str, stream: bool
) -> None:
    server.switchboard.lay(Fault(kind, retry_after=3))
    with pytest.raises(error, match=told):
        ask(server, stream=stream)


def test_a_wrong_key_an_unknown_model_and_an_unknown_path(server: Server) -> None:
    with client(server, "wrong") as sdk, pytest.raises(errors.ClientError, match="API key not valid"):
        list(sdk.models.list())
    with pytest.raises(
        errors.ClientError,
        match="models/x is not found for API version v1beta, or is not supported for streamGenerateContent",
    ):
        ask(server, model="x", stream=True)
    none = httpx.get(f"{server.url(WIRE)}/models")
    assert (none.status_code, none.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert httpx.get(f"{server.url(WIRE)}/models", params={"key": "test-key"}).status_code == 200
    page = httpx.post(f"{server.url(WIRE)}/models/emulated:sing", json={}, headers=KEY)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


KEY = {"x-goog-api-key": "test-key"}


def _raw(server: Server, method: str = "generateContent", **body: Any) -> httpx.Response:
    sent = {"contents": [{"parts": [{"text": ROOT}]}], **body}
    return httpx.post(f"{server.url(WIRE)}/models/emulated:{method}", json=sent, headers=KEY)


def test_what_protobufs_json_allows_and_the_forms_of_a_stream(server: Server) -> None:
    lax: Any = {
        "system_instruction": {"parts": {"text": "Be brief."}},
        "generation_config": {"maxOutputTokens": "9", "top_p": None},
    }
    lax |= {"contents": {"parts": {"text": LONG}}, "tools": {"google_search": {}}}
    assert _raw(server, **lax).json()["candidates"][0]["finishReason"] == "MAX_TOKENS"
    events = _raw(server, "streamGenerateContent?alt=sse").content
    assert events.startswith(b"data: {") and events.endswith(b"}\r\n\r\n") and b"event:" not in events
    chunks = [json.loads(line.removeprefix(b"data: ")) for line in events.split(b"\r\n\r\n")[:-1]]
    assert ["finishReason" in chunk["candidates"][0] for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert len({chunk["responseId"] for chunk in chunks}) == 1 and all(chunk["usageMetadata"] for chunk in chunks)
    listed = _raw(server, "streamGenerateContent")
    assert listed.headers["content-type"].startswith("application/json") and len(listed.json()) == len(chunks)
    assert _raw(server, "streamGenerateContent", contents=[]).json()[0]["error"]["code"] == 400
    server.switchboard.set("stream", REJECTS)
    assert _raw(server, "streamGenerateContent?alt=sse").status_code == 404
    server.switchboard.clear().set("stream", IGNORES)
    assert _raw(server, "streamGenerateContent?alt=sse").json()["candidates"]


def test_a_file_comes_in_one_request_too_or_in_pieces(server: Server) -> None:
    data = (ASSETS / "image.png").read_bytes()
    address = server.url(WIRE).replace("/v1beta", "/upload/v1beta/files")
    head = b'--b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{"file": {"display_name": "mine"}}\r\n--b\r\nContent-Type: image/png\r\n\r\n'
    sent: Any = {
        "content": head + data + b"\r\n--b--\r\n",
        "headers": KEY | {"content-type": "multipart/related; boundary=b"},
    }
    kept = httpx.post(address, params={"uploadType": "multipart"}, **sent).json()["file"]
    assert (kept["displayName"], kept["mimeType"], kept["sizeBytes"]) == ("mine", "image/png", str(len(data)))
    seen = _raw(server, contents=[{"parts": [{"text": "What word?"}, {"fileData": {"fileUri": kept["uri"]}}]}])
    assert _word("image.png") in seen.json()["candidates"][0]["content"]["parts"][0]["text"]
    protocol = {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-type": "image/png",
    }
    begun = httpx.post(address, headers=KEY | protocol, json={"file": {}}).headers["x-goog-upload-url"]
    first = httpx.post(
        begun, content=data[:9], headers={"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"}
    )
    assert (first.headers["x-goog-upload-status"], first.headers["x-goog-upload-size-received"]) == ("active", "9")
    last = httpx.post(
        begun, content=data[9:], headers={"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "9"}
    )
    assert (last.headers["x-goog-upload-status"], last.json()["file"]["sha256Hash"]) == ("final", kept["sha256Hash"])


def _first(answer: httpx.Response, *names: str) -> Any:
    found = answer.json()["candidates"][0]
    for name in names:
        found = found.get(name) or {}
    return found


def _said(answer: httpx.Response) -> Any:
    return _first(answer, "content", "parts"), _first(answer, "finishReason")


def _media(mime: str) -> Any:
    blob = {"mimeType": mime, "data": base64.b64encode((ASSETS / _asset(mime)).read_bytes()).decode()}
    return {"contents": [{"parts": [{"text": "What word is it?"}, {"inlineData": blob}]}]}


def _asks(words: str, **config: Any) -> Any:
    return {"contents": [{"parts": [{"text": words}]}], "generationConfig": config}
