"""What went over another protocol than HTTP."""

import pytest

from scoreboard.traffic.reading import parse


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        (
            "interactions:\n- kind: message\n  direction: sent\n  data: {}\n- kind: message\n  direction: received\nversion: 1\n",
            ["WebSocket"],
        ),
        (
            "interactions:\n- request_sample: {raw: x}\n  response_sample: {raw: y}\n- request_stream: {raw: x}\nversion: 1\n",
            ["gRPC", "gRPC"],
        ),
        ("interactions:\n- collections_method: {method: m}\nversion: 1\n", ["gRPC"]),
        ("messages:\n- {type: system}\n", ["an agent's messages"]),
    ],
)
def test_it_is_passed_over_by_its_name(text: str, passed: list[str]) -> None:
    content = parse(text.encode())
    assert content.form == "other_protocols"
    assert [kept.passed for kept in content.kept] == passed
