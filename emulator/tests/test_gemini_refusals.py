"""What the emulator of the Gemini API does not take, as its gateway says it; asked on the socket, since the SDK would not send it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from emulator import Server, Switchboard, serve

WIRE = "gemini"
FORCED: Any = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["square_root"]}}
SCHEMA: Any = {"type": "OBJECT", "properties": {"is_fruit": {"type": "BOOLEAN"}}, "required": ["is_fruit"]}
FRUIT: Any = {"responseMimeType": "application/json", "responseSchema": SCHEMA}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(Switchboard(), (WIRE,)) as running:
        yield running


@pytest.mark.parametrize(
    ("body", "told", "field"),
    [
        ({"oddity": 1}, 'Unknown name "oddity": Cannot find field.', ""),
        ({"generationConfig": {"topLogprobs": 1}}, "Unknown name \"topLogprobs\" at 'generation_config': Cannot find field.", "generation_config"),
        ({"tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "object", "additionalProperties": False}}]}]}, "\"additionalProperties\" at 'tools[0].function_declarations[0].parameters'", "tools[0].function_declarations[0].parameters"),
        ({"generationConfig": {"maxOutputTokens": "many"}}, "'generation_config.max_output_tokens' (TYPE_INT32), \"many\"", "generation_config.max_output_tokens"),
        ({"generationConfig": {"responseModalities": ["SMELL"]}}, 'v1beta.GenerationConfig.Modality), "SMELL"', "generation_config.response_modalities[0]"),
        ({"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "?"}}]}]}, '(TYPE_BYTES), Base64 decoding failed for "?"', "contents[0].parts[0].inline_data.data"),
        ({"contents": [{"parts": [{"text": ["a"]}]}]}, "Proto field is not repeating, cannot start list.", "contents[0].parts[0]"),
        ({"contents": [{"parts": [{"functionResponse": {"name": "f", "response": "9"}}]}]}, 'google.protobuf.Struct), "9"', "contents[0].parts[0].function_response.response"),
        ({"contents": []}, "* GenerateContentRequest.contents: contents is not specified", None),
        ({"contents": [{"role": "assistant", "parts": [{"text": "a"}]}]}, "Please use a valid role: user, model.", None),
        ({"contents": [{"parts": [{}]}]}, "parts[0].data: required oneof field 'data' must have one initialized field", None),
        ({"contents": [{"parts": [{"text": "a", "fileData": {}}]}]}, "oneof field 'data' is already set. Cannot set 'fileData'", "contents[0].parts[0]"),
        ({"contents": [{"parts": [{"inlineData": {"mimeType": "image/gif", "data": ""}}]}]}, "Unsupported MIME type: image/gif", None),
        ({"contents": [{"parts": [{"fileData": {"fileUri": "gs://a/b.png"}}]}]}, "Invalid or unsupported file uri", None),
        ({"generationConfig": {"responseSchema": SCHEMA}}, "response_mime_type must be set", None),
        ({"generationConfig": {"responseMimeType": "text/html"}}, "allowed mimetypes are", None),
        ({"generationConfig": FRUIT | {"responseSchema": {"type": "OBJECT"}}}, "response_schema.properties: should be non-empty for OBJECT type", None),
        ({"generationConfig": {"logprobs": 2}}, "response_logprobs", None),
        ({"generationConfig": {"stopSequences": list("abcdef")}}, "stop_sequences", None),
        ({"generationConfig": {"temperature": 5}}, "temperature must be in the range [0.0, 2.0]", None),
        ({"generationConfig": {"thinkingConfig": {"thinkingBudget": 9, "thinkingLevel": "low"}}}, "only one of thinking budget and thinking level", None),
        ({"tools": [{"functionDeclarations": [{"name": "9 lives"}]}]}, "Invalid function name", None),
        ({"toolConfig": FORCED}, "Function calling config is set without function_declarations.", None),
    ],
)  # fmt: skip
def test_what_the_api_does_not_take_is_refused_in_its_words(
    server: Server, body: Any, told: str, field: str | None
) -> None:
    answer = httpx.post(
        f"{server.url(WIRE)}/models/emulated:generateContent",
        json={"contents": [{"parts": [{"text": "Hello."}]}], **body},
        headers={"x-goog-api-key": "test-key"},
    )
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT") and told in error[
        "message"
    ]
    assert [one["fieldViolations"][0].get("field", "") for one in error.get("details", ())] == (
        [] if field is None else [field]
    )
