"""Whose row an exchange belongs to."""

import json

import pytest

from providers.base import Misfit, ProviderError, Request
from providers.chat import Ask, Reply, Usage
from scoreboard.traffic.attribution import tells, thinks, understood
from tests.support.judging import RATE, exchange
from tests.support.made_up import REQUEST

PATH = "/v1/chat/completions"


def post(url: str, body: str = REQUEST) -> Request:
    return Request("POST", url, body.encode(), {"content-type": "application/json"})


@pytest.mark.parametrize(
    ("url", "folders", "provider"),
    [
        (f"https://api.groq.com/openai{PATH}", [], "groq"),
        (f"https://api.groq.com/openai{PATH}", ["2025-08", "cerebras", "m"], "groq"),
        (f"https://API.CEREBRAS.AI{PATH}", [], "cerebras"),
        (f"https://api.openai.com{PATH}", [], "openaichat"),
        (f"https://api.openai.com{PATH}", ["openairesponses"], "openairesponses"),
        (f"https://api.example.com{PATH}", [], "api.example.com"),
        (f"https://api.example.com{PATH}", ["acme", "m"], "api.example.com"),
        (f"https://api.example.com{PATH}", ["2025-08", "groq", "m"], "groq"),
        (f"http://localhost:8080{PATH}", ["ollama", "m"], "ollama"),
        (f"http://127.0.0.1:8080{PATH}", ["acme", "m"], "stranger"),
        (PATH, ["mistral"], "mistral"),
    ],
    ids=[
        "by its host", "whatever the folder says", "however it is spelt", "of two at home", "the one that the folder names",
        "a stranger",
        "a stranger in a folder", "a proxy's host in a provider's folder", "this machine", "nothing told",
        "no host",
    ],
)  # fmt: skip
def test_the_provider_is_told_by_the_host_and_else_by_the_folder(url: str, folders: list[str], provider: str) -> None:
    assert understood(post(url), folders, "stranger").provider == provider


def test_the_model_and_what_was_asked_are_read_from_the_request() -> None:
    asked = understood(post(f"https://api.groq.com/openai{PATH}", REQUEST[:-1] + ', "seed": 7, "stream": true}'), [])
    assert (asked.model, asked.ask.seed, asked.ask.stream) == ("m", 7, True)


def test_a_model_in_the_address_counts_as_well() -> None:
    body = json.dumps({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]})
    url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    asked = understood(post(url, body), [])
    assert (asked.provider, asked.model, asked.ask.stream) == ("gemini", "gemini-2.5-flash", True)


def test_what_no_wire_knows_is_said_so() -> None:
    with pytest.raises(Misfit, match=r"no wire format is known: POST /v1/unheard-of"):
        understood(Request("POST", "https://api.example.com/v1/unheard-of"), [])


def test_a_request_that_is_no_json_is_an_error_of_the_wire() -> None:
    with pytest.raises(ProviderError):
        understood(post(f"https://api.groq.com/openai{PATH}", "no JSON"), [])


THOUGHT, COUNTED = Reply(text="a", thinking="Hm"), Reply(text="a", usage=Usage(9, 9, 5))
PLAIN, MUTE = Reply(text="a", usage=Usage(9, 9)), Reply(text="a")


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([THOUGHT], True),
        ([COUNTED], True),
        ([PLAIN], False),
        ([THOUGHT, PLAIN], True),
        ([THOUGHT, PLAIN, PLAIN], False),
        ([THOUGHT, MUTE, MUTE, MUTE], True),
        ([THOUGHT, RATE, RATE, RATE], True),
        ([MUTE], False),
        ([], False),
    ],
    ids=[
        "shown", "counted", "none", "half of them", "fewer", "of those that can tell", "errors cannot tell", "none can tell",
        "no replies",
    ],
)  # fmt: skip
def test_a_group_that_leaves_it_open_thinks_where_half_of_its_replies_that_can_tell_do(
    replies: list[Reply], expected: bool
) -> None:
    assert thinks(tells(exchange(Ask.text("Hi"), reply)) for reply in replies) is expected
