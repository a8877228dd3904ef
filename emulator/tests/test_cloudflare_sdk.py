"""The emulator of Workers AI as Cloudflare's SDK speaks to it. What the SDK has no types for (streams) is in test_cloudflare.py."""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

import cloudflare
import pytest
from cloudflare.types.ai.ai_run_response import UnionMember8 as Text

from emulator import REJECTS, Fault, FaultKind, Server, Switchboard, serve
from emulator.tests.cloudflare_samples import CHAT, FLAT, FRUIT, MODELS, NESTED, OWN, ROOT, SCHEMA, WIRE, says


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Switchboard(models=MODELS, closed=True), (WIRE,)) as running:
        yield running


def client(server: Server) -> tuple[cloudflare.Cloudflare, str]:
    """The SDK, and the account that stands in the emulator's address."""
    base, _, account = server.url(WIRE).rpartition("/accounts/")
    return cloudflare.Cloudflare(api_token="test-key", base_url=base, max_retries=0, timeout=5), account


def run(server: Server, model: str = OWN, **options: Any) -> Any:
    sdk, account = client(server)
    return sdk.ai.run(model, account_id=account, **options)


def said(server: Server, **options: Any) -> Text:
    """What the SDK hands on as it came, since among the kinds of results that it knows one is any object: here read as text."""
    return Text.model_validate(run(server, **options))


def test_text_is_answered_to_a_prompt_and_to_messages_with_its_usage(server: Server) -> None:
    for told in (
        said(server, prompt="Say hello."),
        said(server, messages=says("Say hello."), max_tokens=50, seed=7, temperature=0.5),
    ):
        assert told.response == "Hello."
        assert told.usage and told.usage.completion_tokens and told.usage.prompt_tokens and told.usage.total_tokens
        assert told.usage.total_tokens == told.usage.prompt_tokens + told.usage.completion_tokens


@pytest.mark.parametrize("tool", [FLAT, NESTED])
def test_tools_are_called_with_an_object(server: Server, tool: Any) -> None:
    calls = said(server, messages=says(ROOT), tools=[tool]).tool_calls or []
    assert [(call.name, call.arguments) for call in calls] == [("square_root", {"number": 132413})]


def test_the_newer_models_answer_as_chat_completions(server: Server) -> None:
    (choice,) = run(server, CHAT, messages=says(ROOT), tools=[NESTED])["choices"]
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"number": 132413}


def test_json_pictures_and_speech(server: Server) -> None:
    assert run(server, messages=says(FRUIT), response_format=SCHEMA)["response"] == {"is_fruit": True}
    assert base64.b64decode(run(server, "@cf/emulated-flux", prompt="A cat.")["image"])[:4] == b"\x89PNG"
    assert base64.b64decode(run(server, "@cf/emulated-melotts", prompt="Hello.", lang="en")["audio"])


def test_models_are_listed_page_by_page(server: Server) -> None:
    sdk, account = client(server)
    listed: Iterable[Any] = sdk.ai.models.list(account_id=account, per_page=3)
    assert [model["name"] for model in listed] == list(MODELS)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (FaultKind.RATE, cloudflare.RateLimitError),
        (FaultKind.EXPIRED_KEY, cloudflare.AuthenticationError),
        (FaultKind.SERVER_ERROR, cloudflare.InternalServerError),
        (FaultKind.UNAVAILABLE, cloudflare.InternalServerError),
        (FaultKind.RESET, cloudflare.APIConnectionError),
    ],
)
def test_the_sdk_raises_the_right_error_for_each_fault(
    server: Server, fault: FaultKind, error: type[Exception]
) -> None:
    server.switchboard.lay(Fault(fault))
    with pytest.raises(error):
        run(server, prompt="Say hello.")


def test_a_refusal_tells_its_codes(server: Server) -> None:
    server.switchboard.set("tools", REJECTS)
    with pytest.raises(cloudflare.BadRequestError) as refused:
        run(server, messages=says(ROOT), tools=[FLAT])
    assert [error.code for error in refused.value.errors] == [5006]
