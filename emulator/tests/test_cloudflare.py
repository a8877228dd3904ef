"""The emulator of Workers AI, on the socket, as Cloudflare's documentation speaks to it."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from emulator import IGNORES, MALFORMED, REJECTS, WORKS, WRONG, Behaviour, Fault, FaultKind, Server, Switchboard, serve
from emulator.senses import ASSETS
from emulator.tests.cloudflare_samples import (
    CHAT,
    FLAT,
    FRUIT,
    LONG,
    MODELS,
    NAMED,
    NESTED,
    OWN,
    ROOT,
    SCHEMA,
    WIRE,
    says,
)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=MODELS, closed=True), (WIRE,)) as running:
        yield running


def post(server: Server, model: str = OWN, key: str = "test-key", query: str = "", **body: Any) -> httpx.Response:
    url = f"{server.url(WIRE)}/ai/run/{model}{query}"
    return httpx.post(url, json=body, headers={"authorization": f"Bearer {key}"}, timeout=5)


def ask(server: Server, model: str = OWN, **body: Any) -> Any:
    """The result, out of its envelope; of a stream, its events."""
    answer = post(server, model, **{"messages": says("Say hello. Use only one word.")} | body)
    assert answer.status_code == 200, answer.text
    if body.get("stream"):
        assert answer.headers["content-type"].startswith("text/event-stream")
        *events, done, rest = answer.text.split("\n\n")
        assert (done, rest) == ("data: [DONE]", "") and all(event.startswith("data: {") for event in events)
        return [json.loads(event.removeprefix("data: ")) for event in events]
    envelope = answer.json()
    assert (envelope["success"], envelope["errors"], envelope["messages"]) == (True, [], [])
    return envelope["result"]


def test_the_own_form_says_text_and_usage_plain_and_streamed(server: Server) -> None:
    plain = ask(server)
    usage = plain["usage"]
    assert plain["response"] == ask(server, prompt="Say hello.")["response"] == "Hello."
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0
    *pieces, end = ask(server, stream=True)
    assert (
        "".join(piece["response"] for piece in pieces) == "Hello."
        and len(pieces) > 1
        and all(piece["p"] for piece in pieces)
    )
    assert end == {"response": "", "usage": usage}


@pytest.mark.parametrize("tool", [FLAT, NESTED])
@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_told_flat_or_nested_and_called_with_an_object(server: Server, tool: Any, stream: bool) -> None:
    told = ask(server, messages=says(ROOT), tools=[tool], stream=stream)
    call = {"arguments": {"number": 132413}, "name": "square_root"}
    assert (told[-2] if stream else told)["tool_calls"] == [call]
    back = [
        *says(ROOT),
        {"role": "assistant", "content": json.dumps(call)},
        {"role": "tool", "name": "square_root", "content": "363.89"},
    ]
    assert "363.89" in ask(server, messages=back, tools=[tool])["response"]


def test_json_mode_gives_the_value_itself_and_is_not_streamed(server: Server) -> None:
    assert ask(server, messages=says(FRUIT), response_format=SCHEMA)["response"] == {"is_fruit": True}
    assert isinstance(ask(server, messages=says(FRUIT), response_format={"type": "json_object"})["response"], dict)
    refused = post(server, messages=says(FRUIT), response_format=SCHEMA, stream=True)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, 5023)


def test_chat_completions_are_in_the_envelope_but_their_chunks_are_not(server: Server) -> None:
    think = {"chat_template_kwargs": {"enable_thinking": True}}
    whole = ask(server, CHAT, logprobs=True, top_logprobs=2, **think)
    (choice,) = whole["choices"]
    assert (whole["object"], choice["finish_reason"], choice["message"]["content"]) == (
        "chat.completion",
        "stop",
        "Hello.",
    )
    assert choice["message"]["reasoning_content"] and len(choice["logprobs"]["content"][0]["top_logprobs"]) == 2
    head, *chunks, end, used = ask(server, CHAT, stream=True, stream_options={"include_usage": True}, **think)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert head["choices"][0]["delta"]["role"] == "assistant"
    assert "".join(delta.get("content", "") for delta in deltas) == "Hello."
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == choice["message"]["reasoning_content"]
    assert (end["choices"][0]["finish_reason"], used["choices"], used["usage"]) == ("stop", [], whole["usage"])
    forced = ask(server, CHAT, tools=[NESTED], tool_choice="required", messages=says(ROOT))["choices"][0]
    assert (forced["finish_reason"], json.loads(forced["message"]["tool_calls"][0]["function"]["arguments"])) == (
        "tool_calls",
        {"number": 132413},
    )
    pieces = ask(server, CHAT, tools=[NESTED], tool_choice="required", messages=says(ROOT), stream=True)[1:-1]
    calls = [piece["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] for piece in pieces]
    assert json.loads("".join(calls)) == {"number": 132413}
    back = [*says(ROOT), forced["message"], {"role": "tool", "tool_call_id": "a", "content": "363.89"}]
    assert "363.89" in ask(server, CHAT, messages=back)["choices"][0]["message"]["content"]


def test_pictures_and_speech_are_base64_and_their_schemas_are_closed(server: Server) -> None:
    drawn = post(server, "@cf/emulated-flux", prompt="A cat.", steps=4).json()["result"]
    assert base64.b64decode(drawn["image"])[:4] == b"\x89PNG"
    assert base64.b64decode(post(server, "@cf/emulated-melotts", prompt="Hello.", lang="en").json()["result"]["audio"])[
        :2
    ] in (
        b"ID",
        b"\xff\xfb",
    )
    refused = post(server, "@cf/emulated-flux", prompt="A cat.", seed=4)
    assert refused.status_code == 400 and "unevaluated properties '/seed' at '/' not allowed" in refused.text


def test_models_are_listed_in_pages(server: Server) -> None:
    def page(**params: Any) -> Any:
        return httpx.get(
            f"{server.url(WIRE)}/ai/models/search", params=params, headers={"authorization": "Bearer test-key"}
        ).json()

    assert [model["name"] for model in page()["result"]][:2] == [OWN, CHAT]
    assert [model["name"] for model in page(search="GEMMA")["result"]] == [CHAT]
    assert page(page=2)["result"] == [] and page(per_page=3, page=2)["result_info"]["total_count"] == 4


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ({}, 5006, "required properties at '/' are 'prompt', required properties at '/' are 'messages'"),
        ({"messages": [{"role": "user"}]}, 5006, "required properties at '/messages/0' are 'role,content'"),
        ({"messages": says(None)}, 5006, "Type mismatch of '/messages/0/content', 'string' not in 'null'"),
        ({"prompt": "x", "max_tokens": "5"}, 5006, "Type mismatch of '/max_tokens', 'integer' not in 'string'"),
        ({"prompt": "x", "seed": 0}, 5006, "'/seed' < minimum 1"),
        (
            {"prompt": "x", "tools": [{"name": "a"}]},
            5006,
            "required properties at '/tools/0' are 'description,parameters'",
        ),
        ({"prompt": "x", "response_format": {"type": "yaml"}}, 5006, "'/response_format/type'"),
        (
            {"messages": says([{"type": "image_url", "image_url": {"url": "https://a.b/c.png"}}])},
            5006,
            "pattern not met",
        ),
        ({"messages": says([{"type": "image_url", "image_url": {"url": "data:image/png;base64,!"}}])}, 5004, "base64"),
    ],
)
def test_what_the_schema_does_not_allow_is_refused_in_its_words(
    server: Server, body: Any, code: int, told: str
) -> None:
    answer = post(server, **body)
    error = answer.json()["errors"][0]
    assert (answer.status_code, answer.json()["success"], answer.json()["result"], error["code"]) == (
        400,
        False,
        {},
        code,
    )
    assert told in error["message"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (FaultKind.RATE, 429, 971),
        (FaultKind.OUT_OF_CREDIT, 429, 3036),
        (FaultKind.EXPIRED_KEY, 401, 10000),
        (FaultKind.MODEL_GONE, 400, 5007),
        (FaultKind.SERVER_ERROR, 500, 3043),
        (FaultKind.UNAVAILABLE, 503, 10001),
        (FaultKind.OVERLOADED, 429, 3040),
    ],
)
def test_each_failure_has_its_status_and_code(server: Server, kind: FaultKind, status: int, code: int) -> None:
    server.switchboard.lay(Fault(kind, retry_after=2.2 if kind is FaultKind.RATE else None))
    answer = post(server, prompt="Hi")
    assert (answer.status_code, answer.json()["success"], answer.json()["errors"][0]["code"]) == (status, False, code)
    assert answer.headers.get("retry-after") == ("3" if kind is FaultKind.RATE else None)


def test_a_wrong_key_an_unknown_model_and_an_unknown_path(server: Server) -> None:
    assert post(server, key="wrong", prompt="Hi").json()["errors"] == [
        {"code": 10000, "message": "Authentication error"}
    ]
    assert post(server, "@cf/other", prompt="Hi").json()["errors"][0]["message"] == "No such model @cf/other or task"
    lost = httpx.get(f"{server.url(WIRE)}/nowhere", headers={"authorization": "Bearer test-key"})
    assert (lost.status_code, lost.json()["errors"][0]["code"]) == (404, 7003) and "/nowhere" in lost.text
    assert (
        httpx.post(
            f"{server.url(WIRE)}/ai/run/{OWN}", content=b"{", headers={"authorization": "Bearer test-key"}
        ).status_code
        == 400
    )


ALL = (WORKS, REJECTS, IGNORES, MALFORMED, WRONG)
PASSIVE = (WORKS, IGNORES, MALFORMED, WRONG)
PICTURE = f"data:image/png;base64,{base64.b64encode((ASSETS / 'image.png').read_bytes()).decode()}"
SEEN = {
    "messages": says([{"type": "text", "text": "What word?"}, {"type": "image_url", "image_url": {"url": PICTURE}}])
}


def _own(field: str) -> Callable[[httpx.Response], Any]:
    return lambda answer: answer.json()["result"].get(field)


def _said(field: str) -> Callable[[httpx.Response], Any]:
    return lambda answer: answer.json()["result"]["choices"][0]["message"].get(field)


def _choice(field: str) -> Callable[[httpx.Response], Any]:
    return lambda answer: answer.json()["result"]["choices"][0][field]


def _arguments(answer: httpx.Response) -> Any:
    return [call["function"]["arguments"] for call in _said("tool_calls")(answer) or ()]


# For each capability: the model, what asks for it, what of the answer tells the behaviours apart, and which of them there are.
CASES: list[tuple[str, str, dict[str, Any], Callable[[httpx.Response], Any], tuple[Behaviour, ...]]] = [
    ("out.text", OWN, {"prompt": ROOT}, _own("response"), ALL),
    ("in.image", OWN, SEEN, _own("response"), ALL),
    ("json", OWN, {"prompt": FRUIT, "response_format": {"type": "json_object"}}, _own("response"), ALL),
    ("schema", OWN, {"prompt": FRUIT, "response_format": SCHEMA}, _own("response"), ALL),
    ("tools", OWN, {"prompt": ROOT, "tools": [FLAT]}, _own("tool_calls"), ALL),
    ("max_tokens", OWN, {"prompt": LONG, "max_tokens": 9}, lambda r: r.json()["result"]["usage"]["completion_tokens"], (WORKS, REJECTS, IGNORES, MALFORMED)),
    ("usage", OWN, {"prompt": "Hi"}, _own("usage"), PASSIVE),
    ("limits", OWN, {"prompt": "Hi"}, lambda r: r.headers.get("ratelimit"), PASSIVE),
    ("out.image", "@cf/emulated-flux", {"prompt": "A cat."}, _own("image"), ALL),
    ("in.image", CHAT, SEEN, _said("content"), ALL),
    ("schema", CHAT, {"messages": says(FRUIT), "response_format": NAMED}, _said("content"), ALL),
    ("tools.forced", CHAT, {"messages": says("Hi"), "tools": [NESTED], "tool_choice": "required"}, _arguments, (WORKS, REJECTS, IGNORES, MALFORMED)),
    ("stop", CHAT, {"messages": says("Count from 1 to 20."), "stop": ["9"]}, lambda r: (_said("content")(r), _choice("finish_reason")(r)), ALL),
    ("max_tokens", CHAT, {"messages": says(LONG), "max_completion_tokens": 9}, lambda r: (_choice("finish_reason")(r), _said("content")(r)), ALL),
    ("logprobs", CHAT, {"messages": says("Hi"), "logprobs": True, "top_logprobs": 1}, _choice("logprobs"), ALL),
    ("thinking", CHAT, {"messages": says("Hi"), "reasoning_effort": "low"}, _said("reasoning_content"), (WORKS, REJECTS, IGNORES)),
    ("finish", CHAT, {"messages": says("Hi")}, _choice("finish_reason"), PASSIVE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("capability", "model", "body", "told", "behaviours"), CASES, ids=lambda one: one if isinstance(one, str) else ""
)
def test_each_behaviour_differs_on_the_wire(
    server: Server,
    capability: str,
    model: str,
    body: Any,
    told: Callable[[httpx.Response], Any],
    behaviours: tuple[Behaviour, ...],
) -> None:
    seen = {}
    for behaviour in behaviours:
        server.switchboard.clear().set(capability, behaviour)
        answer = post(server, model, **body)
        assert (answer.status_code >= 400) == (behaviour == REJECTS), answer.text
        seen[behaviour.act] = str(answer.json()["errors"][0]["message"] if behaviour == REJECTS else told(answer))
    assert len(set(seen.values())) == len(behaviours), seen


def test_a_seed_repeats_the_answer_only_where_it_is_heeded(server: Server) -> None:
    def said(count: int, **body: Any) -> set[str]:
        return {ask(server, prompt="Write one random word.", messages=None, **body)["response"] for _ in range(count)}

    assert len(said(4, seed=42)) == 1 and len(said(12)) > 1
    server.switchboard.set("seed", IGNORES)
    assert len(said(12, seed=42)) > 1


def _batched(server: Server) -> str:
    """What became of a batch: its state, the reference of its first row, or that the answer is broken."""
    lines = [{"prompt": "Say hello.", "external_reference": "a"}, {"max_tokens": 1}]
    queued = post(server, query="?queueRequest=true", requests=lines)
    if queued.status_code >= 400:
        return "refused"
    assert queued.json()["result"]["status"] == "queued"
    id = queued.json()["result"]["request_id"]
    states = [post(server, query="?queueRequest=true", request_id=id) for _ in range(3)]
    try:
        result = states[-1].json()["result"]
    except ValueError:
        return "broken"
    if "responses" not in result:
        return str(result["status"])
    assert states[0].json()["result"]["status"] == "running"
    good, bad = result["responses"]
    assert good["result"]["response"] == "Hello." and (bad["id"], bad["success"]) == (1, False)
    return str(good["external_reference"])


def test_batches_behave(server: Server) -> None:
    seen = [_batched(server) if server.switchboard.clear().set("batch", act) else "" for act in ALL]
    assert seen == ["a", "refused", "queued", "broken", "another"]
