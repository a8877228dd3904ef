"""The emulator of Cohere's chat, checked by Cohere's own SDK."""

import base64
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import cohere
import httpx
import pytest
from cohere.core.api_error import ApiError
from cohere.utils import dataset_generator

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS

WIRE = "cohere"
NUMBER: Any = {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]}
TOOL: Any = {
    "type": "function",
    "function": {"name": "square_root", "description": "Calculates the square root of a number", "parameters": NUMBER},
}
SCHEMA: Any = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
THINKING: Any = {"type": "enabled", "token_budget": 2000}
ROOT = "What is the square root of 132413?"
LONG = "Explain the theory of relativity in great detail."
DOCUMENTS: Any = [
    {
        "id": "tower",
        "data": {"title": "Harbour", "snippet": "The harbour opened in 1902. The tower is painted yellow."},
    },
    {"data": {"text": "Penguins live in Antarctica."}},
    "Ships are green.",
]


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(closed=True, models=("emulated", "other")), (WIRE,)) as running:
        yield running


def client(server: Server, key: str = "test-key") -> cohere.ClientV2:
    return cohere.ClientV2(api_key=key, base_url=server.url(WIRE), timeout=10, max_retries=0)


def says(content: Any) -> Any:
    return [{"role": "user", "content": content}]


def ask(
    server: Server, content: Any = "Say hello. Use only one word.", *, stream: bool = False, **more: Any
) -> dict[str, Any]:
    """The answer as a plain dictionary, put together from the SDK's events where it is streamed."""
    more = {"model": "emulated", "messages": says(content), **more}
    sdk = client(server)
    if not stream:
        return sdk.chat(**more).model_dump(exclude_none=True)
    whole: dict[str, Any] = {"message": {"content": []}, "logprobs": [], "kinds": []}
    for told in sdk.chat_stream(**more):
        _take(told.model_dump(exclude_none=True), whole)
    return whole


def _take(told: dict[str, Any], whole: dict[str, Any]) -> None:
    message, given = whole["message"], told.get("delta", {}).get("message", {})
    whole["kinds"].append(told["type"])
    match told["type"]:
        case "message-start":
            whole["id"] = told["id"]
        case "content-start":
            assert told["index"] == len(message["content"])
            message["content"].append(given["content"])
        case "content-delta":
            for name, piece in given["content"].items():
                message["content"][told["index"]][name] += piece
            whole["logprobs"] += [told["logprobs"]] if "logprobs" in told else []
        case "tool-plan-delta":
            message["tool_plan"] = message.get("tool_plan", "") + given["tool_plan"]
        case "tool-call-start":
            message.setdefault("tool_calls", []).append(given["tool_calls"])
        case "tool-call-delta":
            message["tool_calls"][told["index"]]["function"]["arguments"] += given["tool_calls"]["function"][
                "arguments"
            ]
        case "citation-start":
            message.setdefault("citations", []).append(given["citations"])
        case "message-end":
            whole |= told["delta"]


