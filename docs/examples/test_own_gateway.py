"""What a gateway hands on, by its own tests: one exchange, judged without a network."""

import httpx

from scoreboard import judged

ANSWER = {
    "model": "m",
    "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": '{"fruit": true}'}}],
    "usage": {"prompt_tokens": 21, "completion_tokens": 6, "total_tokens": 27},
}
QUESTION = {
    "model": "m",
    "messages": [{"role": "user", "content": "Is a banana a fruit? Answer in JSON."}],
    "response_format": {"type": "json_object"},
}


def answer(request: httpx.Request) -> httpx.Response:
    # Here your gateway answers: an ASGI app by httpx.ASGITransport, a mock by respx, or a server on a port.
    return httpx.Response(200, json=ANSWER, request=request)


def test_json_mode_and_the_count_of_tokens_come_through() -> None:
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        response = client.post("https://gateway.test/v1/chat/completions", json=QUESTION)
    shown = judged(response)
    assert shown["json"].kind == "seen", shown["json"].note
    assert shown["usage"].kind == "seen", shown["usage"].note
    assert "tools" not in shown  # nothing asks for them
