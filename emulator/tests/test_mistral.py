"""The emulator of Mistral's La Plateforme, checked by Mistral's own SDK and on the socket."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, MistralError, SDKError

from emulator import Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS
from emulator.tests.mistral_samples import (
    LONG,
    PAPER,
    PICTURE,
    ROOT,
    SCHEMA,
    SOUND,
    TOOL,
    beside,
    data,
    referring,
    says,
    word,
)

WIRE = "mistral"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True), (WIRE,)) as running:
        yield running


def client(server: Server, key: str = "test-key") -> Mistral:
    return Mistral(server_url=server.url(WIRE).removesuffix("/v1"), api_key=key, timeout_ms=10_000)


def ask(server: Server, content: Any = "Say hello. Use only one word.", *, stream: bool = False, **more: Any) -> Any:
    """The first choice and its usage; a stream's pieces are joined."""
    more = {"model": "emulated", "messages": says(content), **more}
    with client(server) as sdk:
        if not stream:
            answer = sdk.chat.complete(**more)
            return {"text": _text(answer.choices[0].message.content), "message": answer.choices[0].message, "usage": answer.usage,
                    "finish": answer.choices[0].finish_reason, "calls": answer.choices[0].message.tool_calls or [],
                    "chunks": answer.choices[0].message.content}  # fmt: skip
        pieces = [one.data for one in sdk.chat.stream(**more)]
        chunks = [chunk for one in pieces for chunk in _chunks(one.choices[0].delta.content)]
        assert all(piece.usage is None for piece in pieces[:-1])
        return {"text": _text(chunks), "usage": pieces[-1].usage, "finish": pieces[-1].choices[0].finish_reason, "chunks": chunks,
                "calls": [call for one in pieces for call in one.choices[0].delta.tool_calls or ()], "pieces": len(pieces)}  # fmt: skip


def _chunks(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [content]


def _text(content: Any) -> str:
    return "".join(one if isinstance(one, str) else getattr(one, "text", "") for one in _chunks(content))


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_text_usage_ends_and_thinking(server: Server, stream: bool) -> None:
    hello = ask(server, stream=stream)
    assert (hello["text"], hello["finish"]) == ("Hello.", "stop")
    assert hello["usage"].total_tokens == hello["usage"].prompt_tokens + hello["usage"].completion_tokens > 0
    cut = ask(server, LONG, stream=stream, max_tokens=16)
    assert (cut["finish"], cut["usage"].completion_tokens) == ("length", 16)
    stopped = ask(server, "Count from 1 to 20.", stream=stream, stop="9")
    assert (stopped["finish"], stopped["text"][-3:]) == ("stop", "8, ")
    for asked in ({"reasoning_effort": "high"}, {"prompt_mode": "reasoning"}):
        thought = ask(server, stream=stream, **asked)
        thinking = [one for one in thought["chunks"] if getattr(one, "type", "") == "thinking"]
        assert "".join(_text(one.thinking) for one in thinking).startswith("The user asks")
        assert thought["text"] == "Hello."


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "choice", ["auto", "any", "required", {"type": "function", "function": {"name": "square_root"}}]
)
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool, choice: Any) -> None:
    first = ask(server, ROOT, stream=stream, tools=[TOOL], tool_choice=choice)
    (call,) = first["calls"]
    assert (first["finish"], call.function.name, json.loads(call.function.arguments)) == (
        "tool_calls",
        "square_root",
        {"number": 132413},
    )
    assert len(call.id) == 9
    said = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {"role": "tool", "name": "square_root", "content": "363.89", "tool_call_id": call.id}
    assert "363.89" in ask(server, stream=stream, messages=[*says(ROOT), said, result], tools=[TOOL])["text"]
    with pytest.raises(SDKError, match="Not the same number of function calls and responses"):
        ask(server, stream=stream, messages=[*says(ROOT), said, *says("Well?")])
    with pytest.raises(SDKError, match="with a length of 9"):
        ask(server, stream=stream, messages=[*says(ROOT), said, result | {"tool_call_id": "call_1"}])
    with pytest.raises(SDKError, match="Unexpected role 'user' after role 'tool'"):
        ask(server, stream=stream, messages=[*says(ROOT), said, result, *says("Well?")])


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_references_json_a_schema_the_seed_and_probabilities(server: Server, stream: bool) -> None:
    answer = ask(server, stream=stream, messages=referring())
    reference = next(one for one in answer["chunks"] if getattr(one, "type", "") == "reference")
    assert (answer["text"], reference.reference_ids) == ("The tower is painted yellow.", [1])
    fruit = 'Is a banana a fruit? Reply only as JSON: {"is_fruit": true or false}.'
    for asked in ({"type": "json_object"}, SCHEMA):
        assert json.loads(ask(server, fruit, stream=stream, response_format=asked)["text"]) == {"is_fruit": True}
    random_word = "Write one random word, and nothing else."
    assert len({ask(server, random_word, stream=stream, random_seed=42)["text"] for _ in range(4)}) == 1
    assert len({ask(server, random_word, stream=stream)["text"] for _ in range(12)}) > 1
    with client(server) as sdk:
        more: Any = {"model": "emulated", "messages": says("Say hello."), "logprobs": True, "top_logprobs": 2}
        if stream:
            shown = [one.data.choices[0].logprobs for one in sdk.chat.stream(**more)]
            tokens = [token for one in shown if one for token in one.content]
        else:
            tokens = sdk.chat.complete(**more).choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == "Hello."
    assert all(token.logprob < 0 and len(token.top_logprobs) == 2 for token in tokens)