def text(answer: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in answer["message"].get("content", ()))


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_text_thinking_usage_and_ends(server: Server, stream: bool) -> None:
    answer = ask(server, stream=stream, thinking=THINKING)
    thought, said = answer["message"]["content"]
    assert (thought["type"], said["type"], said["text"], answer["finish_reason"]) == (
        "thinking",
        "text",
        "Hello.",
        "COMPLETE",
    )
    assert thought["thinking"].startswith("The user asks") and answer["id"]
    billed, counted = answer["usage"]["billed_units"], answer["usage"]["tokens"]
    assert (
        counted["input_tokens"] > billed["input_tokens"] > 0 and counted["output_tokens"] == billed["output_tokens"] > 2
    )
    cut = ask(server, LONG, stream=stream, max_tokens=16)
    assert (cut["finish_reason"], cut["usage"]["billed_units"]["output_tokens"]) == ("MAX_TOKENS", 16)
    stopped = ask(server, "Count from 1 to 20.", stream=stream, stop_sequences=["9"])
    assert (stopped["finish_reason"], text(stopped)[-3:]) == ("STOP_SEQUENCE", "8, ")
    if stream:
        assert cut["kinds"][:2] == ["message-start", "content-start"] and cut["kinds"].count("content-delta") > 1
        assert cut["kinds"][-2:] == ["content-end", "message-end"]


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_a_call_and_feeds_its_result_back(server: Server, stream: bool) -> None:
    first = ask(server, ROOT, stream=stream, tools=[TOOL])
    (call,) = first["message"]["tool_calls"]
    assert (first["finish_reason"], call["function"]["name"], json.loads(call["function"]["arguments"])) == (
        "TOOL_CALL", "square_root", {"number": 132413},
    )  # fmt: skip
    assert "square_root" in first["message"]["tool_plan"] and not first["message"].get("content")
    called = {"role": "assistant", "tool_calls": [call], "tool_plan": first["message"]["tool_plan"]}
    for content in ("363.89", [{"type": "document", "document": {"data": {"root": "363.89"}}}]):
        result = {"role": "tool", "tool_call_id": call["id"], "content": content}
        last = ask(server, messages=[*says(ROOT), called, result], stream=stream, tools=[TOOL])
        assert text(last) == "The result is 363.89."
        (cited,) = last["message"]["citations"]
        assert text(last)[cited["start"] : cited["end"]] == cited["text"] == "363.89"
        assert (cited["sources"][0]["type"], cited["sources"][0]["id"]) == ("tool", f"{call['id']}:0")
    assert "tool_calls" not in ask(server, ROOT, stream=stream, tools=[TOOL], tool_choice="NONE")["message"]
    forced = ask(server, "Say hello.", stream=stream, tools=[TOOL], tool_choice="REQUIRED", thinking=THINKING)
    assert forced["message"]["tool_calls"] and forced["message"]["content"][0]["type"] == "thinking"


@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_reads_json_citations_and_logprobs(server: Server, stream: bool) -> None:
    for schema in ({}, {"json_schema": SCHEMA}):
        told = ask(server, "Is a banana a fruit? Reply as JSON with is_fruit.", stream=stream,
                   response_format={"type": "json_object", **schema})  # fmt: skip
        assert json.loads(text(told)) == {"is_fruit": True}
    answer = ask(server, "How is the tower painted?", stream=stream, documents=DOCUMENTS)
    (cited,) = answer["message"]["citations"]
    assert text(answer)[cited["start"] : cited["end"]] == cited["text"] == "The tower is painted yellow."
    assert cited["sources"][0] == {
        "type": "document",
        "id": "tower",
        "document": {"id": "tower"} | DOCUMENTS[0]["data"],
    }
    second = ask(server, "Where do penguins live?", stream=stream, documents=DOCUMENTS)["message"]["citations"][0]
    assert second["sources"][0]["id"] == "doc:1"
    off = ask(
        server, "How is the tower painted?", stream=stream, documents=DOCUMENTS[:1], citation_options={"mode": "OFF"}
    )
    assert "yellow" in text(off) and "citations" not in off["message"]
    shown = ask(server, "Count from 1 to 9.", stream=stream, logprobs=True)
    assert "".join(one["text"] for one in shown["logprobs"]) == text(shown)
    assert all(len(one["token_ids"]) == len(one["logprobs"]) > 0 > max(one["logprobs"]) for one in shown["logprobs"])
    seeded = {text(ask(server, "Pick six random words.", stream=stream, seed=7)) for _ in range(3)}
    assert len(seeded) == 1 < len({text(ask(server, "Pick six random words.", stream=stream)) for _ in range(3)})


