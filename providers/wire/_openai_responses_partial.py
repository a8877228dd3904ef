"""Items of a Responses stream, as its deltas and the events that end a part tell of them.

Source: https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from __future__ import annotations

from typing import Any

from providers.wire._json import Tree
from providers.wire._lenient import raw_arguments
from providers.wire._repairs import repair

# What a delta adds to: the type of its item, and of the part within that holds the text.
DELTAS = {
    "response.output_text.delta": ("message", "output_text"), "response.refusal.delta": ("message", "refusal"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary_text"),
    "response.reasoning_text.delta": ("reasoning", "reasoning_text"),
    "response.function_call_arguments.delta": ("function_call", "arguments"),
}  # fmt: skip
# The events that end a part, and hold it whole.
WHOLES = {kind.replace(".delta", ".done"): told for kind, told in DELTAS.items()}
PARTS = ("output_text", "summary_text", "reasoning_text")


class Partial:
    """Items that deltas tell of, for when no event holds them whole."""

    def __init__(self) -> None:
        self._begun: dict[int, dict[str, Any]] = {}
        self._told: dict[int, dict[str, list[str]]] = {}
        self._logprobs: dict[int, list[Any]] = {}

    def begin(self, index: int, item: dict[str, Any]) -> None:
        """An item was announced, with its name and id."""
        self._begun[index] = item

    def add(self, event: Tree, item: str, part: str) -> None:
        """A delta came for an item."""
        index = event.int("output_index")
        self._begun.setdefault(index, {"type": item})
        self._told.setdefault(index, {}).setdefault(part, []).append(event.str("delta"))
        if part == "output_text":
            self._logprobs.setdefault(index, []).extend(event.items("logprobs"))

    def whole(self, event: Tree, item: str, part: str) -> None:
        """An event that ends a part tells it whole; that counts where no delta came."""
        index = event.int("output_index")
        told = event.any("arguments" if part == "arguments" else "refusal" if part == "refusal" else "text")
        if not told or self._told.get(index, {}).get(part):
            return
        self._begun.setdefault(index, {"type": item})
        self._told.setdefault(index, {})[part] = [raw_arguments(told) if part == "arguments" else str(told)]
        if part == "arguments":
            repair("the arguments of a call came in one event, not in deltas")
        if part == "output_text":
            self._logprobs[index] = event.items("logprobs")

    def items(self) -> dict[int, dict[str, Any]]:
        """The items by place."""
        made = {}
        for index, begun in self._begun.items():
            told = {part: "".join(pieces) for part, pieces in self._told.get(index, {}).items()}
            parts: list[dict[str, Any]] = [{"type": part, "text": text} for part, text in told.items() if part in PARTS]
            if "output_text" in told:
                parts[0]["logprobs"] = self._logprobs[index]
            if "refusal" in told:
                parts.append({"type": "refusal", "refusal": told["refusal"]})
            item = dict(begun)
            if "arguments" in told:
                item["arguments"] = told["arguments"]
            elif parts:
                item["summary" if parts[0]["type"] == "summary_text" else "content"] = parts
            made[index] = item
        return made


def filled(item: Any, told: dict[str, Any] | None) -> Any:
    """An item of the last event; what it leaves empty, and the events before it told, is filled in."""
    if not isinstance(item, dict) or not told or item.get("type") != told.get("type"):
        return item
    name = {"function_call": "arguments", "message": "content"}.get(item["type"], "")
    if not name or item.get(name) or not told.get(name):
        return item
    repair(f"the last event came without the {name} that the events before it told")
    return {**item, name: told[name]}
