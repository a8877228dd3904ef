"""Nested arguments, with characters of other scripts.

Asks:         to store a person with a name, an address of several parts and a list of words, by a tool.
Seen:         the call has all of it, as it was said and where the parameters have it.
Missed:       a call was called for and none came (ignored), or what it has is something else (wrong), or no JSON
              (malformed).
Refused:      the error names tools.
"""

from probes._tools import CALLS, PERSON, called, is_due
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, missed, seen, words_of
from providers.chat import Tool

_TEXT = {"type": "string"}
_ADDRESS = {"type": "object", "properties": {"city": _TEXT, "zip": _TEXT}, "required": ["city", "zip"]}
_STORE = Tool(
    "store_person",
    "Stores a person",
    {
        "type": "object",
        "properties": {"name": _TEXT, "address": _ADDRESS, "tags": {"type": "array", "items": _TEXT}},
        "required": ["name", "address", "tags"],
    },
)
_WORDS = (
    "Store a person with the tool store_person: the name is Zoë Ångström, the city is 東京, the zip code is 100-0001, "
    "and the tags are, in this order, naïve and 日本. Keep each word exactly as it is written."
)


def _concerns(x: Exchange) -> bool:
    named = [tool.name for tool in x.ask.tools] == [_STORE.name]
    return named and PERSON["name"] in words_of(x.ask) and is_due(x.ask)


@probe(
    "Calls", "🪆", requires={"tools"}, named_in_errors=r"\btools?\b|function", concerns=_concerns, is_deep=True,
    is_habit=True,
)  # fmt: skip
def tools_nested(x: Exchange, row: Row) -> Finding:
    del row
    if not x.reply.calls:
        return missed("ignored", f"no call came: {quoted(x.reply.text)}")
    if x.reply.calls[0].arguments is None:
        return missed("malformed", f"called {called(x.reply)}")
    if x.reply.calls[0].arguments == PERSON:
        return seen(f"called {called(x.reply)}")
    return missed("wrong", f"called {called(x.reply)}")


@tools_nested.asks
def asks(row: Row) -> Asks:
    yield row.ask(_WORDS, name="person", tools=(_STORE,), expects=CALLS)