def _picture(url: str = "") -> Any:
    url = url or "data:image/png;base64," + base64.b64encode((ASSETS / "image.png").read_bytes()).decode()
    return [
        {"type": "text", "text": "What word is it?"},
        {"type": "image_url", "image_url": {"url": url, "detail": "auto"}},
    ]


def test_pictures_are_seen_inline_and_by_their_address(server: Server) -> None:
    word = next(one["word"] for one in json.loads((ASSETS / "manifest.json").read_text()) if one["file"] == "image.png")
    assert text(ask(server, _picture())) == text(ask(server, _picture("https://example.com/image.png"))) == word


def test_models_and_their_pages(server: Server) -> None:
    server.switchboard.set("in.image", REJECTS)
    sdk = client(server)
    listed = sdk.models.list(endpoint="chat", page_size=1)
    assert [one.name for one in listed.models] == ["emulated"] and listed.next_page_token
    assert [one.name for one in sdk.models.list(page_token=listed.next_page_token).models] == ["other"]
    known = sdk.models.get("other")
    assert known.endpoints == ["chat"] and "tools" in (known.features or ()) and "vision" not in (known.features or ())
    with pytest.raises(cohere.NotFoundError, match="model 'x' not found"):
        sdk.models.get("x")


def _rows(*bodies: Any) -> BytesIO:
    rows = BytesIO(
        b"".join(json.dumps({"custom_id": str(at), "body": body}).encode() + b"\n" for at, body in enumerate(bodies))
    )
    rows.name = "rows.jsonl"
    return rows


# As batches have it: the schema of a tool is text, and thinking has names of its own.
BATCH_TOOL: Any = {"type": "function", "function": TOOL["function"] | {"parameters": json.dumps(NUMBER)}}


def test_datasets_and_batches(server: Server) -> None:
    sdk = client(server)
    bodies = [
        {"messages": says([{"type": "text", "text": "Say hello."}]), "reasoning": True, "thinking_budget": 500},
        {"messages": says(ROOT), "tools": [BATCH_TOOL]},
        {"messages": says("Hi"), "speed": "fast"},
    ]
    made = sdk.datasets.create(name="rows", type="batch-chat-v2-input", data=_rows(*bodies))
    dataset = sdk.datasets.get(id=str(made.id)).dataset
    assert (dataset.validation_status, dataset.dataset_type) == ("validated", "batch-chat-v2-input")
    assert [one["custom_id"] for one in dataset_generator(dataset)] == ["0", "1", "2"]
    assert [one.id for one in sdk.datasets.list().datasets or ()] == [made.id] and (
        sdk.datasets.get_usage().organization_usage or 0
    ) > 0
    job = cohere.batches.Batch(name="job", input_dataset_id=str(made.id), model="emulated")
    id = str(sdk.batches.create(request=job).batch.id)
    states = [sdk.batches.retrieve(id).batch for _ in range(2)]
    assert [one.status for one in states] == ["BATCH_STATUS_IN_PROGRESS", "BATCH_STATUS_COMPLETED"]
    assert (states[1].num_successful_records, states[1].num_failed_records) == (2, 1)
    rows: list[Any] = list(dataset_generator(sdk.datasets.get(id=str(states[1].output_dataset_id)).dataset))
    assert [part["type"] for part in rows[0]["body"]["message"]["content"]] == ["thinking", "text"]
    assert rows[1]["body"]["message"]["tool_calls"][0]["function"]["name"] == "square_root"
    assert rows[2]["body"] is None and "unknown field: parameter 'speed'" in rows[2]["error"]
    later = str(sdk.batches.create(request=job).batch.id)
    sdk.batches.cancel(later)
    assert [sdk.batches.retrieve(later).batch.status for _ in range(2)] == ["BATCH_STATUS_CANCELED"] * 2
    assert len(sdk.batches.list().batches or ()) == 2
    sdk.datasets.delete(id=str(made.id))
    with pytest.raises(cohere.NotFoundError, match="not found"):
        sdk.datasets.get(id=str(made.id))
    broken = sdk.datasets.create(name="b", type="batch-chat-v2-input", data=BytesIO(b'{"custom_id": "0"}\n'))
    failed = sdk.datasets.get(id=str(broken.id)).dataset
    assert failed.validation_status == "failed" and "body" in str(failed.validation_error)


