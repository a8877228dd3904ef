"""The questions that the probes of tools share, and how a call is read."""

from __future__ import annotations

from typing import Any

from probes.base import Row
from providers.chat import Ask, Message, Reply, Text, Tool, ToolCall, ToolResult

NUMBER, ROOT = 132413, "363.89"
_QUESTION = f"Use the square_root tool to calculate the square root of {NUMBER} and reply with only the result. Do not give an explanation."
_BOTH = f"Call two tools, one after the other: square_root, to calculate the square root of {NUMBER}; and best_country, as follows."
SQUARE_ROOT = Tool(
    "square_root",
    "Calculates and returns the square root of a number",
    {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
)


def root_and_country(row: Row) -> Ask:
    """The square root and the better of two countries in one question, a tool for each; forced where calls can be."""
    text = f"{_BOTH} {_asked_country('Canada', 'USA')}"
    return Ask.text(
        text, name="tools-both", tools=(SQUARE_ROOT, _country_tool("Canada", "USA")),
        tool_choice="required" if "tool_choice" in row.fields else "auto", stream=row.stream, thinking=row.thinking,
    )  # fmt: skip


def root(row: Row, *, forced: bool) -> Ask:
    """The square root of a number, by a tool; with `forced` the model must call one."""
    return Ask.text(
        _QUESTION, name="tools-squareroot-1" if forced else "tools-squareroot-1-any", tools=(SQUARE_ROOT,),
        tool_choice="required" if forced else "auto", stream=row.stream, thinking=row.thinking,
    )  # fmt: skip


def fed_back(asked: Ask, reply: Reply, name: str) -> Ask:
    """The same, with the tools' results fed back."""
    turn = reply.turn or Message("assistant", reply.calls)
    results = tuple(ToolResult(ROOT if is_right(call) else "noted", call.name, call.id) for call in reply.calls)
    return Ask(
        (*asked.messages, turn, Message("user", results)), name=name, tools=asked.tools, stream=asked.stream, thinking=asked.thinking
    )


def is_right(call: ToolCall) -> bool:
    """True for square_root(132413); "132413" and 132413.0 will do."""
    return call.name.strip() == SQUARE_ROOT.name and any(_equals(value) for value in (call.arguments or {}).values())


def _equals(value: Any) -> bool:
    try:
        return float(str(value).replace(",", "")) == NUMBER
    except ValueError:
        return False


def called(reply: Reply) -> str:
    """The calls as a person would write them."""
    return "; ".join(f"{call.name}({call.arguments if call.arguments is not None else call.raw})" for call in reply.calls)


def _country_tool(first: str, second: str) -> Tool:
    return Tool(
        "best_country",
        "A tool to specify the best country",
        {"type": "object", "properties": {"country": {"type": "string", "enum": [first, second]}}, "required": ["country"]},
    )


def _asked_country(first: str, second: str) -> str:
    return f"I wonder if {first} is a better country than {second}? Call the tool best_country to tell me which country is the best one."


def best_country(row: Row, first: str, second: str, *, forced: bool) -> Ask:
    """Which of two countries is the best, by a tool whose enum lists `first` first."""
    return Ask(
        (Message("user", (Text(_asked_country(first, second)),)),), name=f"tools-toolbias-{first.lower()}",
        tools=(_country_tool(first, second),),
        tool_choice="required" if forced else "auto", stream=row.stream, thinking=row.thinking,
    )  # fmt: skip


def chosen(reply: Reply) -> list[str]:
    """The countries that were called, in order."""
    return [str(next(iter((call.arguments or {}).values()), "")) for call in reply.calls if call.name.strip() != SQUARE_ROOT.name]


def listed(reply: Reply) -> list[str]:
    """The countries as the request really listed them."""
    for tool in reply.question.tools:
        for prop in (tool.parameters.get("properties") or {}).values():
            if isinstance(prop, dict) and prop.get("enum"):
                return [str(value) for value in prop["enum"]]
    return []
