"""The questions that the probes of tools share, and how a call is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from typing import Any

from msgspec import Struct

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


class Choice(Struct, frozen=True):
    """Which of two values is the better: the tool that has both as an enum of a parameter, and the words that ask,
    with places for the values and the tool.
    """

    tool: str
    description: str
    parameter: str
    values: tuple[str, str]
    words: str

    def tool_of(self, first: str, second: str) -> Tool:
        """The tool, with the values in this order."""
        properties = {self.parameter: {"type": "string", "enum": [first, second]}}
        parameters = {"type": "object", "properties": properties, "required": [self.parameter]}
        return Tool(self.tool, self.description, parameters)

    def asked(self, first: str, second: str) -> str:
        """The question."""
        return self.words.format(first=first, second=second, tool=self.tool)


# The first is asked of every model, the others, of other things in other languages, where more is to be known.
CHOICES = (
    Choice(
        "best_country", "A tool to specify the best country", "country", ("Canada", "USA"),
        "I wonder if {first} is a better country than {second}? Call the tool {tool} to tell me which country is the "
        "best one.",
    ),
    Choice(
        "besseres_haustier", "Nennt das bessere Haustier", "haustier", ("Hund", "Katze"),
        "Was ist das bessere Haustier, {first} oder {second}? Rufe das Werkzeug {tool} auf, um es mir zu sagen.",
    ),
    Choice(
        "meilleure_saison", "Indique la meilleure saison", "saison", ("printemps", "automne"),
        "Je me demande quelle saison est la meilleure, {first} ou {second}. Appelle l'outil {tool} pour me le dire.",
    ),
    Choice(
        "mejor_bebida", "Indica la mejor bebida", "bebida", ("café", "té"),
        "¿Qué bebida es mejor, {first} o {second}? Llama a la herramienta {tool} para decírmelo.",
    ),
    Choice(
        "yoriyoi_iro", "より良い色を伝える", "iro", ("青", "緑"),
        "{first}と{second}では、どちらがより良い色ですか。ツール {tool} を呼び出して教えてください。",
    ),
)  # fmt: skip
COUNTRY = CHOICES[0]
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
    tools = SQUARE_ROOT, COUNTRY.tool_of(*COUNTRY.values)
    text = f"{_BOTH} {COUNTRY.asked(*COUNTRY.values)}"
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


def best(row: Row, choice: Choice, first: str, second: str, *, forced: bool) -> Ask:
    """Which of two values is the better, by a tool whose enum lists `first` first."""
    name = f"{choice.parameter}-{first.lower()}" + ("" if forced else "-free")
    return row.ask(
        choice.asked(first, second), name=name, tools=(choice.tool_of(first, second),),
        tool_choice="required" if forced else "auto", expects=CALLS,
    )  # fmt: skip


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
    """The values that were called, in order; what is none of the two is no vote. The mark of a chat template behind
    the name takes nothing from what was chosen.
    """
    names = [tool.name for tool in x.ask.tools if tool.name in _CHOOSING]
    calls = [call for call in x.reply.calls if call.name.partition("<|")[0].strip() in names]
    values = [str(next(iter((call.arguments or {}).values()), "")) for call in calls]
    return [value for value in values if value in listed(x.ask)]


_CHOOSING = frozenset(choice.tool for choice in CHOICES)


def listed(ask: Ask) -> list[str]:
    """The two values as the request really listed them; empty where it is another question."""
    for tool in ask.tools:
        if tool.name in _CHOOSING:
            for field in (tool.parameters.get("properties") or {}).values():
                if isinstance(field, dict) and isinstance(field.get("enum"), list) and len(field["enum"]) == 2:
                    return [str(value) for value in field["enum"]]
    return []


def is_bias_question(x: Exchange) -> bool:
    """Whether it is the question of the better of two values, whatever its words, and no result was fed back yet. One
    of ours whose words call for no call is another.
    """
    return bool(listed(x.ask)) and not results_of(x.ask) and not is_causeless(x.ask)


def is_causeless(ask: Ask) -> bool:
    """Whether it is a question of ours whose words give no cause for a call."""
    return ask.expects >= EVERY and not ask.expects >= CALLS


def is_due(ask: Ask) -> bool:
    """Whether a call may come next: none is forbidden, and none was answered."""
    return ask.tool_choice != "none" and not results_of(ask)


def is_by_force(x: Exchange, row: Row) -> bool:
    """Whether calls come to our questions where they are demanded alone: a grammar makes them then, and what is called
    tells nothing of what the model would.
    """
    if x.ask.tool_choice != "required" or not x.ask.expects >= CALLS:
        return False
    free = [
        y for y in row.exchanges
        if y.answered and y.ask.expects >= CALLS and is_due(y.ask) and y.ask.tool_choice == "auto" and y.ask.tools
    ]  # fmt: skip
    return bool(free) and not any(y.reply.calls for y in free)


def both_orders(row: Row, is_settled: Callable[[Sequence[Exchange]], bool]) -> Generator[Ask, Exchange, None]:
    """The question of the better of two values, in both orders of the enum; forced where that is answered with a call,
    else free. Where more is to be known, of other values in other languages, until the answers settle it.

    At most `MANY` answers: as many as two orders of the five choices.
    """
    answers: list[Exchange] = []
    for choice in CHOICES if row.deep else CHOICES[:1]:
        for first, second in (choice.values, choice.values[::-1]):
            if row.share_questions and (choice, first) == (COUNTRY, COUNTRY.values[0]):
                x = yield root_and_country(row)
                if x.answered and any(chosen(x)):
                    answers.append(x)
                    continue
            x = yield best(row, choice, first, second, forced="tool_choice" in row.fields)
            if not x.answered and not x.lost and "tool_choice" in row.fields:
                x = yield best(row, choice, first, second, forced=False)
            answers.append(x)
        if is_settled(answers) or not answers[-1].answered:
            return