@pytest.mark.parametrize(
    ("chunk", "name"),
    [
        (PICTURE, "image.png"),
        ({"type": "image_url", "image_url": {"url": PICTURE["image_url"], "detail": "low"}}, "image.png"),
        ({"type": "image_url", "image_url": "https://a.example/image.png"}, "image.png"),
        (SOUND, "audio.mp3"),
        ({"type": "input_audio", "input_audio": f"data:audio/wav;base64,{data('audio.wav')}"}, "audio.wav"),
        ({"type": "input_audio", "input_audio": "https://a.example/audio.flac"}, "audio.flac"),
        (PAPER, "document.pdf"),
        (
            {"type": "document_url", "document_url": "https://a.example/document.pdf", "document_name": "d"},
            "document.pdf",
        ),
    ],
)
def test_pictures_sounds_and_documents_are_perceived(server: Server, chunk: Any, name: str) -> None:
    assert word(name) in ask(server, beside(chunk))["text"]


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_conversation_that_searches_the_web(server: Server, stream: bool) -> None:
    outputs, usage, _ = converse(server, "What is the news?", stream=stream, tools=[{"type": "web_search"}])
    assert [one[0] for one in outputs] == ["tool.execution", "message.output"]
    assert json.loads(outputs[0][1]) == {"query": "What is the news?"}
    sources = [one for one in outputs[1][1] if getattr(one, "type", "") == "tool_reference"]
    assert next((one.tool, one.url) for one in sources) == ("web_search", "https://example.com/news/harbour")
    assert _text(outputs[1][1]).startswith("According to Harbour news") and usage.connectors == {"web_search": 1}
    (said,), _, id = converse(
        server, "Say hello. Use only one word.", stream=stream, instructions="Be kind.", completion_args=THINK
    )
    assert _text(said[1]) == "Hello." and said[1][0].type == "thinking"
    with client(server) as sdk:
        assert [one.type for one in sdk.beta.conversations.get_history(conversation_id=id).entries] == [
            "message.input",
            "message.output",
        ]
        assert sdk.beta.conversations.get(conversation_id=id).model == "emulated"
        sdk.beta.conversations.delete(conversation_id=id)
        with pytest.raises(MistralError, match="not found"):
            sdk.beta.conversations.get(conversation_id=id)


THINK = {"reasoning_effort": "high"}


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_calls_and_is_continued_with_the_result(server: Server, stream: bool) -> None:
    args = {"tool_choice": "required", "random_seed": 1, "stop": ["zzz"], "max_tokens": 200}
    ((kind, arguments),), _, id = converse(server, ROOT, stream=stream, tools=[TOOL], completion_args=args)
    assert (kind, json.loads(arguments)) == ("function.call", {"number": 132413})
    result: Any = {"type": "function.result", "tool_call_id": "000000001", "result": "363.89"}
    with client(server) as sdk:
        answer = sdk.beta.conversations.append(
            conversation_id=id, inputs=[result], completion_args={"tool_choice": "auto"}
        )
        assert "363.89" in _text(answer.outputs[0].content)
        with pytest.raises(HTTPValidationError, match="connectors"):
            converse(server, ROOT, tools=[{"type": "web_search"}], completion_args=args)
        with pytest.raises(MistralError, match="Invalid model: another"):
            converse(server, ROOT, model="another")


def converse(server: Server, inputs: Any, *, stream: bool = False, **more: Any) -> Any:
    """The outputs as (type, content or arguments), the usage and the conversation's id."""
    more = {"model": "emulated", "inputs": inputs, **more}
    with client(server) as sdk:
        if not stream:
            answer = sdk.beta.conversations.start(**more)
            outputs = [
                (one.type, one.content if one.type == "message.output" else getattr(one, "arguments", ""))
                for one in answer.outputs
            ]
            return outputs, answer.usage, answer.conversation_id
        events = [one.data for one in sdk.beta.conversations.start_stream(**more)]
    gathered: dict[int, tuple[str, Any]] = {}
    for one in events[1:-1]:
        kind, _, what = one.type.rpartition(".")
        if kind == "message.output":
            gathered.setdefault(one.output_index, (kind, []))[1].append(one.content)
        elif what != "done":
            gathered[one.output_index] = (kind, gathered.get(one.output_index, ("", ""))[1] + one.arguments)
    assert [events[0].type, events[-1].type] == ["conversation.response.started", "conversation.response.done"]
    return list(gathered.values()), events[-1].usage, events[0].conversation_id


