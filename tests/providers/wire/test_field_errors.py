"""What an error is about, in the words that real servers use; each as the body of a response of every wire."""

from __future__ import annotations

from typing import Any

import pytest

from providers.base import Response, wires
from providers.chat import Ask
from providers.errors import (
    ADDRESS,
    AUTH,
    BILLING,
    FORM,
    GENERATION,
    MODEL,
    PLAINLY,
    REQUEST,
    SERVER,
    UNSUPPORTED,
    classify,
)
from providers.wire._json import dumps

FORBIDDEN = {"type": "extra_forbidden", "msg": "Extra inputs are not permitted", "input": 1}
MAX = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
CASES: list[tuple[str, int, Any, str, str]] = [
    ("wrong url", 404, {"error": {"message": "Invalid URL (POST /chat/completions)", "type": "invalid_request_error"}}, ADDRESS, ""),
    ("wrong url as 400", 400, {"error": {"message": "Invalid URL (POST /v1/v1/messages)"}}, ADDRESS, ""),
    ("method", 405, {"detail": "Method Not Allowed"}, ADDRESS, ""),
    ("starlette's 404", 404, {"detail": "Not Found"}, ADDRESS, ""),
    ("go's 404", 404, b"404 page not found", ADDRESS, ""),
    ("a page", 404, b"<html><h1>404 Not Found</h1><hr>nginx</html>", ADDRESS, ""),
    ("express", 404, b"Cannot POST /chat/completions", ADDRESS, ""),
    ("vllm's 404", 404, {"object": "error", "message": "The model `m` does not exist.", "code": 404}, MODEL, ""),
    ("no endpoints", 404, {"error": {"message": "No endpoints found that support image input", "code": 404}}, REQUEST, ""),
    ("country", 403, {"error": {"code": "unsupported_country_region_territory", "message": "Country, region, or territory not supported"}}, AUTH, ""),
    ("location", 400, {"error": {"message": "User location is not supported for the API use.", "status": "FAILED_PRECONDITION"}}, AUTH, ""),
    ("region", 400, {"error": {"message": "This service is not available in your region."}}, AUTH, ""),
    ("content null", 400, {"error": "'content' field must be a string or an array of objects"}, FORM, ""),
    ("reasoning", 400, {"error": {"message": "Missing reasoning_content field in the assistant message at message index 1."}}, FORM, ""),
    ("reasoning back", 400, {"error": {"message": "The reasoning_content in the thinking mode must be passed back to the API."}}, FORM, ""),
    ("signature", 400, [{"error": {"code": 400, "message": "Function call is missing a thought_signature in functionCall parts."}}], FORM, ""),
    ("empty name", 400, {"error": {"message": "Invalid 'tools[0].function.name': empty string. Expected a string with minimum length 1."}}, FORM, ""),
    ("empty name, pydantic", 422, {"detail": [{"type": "string_too_short", "loc": ["body", "tools", 0, "function", "name"],
                                               "msg": "String should have at least 1 character", "input": ""}]}, FORM, ""),
    ("made-up key", 422, {"detail": [{**FORBIDDEN, "loc": ["body", "messages", 1, "reasoning_content"]}]}, FORM, "reasoning_content"),
    ("made-up key, groq", 400, {"error": {"message": "'messages.1' : property 'messages.1.reasoning_content' is unsupported"}}, FORM, ""),
    ("made-up key, gemini", 400, {"error": {"message": 'Invalid JSON payload received. Unknown name "foo" at \'contents[0].foo\': Cannot find field.'}}, FORM, ""),
    ("extra seed", 422, {"detail": [{**FORBIDDEN, "loc": ["body", "seed"]}]}, REQUEST, "seed"),
    ("extra schema", 422, {"detail": [{**FORBIDDEN, "loc": ["body", "response_format", "json_schema"]}]}, REQUEST, "json_schema"),
    ("extra part", 400, {"error": {"message": "messages.0.content.0.input_audio: Extra inputs are not permitted"}}, REQUEST, ""),
    ("newer cap", 400, {"error": {"message": MAX, "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter"}}, REQUEST, "max_tokens"),
    ("newer cap, bare", 400, {"error": {"message": MAX}}, REQUEST, "max_tokens"),
    ("sequence", 400, {"error": {"message": "Failed to deserialize the JSON body into the target type: messages[0]: invalid type: sequence, expected a string"}}, REQUEST, ""),
    ("variant", 400, {"error": {"message": "unknown variant `input_audio`, expected `text` or `image_url`"}}, REQUEST, ""),
    ("not met", 400, {"errors": [{"code": 5024, "message": "AiError: JSON Mode couldn't be met"}], "success": False}, GENERATION, ""),
    ("no schema here", 400, {"errors": [{"code": 5025, "message": "AiError: 5025: This model doesn't suuport JSON Schema."}]}, REQUEST, ""),
    ("403 in plain words", 403, {"error": {"message": "Forbidden: this model does not support tools", "code": "forbidden"}}, REQUEST, ""),
    ("500 in plain words", 500, {"error": {"message": "This model has no vision support"}}, REQUEST, ""),
    ("403 of the plan", 403, {"error": {"message": "Your plan: the model does not support this tier"}}, AUTH, ""),
    ("403", 403, {"error": {"message": "Forbidden"}}, AUTH, ""),
    ("money", 402, {"error": {"message": "Insufficient balance"}}, BILLING, ""),
    ("500", 500, b"Internal Server Error", SERVER, ""),
]  # fmt: skip


@pytest.mark.parametrize("name", list(wires()))
@pytest.mark.parametrize(("status", "body", "kind", "param"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_an_error_is_about_what_its_words_say(name: str, status: int, body: Any, kind: str, param: str) -> None:
    data = body if isinstance(body, bytes) else dumps(body)
    error = wires()[name].reply(Ask.text("x"), [Response(status, {}, data)]).error
    assert error
    assert (error.kind, error.param) == (kind, param), error


@pytest.mark.parametrize(
    "words", ["unknown variant `input_audio`", "invalid type: sequence, expected a string", "doesn't suuport it"]
)
def test_a_refusal_is_known_by_its_words(words: str) -> None:
    assert UNSUPPORTED.search(words)


def test_what_a_model_has_not_is_said_plainly() -> None:
    assert PLAINLY.search("This model has no vision support")


def test_the_words_decide_beyond_the_body() -> None:
    assert classify(400, "Extra inputs are not permitted", place="body.seed").kind == REQUEST
