"""What the tests of Mistral's emulator ask."""

import base64
import json
from typing import Any

from emulator.senses import ASSETS

TOOL: Any = {
    "type": "function",
    "function": {
        "name": "square_root",
        "description": "Calculates the square root of a number",
        "parameters": {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
    },
}
SCHEMA: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "fruit",
        "schema": {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]},
        "strict": True,
    },
}
REFERENCES = {
    "0": {
        "url": "https://a.example",
        "title": "Harbour",
        "snippets": [["The harbour opened in 1902.", "Ships are green."]],
    },
    "1": {"url": "https://b.example", "title": "Tower", "snippets": [["The tower is painted yellow."]]},
}
ROOT = "What is the square root of 132413?"
LONG = "Explain the theory of relativity in great detail."


def says(content: Any) -> Any:
    return [{"role": "user", "content": content}]


def referring() -> Any:
    call = {"id": "F4HiRgdZp", "function": {"name": "get_information", "arguments": "{}"}}
    result = {"role": "tool", "name": "get_information", "content": json.dumps(REFERENCES), "tool_call_id": "F4HiRgdZp"}
    return [*says("How is the tower painted?"), {"role": "assistant", "content": "", "tool_calls": [call]}, result]


def data(name: str) -> str:
    return base64.b64encode((ASSETS / name).read_bytes()).decode()


def word(name: str) -> str:
    return next(str(one["word"]) for one in json.loads((ASSETS / "manifest.json").read_text()) if one["file"] == name)


def beside(chunk: Any) -> Any:
    return [chunk, {"type": "text", "text": "Which word is it?"}]


PICTURE = {"type": "image_url", "image_url": f"data:image/png;base64,{data('image.png')}"}
SOUND = {"type": "input_audio", "input_audio": data("audio.mp3")}
PAPER = {"type": "document_url", "document_url": f"data:application/pdf;base64,{data('document.pdf')}"}
