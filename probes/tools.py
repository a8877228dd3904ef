"""Tools: the model calls a function that the caller offers, and uses what it answered.

Asks:         the square root of 132413 with a tool square_root(number), free to call or not; then the tool's
              result is fed back. Where questions are shared, first together with the question of enum bias.
Seen:         a declared tool is called, with arguments that its parameters allow (and the number that was asked for);
              or the result that was fed back stands in the answer.
Accepted:     declared, and no call came where none was called for.
Missed:       a call was called for and none came (ignored), another name or value is called (wrong), the arguments are
              no JSON (malformed), or the result that was fed back is not used (wrong).
Refused:      the error names tools.
"""

import re

from probes._tools import (
    ROOT,
    ROOT_TOLD,
    called,
    fed_back,
    is_by_force,
    is_causeless,
    is_right,
    numbers_asked,
    root,
    root_and_country,
)
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, nothing, results_of, seen
from probes.schema import complaint
from providers.chat import Error
from providers.errors import GENERATION, REQUEST


def _concerns(x: Exchange) -> bool:
    """A failure of the server at a call that is demanded is not laid on tools as such."""
    return not (x.ask.tool_choice == "required" and x.failed)


# A result may hold a medium that is not taken, which is nothing against calls.
_OF_MEDIA = re.compile(r"\bfile|\bimage|\baudio|\bvideo|\bdocument|\bmime|\bpdf\b", re.IGNORECASE)


def _refused_result(x: Exchange, error: Error) -> Finding | None:
    """Where the turn that feeds a result back is refused, the call is of no use."""
    if not results_of(x.ask) or error.kind not in (REQUEST, GENERATION) or _OF_MEDIA.search(error.message):
        return None
    return missed("wrong", f"the result that is fed back is refused: {error.status}: {error.message:.200}")


@probe(
    "Tool", requires={"tools"}, named_in_errors=r"\btools?\b|function", decides_column=True, asks_all=True,
    concerns=_concerns, on_error=_refused_result,
)  # fmt: skip
def tools(x: Exchange, row: Row) -> Finding | None:
    if results := results_of(x.ask):
        return _used(x, [result.content for result in results])
    demanded = x.ask.tool_choice == "required"
    if x.ask.tool_choice == "none" or (demanded and (is_causeless(x.ask) or is_by_force(x, row))):
        return None  # a call that nothing but the choice calls for shows no understanding
    if not x.reply.calls:
        if demanded or x.ask.schema:
            return None  # what a call that is demanded, or a schema beside tools, comes to is told by its own cell
        if "tools" in x.ask.expects or numbers_asked(x.ask):
            return missed("ignored", f"no call came: {quoted(x.reply.text)}")
        return accepted(f"declared, and no call came: {quoted(x.reply.text)}")
    wrong = _wrong(x)
    if wrong:
        return missed(*wrong)
    turns = row.follow_ups(x)
    if turns and all(turn.failed for turn in turns):
        return nothing("server", f"called {called(x.reply)}, but the server failed when the result was fed back")
    return seen(f"called {called(x.reply)}")


def _wrong(x: Exchange) -> tuple[str, str] | None:
    """What is wrong with the calls: reason and note; None where nothing is."""
    numbers, declared = numbers_asked(x.ask), {tool.name: tool for tool in x.ask.tools}
    if any(is_right(call, number) for call in x.reply.calls for number in numbers):
        return None
    for call in x.reply.calls:
        if call.arguments is None:
            return "malformed", f"called {called(x.reply)}"
        if call.name.strip() not in declared:
            return "wrong", f"called {called(x.reply)}, which was not declared"
        if broken := _broken(call.arguments, declared[call.name.strip()].parameters):
            return "wrong", f"called {called(x.reply)}: {broken}"
    if numbers and not any(call.name in declared and call.name != "square_root" for call in x.reply.calls):
        return "wrong", f"called {called(x.reply)}, not with {' or '.join(map(str, numbers))}"
    return None


def _broken(arguments: object, parameters: dict[str, object]) -> str:
    try:
        return complaint(arguments, parameters)
    except Exception:
        return ""


def _used(x: Exchange, results: list[str]) -> Finding | None:
    """Whether the answer has something of what the tools answered."""
    text = x.reply.text.replace(",", "")
    if ROOT in " ".join(results):
        if ROOT_TOLD.search(text):
            return seen(f"answered {quoted(x.reply.text)} from the result that was fed back")
        return missed("wrong", f"the result fed back is not used: {quoted(x.reply.text)}")
    pieces = {
        piece for result in results for piece in re.findall(r"\w[\w.]*\w", result.replace(",", "")) if len(piece) > 2
    }
    if pieces and any(piece.lower() in text.lower() for piece in pieces):
        return seen(f"answered {quoted(x.reply.text)} from the result that was fed back")
    return accepted(f"a result was fed back, and answered with {quoted(x.reply.text)}")


@tools.asks
def asks(row: Row) -> Asks:
    if row.share_questions:
        x = yield root_and_country(row)
        if x.answered and any(is_right(call) for call in x.reply.calls):
            yield fed_back(x)
            return
    x = yield root(row)
    if x.answered and any(is_right(call) for call in x.reply.calls):
        yield fed_back(x)
