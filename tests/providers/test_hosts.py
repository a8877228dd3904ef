"""Whose a request is, by its host: names, and patterns where each customer has a host of its own."""

from __future__ import annotations

import msgspec
import pytest

from providers.base import Request, providers
from scoreboard.traffic.attribution import understood

CHAT = msgspec.json.encode({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
HOSTS = {
    "azure": [
        "r.openai.azure.com/openai/deployments/m/chat/completions",
        "r.services.ai.azure.com/models/chat/completions",
    ],
    "bedrock": [
        "bedrock-mantle.us-east-1.api.aws/v1/chat/completions",
        "bedrock-runtime.eu-west-1.amazonaws.com/openai/v1/chat/completions",
    ],
    "databricks": ["adb-1.1.azuredatabricks.net/serving-endpoints/chat/completions"],
    "githubmodels": ["models.inference.ai.azure.com/chat/completions", "models.github.ai/inference/chat/completions"],
    "copilot": ["api.individual.githubcopilot.com/chat/completions"],
    "snowflake": ["myorg-myaccount.snowflakecomputing.com/api/v2/cortex/v1/chat/completions"],
    "togetherai": ["api.together.ai/v1/chat/completions", "api.together.xyz/v1/chat/completions"],
    "vertex": [
        "us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/endpoints/openapi/chat/completions"
    ],
    "heroku": ["us.inference.heroku.com/v1/chat/completions"],
    "ollamacloud": ["ollama.com/v1/chat/completions"],
    "xai": ["api.x.ai/v1/chat/completions"],
    "zai": ["open.bigmodel.cn/api/paas/v4/chat/completions", "api.z.ai/api/coding/paas/v4/chat/completions"],
    "api.unheard.example": ["api.unheard.example/v1/chat/completions"],
}


@pytest.mark.parametrize(("name", "address"), [(name, address) for name, told in HOSTS.items() for address in told])
def test_the_host_names_the_provider(name: str, address: str) -> None:
    asked = understood(Request("POST", f"https://{address}", CHAT), ["somewhere"])
    assert (asked.provider, asked.model) == (name, "m")


def test_what_anthropic_sells_elsewhere_is_of_that_place() -> None:
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-opus-4-8/invoke"
    asked = understood(Request("POST", url, msgspec.json.encode(body)), [])
    assert (asked.provider, asked.model) == ("bedrock", "us.anthropic.claude-opus-4-8")


def test_no_two_providers_claim_a_host_unless_they_are_one_api() -> None:
    claimed: dict[str, set[str]] = {}
    for name, known in providers().items():
        for host in known.hosts:
            claimed.setdefault(host, set()).add(name)
    assert [names for names in claimed.values() if len(names) > 1 and names != {"openaichat", "openairesponses"}] == []
