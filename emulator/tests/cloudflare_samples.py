"""What the tests of Workers AI's emulator ask."""

from typing import Any

WIRE = "cloudflare"
OWN, CHAT = "@cf/emulated", "@cf/emulated-gemma-4"
MODELS = (OWN, CHAT, "@cf/emulated-flux", "@cf/emulated-melotts")
ROOT = "What is the square root of 132413?"
FRUIT = "Is a banana a fruit? Reply as JSON."
LONG = "Explain the theory of relativity in great detail."
FLAT: Any = {
    "name": "square_root",
    "description": "Calculates the square root of a number",
    "parameters": {
        "type": "object",
        "properties": {"number": {"type": "number", "description": "The number"}},
        "required": ["number"],
    },
}
NESTED: Any = {"type": "function", "function": FLAT}
OBJECT: Any = {"type": "object", "properties": {"is_fruit": {"type": "boolean"}}, "required": ["is_fruit"]}
SCHEMA: Any = {"type": "json_schema", "json_schema": OBJECT}
NAMED: Any = {"type": "json_schema", "json_schema": {"name": "fruit", "schema": OBJECT}}


def says(content: Any) -> Any:
    return [{"role": "user", "content": content}]