def _batched(server: Server) -> str:
    """What became of a batch: its state, the id of its row, or that its file is broken."""
    sdk = client(server)
    made = sdk.datasets.create(name="rows", type="batch-chat-v2-input", data=_rows({"messages": says("Say hello.")}))
    job = cohere.batches.Batch(name="job", input_dataset_id=str(made.id), model="emulated")
    try:
        batch = sdk.batches.create(request=job).batch
    except cohere.BadRequestError:
        return "refused"
    for _ in range(3):
        batch = sdk.batches.retrieve(str(batch.id)).batch
    if batch.status != "BATCH_STATUS_COMPLETED":
        return str(batch.status)
    try:
        rows: list[Any] = list(dataset_generator(sdk.datasets.get(id=str(batch.output_dataset_id)).dataset))
    except (ValueError, EOFError):
        return "broken"
    return str(rows[0]["custom_id"])


def _uploaded(server: Server) -> str:
    """What became of a dataset: the id of its row, or what failed."""
    sdk = client(server)
    try:
        made = sdk.datasets.create(name="rows", type="batch-chat-v2-input", data=_rows({"messages": says("Hi")}))
    except cohere.BadRequestError:
        return "refused"
    if made.id is None:
        return "no id"
    dataset = sdk.datasets.get(id=made.id).dataset
    rows: list[Any] = list(dataset_generator(dataset)) if dataset.validation_status == "validated" else []
    return str(rows[0]["custom_id"]) if rows else str(dataset.validation_status)


