"""Function tools in the form that many wires share: {"type": "function", "function": {name, description, parameters}}.

Source: https://platform.openai.com/docs/guides/function-calling; Cohere, Mistral, Ollama and Workers AI document the
same form, with differences that their own modules keep.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from providers.chat import Tool, ToolCall, ToolChoice
from providers.wire._json import Tree, arguments
from providers.wire._repairs import repair


def declared(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """The tools of a question as the field `tools`."""
    return [
        {"type": "function", "function": {"name": t.name, "description": t.description, "parameters": t.parameters}}
        for t in tools
    ]


def declarations(body: Tree) -> tuple[Tool, ...]:
    """The function tools of a recorded request; tools of other types are left to the wire. Before there were tools,
    chat completions had `functions` (https://platform.openai.com/docs/api-reference/chat/create).
    """
    tools = [tool for tool in body.trees("tools") if tool.str("type", "function") == "function"]
    functions = [tool.tree("function") if "function" in tool else tool for tool in tools] or body.trees("functions")
    return tuple(
        Tool(f.str("name"), f.str("description"), f.tree("parameters").value) for f in functions if "name" in f
    )


_CHOICES: dict[str, ToolChoice] = {"required": "required", "any": "required", "none": "none"}


def named(name: str) -> dict[str, Any]:
    """The choice of one tool by its name."""
    return {"type": "function", "function": {"name": name}}


def chosen(told: Any) -> tuple[ToolChoice, str]:
    """The choice of tools that a recorded request makes, and the tool that it names. One tool alone that must be called
    is named, also where it stands in a list of those allowed
    (https://platform.openai.com/docs/guides/function-calling#tool-choice).
    """
    if not isinstance(told, dict):
        return _CHOICES.get(str(told), "auto"), ""
    kind = str(told.get("type"))
    if kind == "allowed_tools":
        inner = told.get(kind)  # chat completions put the set a level deeper than responses do
        allowed = Tree(inner if isinstance(inner, dict) else told, "tool_choice")
        choice: ToolChoice = _CHOICES.get(allowed.str("mode"), "auto")
        tools = allowed.items("tools")
        return choice, _name(tools[0]) if choice == "required" and len(tools) == 1 else ""
    if kind in ("auto", *_CHOICES):
        return _CHOICES.get(kind, "auto"), ""
    return "required", _name(told)


def _name(told: Any) -> str:
    """The name of a function in either form, {"function": {"name"}} or {"name"}."""
    function = told.get("function", told) if isinstance(told, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else ""


Form = Literal["text", "object", ""]


def _raw(given: Any, form: Form) -> str:
    """A call's arguments as text; `form` is that which the wire gives them, where it gives them one."""
    if isinstance(given, dict) and form == "text":
        repair("arguments came as an object, not as text")
    if isinstance(given, str) and form == "object":
        repair("arguments came as text, not as an object")
    return given if isinstance(given, str) else "" if given is None else msgspec.json.encode(given).decode()


def call(tree: Tree, *, form: Form = "") -> ToolCall:
    """A call from {"id", "function": {"name", "arguments"}}, or from the function alone; arguments may be text or an
    object.
    """
    function = tree.tree("function") if "function" in tree else tree
    tree.known("type", "index")
    function.known("index")
    raw = _raw(function.any("arguments"), form)
    # A function without parameters may be called with no arguments at all.
    return ToolCall(function.str("name"), arguments(raw or "{}"), raw, tree.str("id"))


def raw_arguments(call: ToolCall) -> str:
    """A call's arguments as text, to be echoed."""
    return call.raw or msgspec.json.encode(call.arguments or {}).decode()


class Calls:
    """The calls of a stream, put together from pieces that come by index. A piece without an index continues the last
    call, or begins one where it has a name.
    """

    def __init__(self) -> None:
        self._pieces: dict[int, dict[str, str]] = {}
        self._extras: dict[int, Any] = {}

    def add(self, tree: Tree, index: int | None = None, *, form: Form = "") -> None:
        """Takes one piece: {"id", "function": {"name", "arguments"}}, or the function alone."""
        function = tree.tree("function") if "function" in tree else tree
        tree.known("type", "index")
        function.known("index")
        name = function.str("name")
        if index is None:
            last = max(self._pieces, default=-1)
            same = last >= 0 and bool(tree.str("id")) and tree.str("id") == self._pieces[last]["id"]
            index = last + 1 if (name and not same) or last < 0 else last
        piece = self._pieces.setdefault(index, {"id": "", "name": "", "arguments": ""})
        self._extras[index] = tree.any("extra_content") or self._extras.get(index)
        piece["id"] = tree.str("id") or piece["id"]
        piece["name"] = name or piece["name"]
        piece["arguments"] += _raw(function.any("arguments"), form)

    def all(self) -> tuple[ToolCall, ...]:
        """The calls, in order of index."""
        return tuple(
            ToolCall(p["name"], arguments(p["arguments"] or "{}"), p["arguments"], p["id"])
            for _, p in sorted(self._pieces.items())
        )

    def extras(self) -> list[Any]:
        """What signs each call beside it (`extra_content`), in the same order; None where nothing does."""
        return [extra for _, extra in sorted(self._extras.items())]
