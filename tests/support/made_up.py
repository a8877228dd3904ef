"""A made-up recording of an API that nobody knows."""

import json

REQUEST = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Say hello. Use only one word."}]})
URL = "http://localhost/v1/chat/completions"  # of a host that names nobody: the provider is the folder
ANSWER = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}})  # fmt: skip


def recording(body: str = ANSWER, *, version: str = "2", request: str = REQUEST) -> str:
    """A go-vcr file, written by hand."""
    return (
        f"version: {version}\ninteractions:\n- request:\n    method: POST\n    url: {URL}\n"
        f"    headers: {{Content-Type: [application/json]}}\n    body: {json.dumps(request)}\n"
        f"  response:\n    status: 200 OK\n    code: 200\n    headers: {{Content-Type: [application/json]}}\n    body: {json.dumps(body)}\n"
    )