def test_batches_and_datasets_behave(server: Server) -> None:
    batches = [
        _batched(server) if server.switchboard.clear().set("batch", act) else ""
        for act in (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
    ]
    assert batches == ["0", "refused", "BATCH_STATUS_IN_PROGRESS", "broken", "another"]
    files = [
        _uploaded(server) if server.switchboard.clear().set("file", act) else ""
        for act in (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
    ]
    assert files == ["0", "refused", "processing", "no id", "other"]


@pytest.mark.parametrize(
    ("kind", "error", "status", "told"),
    [
        (FaultKind.RATE, cohere.TooManyRequestsError, 429, "Trial key"),
        (FaultKind.OUT_OF_CREDIT, ApiError, 402, "payment method"),
        (FaultKind.EXPIRED_KEY, cohere.UnauthorizedError, 401, "invalid api token"),
        (FaultKind.MODEL_GONE, cohere.NotFoundError, 404, "model 'emulated' not found"),
        (FaultKind.SERVER_ERROR, cohere.InternalServerError, 500, "internal server error"),
        (FaultKind.UNAVAILABLE, cohere.ServiceUnavailableError, 503, "unavailable"),
        (FaultKind.OVERLOADED, cohere.ServiceUnavailableError, 503, "too many users"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, kind: FaultKind, error: type[ApiError], status: int, told: str, stream: bool
) -> None:
    server.switchboard.lay(Fault(kind, retry_after=3))
    with pytest.raises(error) as raised:
        ask(server, stream=stream)
    assert raised.value.status_code == status and told in raised.value.body["message"] and raised.value.body["id"]
    assert "x-trial-endpoint-call-limit" not in (raised.value.headers or {})


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"top_p": 0.5}, 422, "unknown field: parameter 'top_p' is not a valid field."),
        (
            {"tools": [TOOL | {"function": TOOL["function"] | {"strict": True}}]},
            422,
            "unknown field: parameter 'strict'",
        ),
        ({"max_tokens": "9"}, 422, "invalid type: parameter 'max_tokens' is of type string but should be of type int."),
        ({"thinking": {"type": True}}, 422, "invalid type: parameter 'thinking.type' is of type bool"),
        ({"model": None}, 400, "a model parameter is required for this endpoint."),
        ({"messages": []}, 400, "message must be at least 1 token long"),
        ({"messages": says("")}, 400, "all elements in history must have a message."),
        ({"messages": [{"role": "developer", "content": "Hi"}]}, 400, "Invalid role"),
        ({"messages": says([{"type": "input_audio"}])}, 400, "'input_audio' is not supported"),
        (
            {"messages": says([{"type": "text", "text": 1}])},
            422,
            "invalid type: parameter 'messages.content.text' is of type number",
        ),
        ({"documents": [{"data": "a", "title": "b"}]}, 422, "unknown field: parameter 'documents.title'"),
        ({"messages": says(_picture("data:image/bmp;base64,AAAA"))}, 400, "png, jpeg, webp or gif"),
        (
            {"messages": [{"role": "tool", "tool_call_id": "x", "content": "1"}]},
            400,
            "tool call id not found in previous tool calls",
        ),
        ({"max_tokens": -1}, 400, "invalid request: max_tokens cannot be less than 0."),
        ({"temperature": 1.5}, 400, "invalid request: temperature must be between 0 and 1.0 inclusive."),
        ({"stop_sequences": list("abcdef")}, 400, "too many stop sequences provided, maximum is 5, received 6."),
        ({"safety_mode": "LOOSE"}, 400, "unrecognized safety mode 'LOOSE'."),
        ({"tools": [TOOL], "tool_choice": "square_root"}, 400, "tool_choice must be one of NONE, REQUIRED"),
        ({"documents": []}, 400, "list of documents must not be empty"),
        ({"documents": [{"id": "a", "data": "b"}] * 2}, 400, "duplicate document ID a at index 1 and 0"),
        (
            {"documents": DOCUMENTS, "response_format": {"type": "json_object"}},
            400,
            "response_format is not supported with RAG.",
        ),
        (
            {"response_format": {"type": "json_object", "json_schema": {"type": "array"}}},
            400,
            "schema must be an object",
        ),
        (
            {"response_format": {"type": "json_object", "json_schema": SCHEMA | {"required": ["no"]}}},
            400,
            "required field name not found in properties",
        ),
    ],
)
def test_what_the_api_does_not_take_is_refused_in_its_words(server: Server, more: Any, status: int, told: str) -> None:
    answer = _post(server, more)
    assert (answer.status_code, told in answer.json()["message"]) == (status, True), answer.text


def _post(server: Server, more: Any) -> httpx.Response:
    """As the examples of the documentation have it: the scheme of the key in small letters."""
    sent = {"model": "emulated", "messages": says(ROOT), **more}
    return httpx.post(f"{server.url(WIRE)}/v2/chat", json=sent, headers={"authorization": "bearer test-key"})


def test_the_stream_names_its_events_and_ends_as_documented(server: Server) -> None:
    answer = _post(server, {"stream": True, "messages": says("Say hello.")})
    assert answer.headers["content-type"].startswith("text/event-stream")
    parts = [part.splitlines() for part in answer.text.strip().split("\n\n")]
    assert parts.pop() == ["data: [DONE]"]
    told = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]
    assert [name for name, _ in told] == [data["type"] for _, data in told]
    assert [told[0][0], told[-1][0]] == ["message-start", "message-end"]
    assert (
        told[-1][1]["delta"]["finish_reason"] == "COMPLETE"
        and told[-1][1]["delta"]["usage"]["billed_units"]["output_tokens"] > 0
    )


def _text(answer: httpx.Response) -> str:
    return text(answer.json())


def _told(*path: str) -> Callable[[httpx.Response], str]:
    def told(answer: httpx.Response) -> str:
        value = answer.json()
        for name in path:
            value = value.get(name) or {}
        return str(value)

    return told
