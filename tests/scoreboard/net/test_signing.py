"""What a provider needs beside its key; what signs a request is held against Amazon's own by tests of its wire."""

import pytest

from providers.base import Provider
from providers.wire import bedrock_converse
from scoreboard.net.signing import private_names, signature, unasked

NEEDS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "A_BUCKET")
PROVIDER = Provider(
    wire=bedrock_converse, base_url="https://acme.test", name="acme", title="Acme", needs={"batch": NEEDS}
)  # fmt: skip
WHOLE = dict.fromkeys(NEEDS, "something")


def test_what_is_missing_is_named() -> None:
    assert unasked(PROVIDER, WHOLE) == {}
    assert unasked(PROVIDER, {**WHOLE, "A_BUCKET": " "}) == {"batch": "Acme needs A_BUCKET in the environment for it"}
    told = unasked(PROVIDER, {})["batch"]
    assert "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and A_BUCKET" in told


def test_what_signs_may_not_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoreboard.net.signing.find_spec", lambda _: None)
    assert "llm-scoreboard[aws]" in unasked(PROVIDER, WHOLE)["batch"]


def test_what_is_kept_nowhere() -> None:
    assert private_names(PROVIDER) == sorted({*NEEDS, "AWS_SESSION_TOKEN"})
    assert private_names(Provider(wire=bedrock_converse, base_url="https://acme.test", name="acme")) == []


def test_the_service_and_the_region_are_in_the_signature_and_the_secret_is_not() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_REGION": "eu-west-1"}
    headers = signature("PUT", "https://s3.eu-west-1.amazonaws.com/bucket/key", b"body", "s3", environ)
    assert "AKIDEXAMPLE/" in headers["authorization"] and "/eu-west-1/s3/aws4_request" in headers["authorization"]
    assert "a-secret" not in str(headers) and "x-amz-security-token" not in headers
    tokened = signature("GET", "https://s3.amazonaws.com/b/k", b"", "s3", {**environ, "AWS_SESSION_TOKEN": "t-1"})
    assert tokened["x-amz-security-token"] == "t-1"
