"""The questions that the probes of tools share, and how a call is read."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from probes.row import EVERY, Exchange, Row, results_of, words_of
from providers.chat import Ask, Message, Reply, Tool, ToolCall, ToolResult

NUMBER, ROOT = 132413, "363.89"
# The result that was fed back, perhaps rounded.
ROOT_TOLD = re.compile(r"\b(363\.[89]\d*|364)\b")
_QUESTION = (
    f"Use the square_root tool to calculate the square root of {NUMBER} and reply with only the result. Do not "
    "give an explanation."
)
_BOTH = (
    f"Call two tools, one after the other: square_root, to calculate the square root of {NUMBER}; and "
    "best_country, as follows."
)
SQUARE_ROOT = Tool(
    "square_root",
    "Calculates and returns the square root of a number",
    {"type": "object", "properties": {"number": {"type": "number"}}, "required": ["number"]},
)
COUNTRY = "best_country"
CALLS = frozenset({"tools"})
# What the asker of a question expects that calls for two calls at once.
AT_ONCE = CALLS | {"parallel"}
# What is to be stored by a tool whose arguments are nested.
PERSON: dict[str, Any] = {
    "name": "Zoë Ångström",
    "address": {"city": "東京", "zip": "100-0001"},
    "tags": ["naïve", "日本"],
}


def root_and_country(row: Row) -> Ask:
    """The square root and the better of two countries in one question, a tool for each; free to call or not."""
    tools = SQUARE_ROOT, country_tool("Canada", "USA")
    text = f"{_BOTH} {_asked_country('Canada', 'USA')}"
    return row.ask(text, name="root-and-country", tools=tools, expects=CALLS)


def root(row: Row, **options: Any) -> Ask:
    """The square root of a number, by a tool; free to call or not, but for the options."""
    return row.ask(_QUESTION, **{"name": "root", "tools": (SQUARE_ROOT,), "expects": CALLS, **options})


def two_roots(row: Row, **options: Any) -> Ask:
    """Two square roots at once."""
    text = f"Calculate the square roots of {NUMBER} and of 98765 with the tool square_root, both in one go."
    return row.ask(text, **{"name": "two-roots", "tools": (SQUARE_ROOT,), "expects": AT_ONCE, **options})


def forced(row: Row) -> Ask:
    """A question whose words give no cause for a call, and which demands one."""
    return row.ask("Say hello.", name="forced", tools=(SQUARE_ROOT,), tool_choice="required")


def best_country(row: Row, first: str, second: str, *, forced: bool) -> Ask:
    """Which of two countries is the best, by a tool whose enum lists `first` first."""
    choice = "required" if forced else "auto"
    name = f"country-{first.lower()}" + ("" if forced else "-free")
    tools = (country_tool(first, second),)
    return row.ask(_asked_country(first, second), name=name, tools=tools, tool_choice=choice, expects=CALLS)


def country_tool(first: str, second: str) -> Tool:
    """The tool to name the best of two countries, in this order."""
    parameters = {
        "type": "object",
        "properties": {"country": {"type": "string", "enum": [first, second]}},
        "required": ["country"],
    }
    return Tool(COUNTRY, "A tool to specify the best country", parameters)


def _asked_country(first: str, second: str) -> str:
    return (
        f"I wonder if {first} is a better country than {second}? Call the tool {COUNTRY} to tell me which country "
        "is the best one."
    )


def fed_back(x: Exchange) -> Ask:
    """The same, with the tools' results fed back; a schema for the answer stays."""
    turn = x.reply.turn or Message("assistant", x.reply.calls)
    results = tuple(ToolResult(ROOT if is_right(call) else "noted", call.name, call.id) for call in x.reply.calls)
    return Ask(
        (*x.ask.messages, turn, Message("user", results)), name=f"{x.ask.name}-result", tools=x.ask.tools,
        schema=x.ask.schema, stream=x.ask.stream, thinking=x.ask.thinking, expects=EVERY | CALLS,
    )  # fmt: skip


def numbers_asked(ask: Ask) -> list[int]:
    """The numbers whose roots are asked for by the tool that calculates one; none where it is another question."""
    if not any(tool.name == SQUARE_ROOT.name for tool in ask.tools):
        return []
    return [int(number) for number in re.findall(r"\b\d{5,}\b", words_of(ask))]


def is_right(call: ToolCall, number: int = NUMBER) -> bool:
    """True for square_root(132413); "132413" and 132413.0 will do."""
    return call.name.strip() == SQUARE_ROOT.name and any(
        _equals(value, number) for value in (call.arguments or {}).values()
    )


def _equals(value: Any, number: int) -> bool:
    try:
        return float(str(value).replace(",", "")) == number
    except ValueError:
        return False


def called(reply: Reply) -> str:
    """The calls as a person would write them."""
    return "; ".join(
        f"{call.name}({call.arguments if call.arguments is not None else call.raw})"[:200] for call in reply.calls
    )


def chosen(x: Exchange) -> list[str]:
    """The countries that were called, in order; what is none of the two is no vote. The mark of a chat template behind
    the name takes nothing from what was chosen.
    """
    calls = [call for call in x.reply.calls if call.name.partition("<|")[0].strip() == COUNTRY]
    values = [str(next(iter((call.arguments or {}).values()), "")) for call in calls]
    return [value for value in values if value in listed(x.ask)]


def listed(ask: Ask) -> list[str]:
    """The two countries as the request really listed them; empty where it is another question."""
    for tool in ask.tools:
        if tool.name == COUNTRY:
            for field in (tool.parameters.get("properties") or {}).values():
                if isinstance(field, dict) and isinstance(field.get("enum"), list) and len(field["enum"]) == 2:
                    return [str(value) for value in field["enum"]]
    return []


def is_bias_question(x: Exchange) -> bool:
    """Whether it is the question of the best of two countries, whatever its words, and no result was fed back yet. One
    of ours whose words call for no call is another.
    """
    return bool(listed(x.ask)) and not results_of(x.ask) and not is_causeless(x.ask)


def is_causeless(ask: Ask) -> bool:
    """Whether it is a question of ours whose words give no cause for a call."""
    return ask.expects >= EVERY and not ask.expects >= CALLS


def is_due(ask: Ask) -> bool:
    """Whether a call may come next: none is forbidden, and none was answered."""
    return ask.tool_choice != "none" and not results_of(ask)


def both_orders(row: Row) -> Generator[Ask, Exchange, None]:
    """The question of the best country, in both orders of the enum; forced where that is answered with a call, else
    free.
    """
    for first, second in (("Canada", "USA"), ("USA", "Canada")):
        if row.share_questions and first == "Canada":
            x = yield root_and_country(row)
            if x.answered and any(chosen(x)):
                continue
        x = yield best_country(row, first, second, forced="tool_choice" in row.fields)
        if not x.answered and not x.lost and "tool_choice" in row.fields:
            yield best_country(row, first, second, forced=False)