def test_files_and_their_addresses(server: Server) -> None:
    with client(server) as sdk:
        paper: Any = {"file_name": "document.pdf", "content": (ASSETS / "document.pdf").read_bytes()}
        kept = sdk.files.upload(file=paper, purpose="ocr")
        address = sdk.files.get_signed_url(file_id=kept.id).url
        for chunk in ({"type": "document_url", "document_url": address}, {"type": "file", "file_id": kept.id}):
            assert word("document.pdf") in ask(server, beside(chunk))["text"]
        assert httpx.get(address).content == sdk.files.download(file_id=kept.id).read() == paper["content"]
        assert ([one.id for one in sdk.files.list().data], sdk.files.retrieve(file_id=kept.id).size_bytes) == (
            [kept.id],
            len(paper["content"]),
        )
        assert sdk.files.delete(file_id=kept.id).deleted
        for call in (sdk.files.retrieve, sdk.files.download, sdk.files.delete):
            with pytest.raises(MistralError, match="not found"):
                call(file_id=kept.id)
        with pytest.raises(MistralError, match="Invalid file format"):
            sdk.files.upload(file={"file_name": "b.jsonl", "content": b"{}\nnot json"}, purpose="batch")
        assert [one.id for one in sdk.models.list().data or ()] == ["emulated"]
        assert sdk.models.retrieve(model_id="emulated").id == "emulated"
        with pytest.raises(MistralError, match="not found"):
            sdk.models.retrieve(model_id="another")


def test_batches_of_chats_and_conversations(server: Server) -> None:
    with client(server) as sdk:
        lines = [
            {"custom_id": "a", "body": {"messages": says("Say hello.")}},
            {"custom_id": "b", "body": {"messages": []}},
        ]
        text = "\n".join(json.dumps(line) for line in lines).encode()
        kept = sdk.files.upload(file={"file_name": "b.jsonl", "content": text}, purpose="batch")
        job = sdk.batch.jobs.create(
            input_files=[kept.id], model="emulated", endpoint="/v1/chat/completions", metadata={"k": "v"}
        )
        states = [job, *(sdk.batch.jobs.get(job_id=job.id) for _ in range(2))]
        assert [one.status for one in states] == ["QUEUED", "RUNNING", "SUCCESS"]
        assert (states[-1].succeeded_requests, states[-1].failed_requests, states[-1].metadata) == (1, 1, {"k": "v"})
        row, lost = (
            json.loads(sdk.files.download(file_id=str(id)).read())
            for id in (states[-1].output_file, states[-1].error_file)
        )
        assert (row["custom_id"], row["response"]["body"]["choices"][0]["message"]["content"]) == ("a", "Hello.")
        assert (lost["custom_id"], lost["response"]["status_code"], json.loads(lost["response"]["body"])["code"]) == (
            "b",
            400,
            "3230",
        )
        inline: Any = [{"custom_id": "c", "body": {"inputs": "Say hello."}}]
        other = sdk.batch.jobs.create(requests=inline, model="emulated", endpoint="/v1/conversations")
        for _ in range(2):
            done = sdk.batch.jobs.get(job_id=other.id, inline=True)
        assert done.outputs and done.outputs[0]["response"]["body"]["outputs"][0]["content"] == "Hello."
        third = sdk.batch.jobs.create(requests=inline, model="emulated", endpoint="/v1/conversations")
        ended = [sdk.batch.jobs.cancel(job_id=third.id).status, sdk.batch.jobs.get(job_id=third.id).status]
        assert ended == ["CANCELLATION_REQUESTED", "CANCELLED"] and sdk.batch.jobs.list().total == 3
        assert sdk.batch.jobs.delete(job_id=third.id).deleted


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (FaultKind.RATE, 429, '"code":"1300"'),
        (FaultKind.OUT_OF_CREDIT, 402, "usage limit reached"),
        (FaultKind.EXPIRED_KEY, 401, '{"detail":"Unauthorized"}'),
        (FaultKind.MODEL_GONE, 400, '"message":"Invalid model: emulated","type":"invalid_model"'),
        (FaultKind.SERVER_ERROR, 500, "internal_server_error"),
        (FaultKind.UNAVAILABLE, 503, "unreachable_backend"),
        (FaultKind.OVERLOADED, 429, "service_tier_capacity_exceeded"),
    ],
)
def test_the_sdk_raises_for_each_fault(server: Server, kind: FaultKind, status: int, told: str) -> None:
    server.switchboard.lay(Fault(kind, retry_after=3))
    for call in (ask, lambda one: converse(one, "Hi")):
        with pytest.raises(SDKError) as raised:
            call(server)
        assert raised.value.status_code == status and told in raised.value.body
    assert raised.value.headers["retry-after"] == "3"
    server.switchboard.clear().lay(Fault(FaultKind.RESET))
    with pytest.raises(Exception, match=r"(?i)reset|disconnected|closed"):
        ask(server)


def test_a_wrong_key_and_an_unknown_model(server: Server) -> None:
    with client(server, "wrong") as sdk, pytest.raises(SDKError, match="Unauthorized"):
        sdk.models.list()
    with pytest.raises(SDKError, match="Invalid model: another"):
        ask(server, model="another")
