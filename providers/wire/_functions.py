"""Function tools in the form that many wires share: {"type": "function", "function": {name, description, parameters}}.

Source: https://platform.openai.com/docs/guides/function-calling; Cohere, Mistral, Ollama and Workers AI document the same form,
with differences that their own modules keep.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from providers.chat import Tool, ToolCall
from providers.wire._json import Tree, arguments


def declared(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """The tools of a question as the field `tools`."""
    return [{"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}} for t in tools]


def declarations(body: Tree) -> tuple[Tool, ...]:
    """The function tools of a recorded request; tools of other types are left to the wire."""
    functions = [
        tool.tree("function") if "function" in tool else tool for tool in body.trees("tools") if tool.str("type", "function") == "function"
    ]
    return tuple(Tool(f.str("name"), f.str("description"), f.tree("parameters").value) for f in functions if "name" in f)


def call(tree: Tree) -> ToolCall:
    """A call from {"id", "function": {"name", "arguments"}}, or from the function alone; arguments may be text or an object."""
    function = tree.tree("function") if "function" in tree else tree
    tree.known("type", "index")
    function.known("index")
    given = function.any("arguments")
    raw = given if isinstance(given, str) else "" if given is None else msgspec.json.encode(given).decode()
    # A function without parameters may be called with no arguments at all.
    return ToolCall(function.str("name"), arguments(raw or "{}"), raw, tree.str("id"))


def raw_arguments(call: ToolCall) -> str:
    """A call's arguments as text, to be echoed."""
    return call.raw or msgspec.json.encode(call.arguments or {}).decode()


class Calls:
    """The calls of a stream, put together from pieces that come by index. A piece without an index continues the last call,
    or begins one where it has a name.
    """

    def __init__(self) -> None:
        self._pieces: dict[int, dict[str, str]] = {}

    def add(self, tree: Tree, index: int | None = None) -> None:
        """Takes one piece: {"id", "function": {"name", "arguments"}}, or the function alone."""
        function = tree.tree("function") if "function" in tree else tree
        tree.known("type", "index")
        function.known("index")
        name, given = function.str("name"), function.any("arguments")
        if index is None:
            last = max(self._pieces, default=-1)
            index = last + 1 if name or last < 0 else last
        piece = self._pieces.setdefault(index, {"id": "", "name": "", "arguments": ""})
        piece["id"] = tree.str("id") or piece["id"]
        piece["name"] = name or piece["name"]
        piece["arguments"] += given if isinstance(given, str) else "" if given is None else msgspec.json.encode(given).decode()

    def all(self) -> tuple[ToolCall, ...]:
        """The calls, in order of index."""
        return tuple(
            ToolCall(p["name"], arguments(p["arguments"] or "{}"), p["arguments"], p["id"]) for _, p in sorted(self._pieces.items())
        )
