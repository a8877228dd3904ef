"""Stop sequences: the text ends before a string that the caller names.

Asks:         where questions are shared, a story, then the same with a word of it as the stop sequence; else to count
              from 1 to 20, then the same with a number of it as the stop sequence.
Seen:         the API names the stop sequence as the reason, or the same without it goes on where this ends.
Accepted:     sent, and none of the sequences stands in the text; whether one was due is not shown.
Missed:       a sequence stands in the text (ignored; wrong where the text ends with it).
Refused:      the error names the field.
"""

import re

from probes._story import two_stories
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, seen

_COUNT = "Count from 1 to 20, in digits, one number a line."


@probe("Text", "🛑", requires={"stop"}, named_in_errors=r"\bstop")
def stop(x: Exchange, row: Row) -> Finding | None:
    text = x.reply.text
    if passed := next((sequence for sequence in x.ask.stop if sequence in text), None):
        ends = text.rstrip().endswith(passed.rstrip())
        return missed("wrong" if ends else "ignored", f"{passed!r} stands in the text: {quoted(text)}")
    if x.reply.finish == "stop_sequence":
        return seen(f"the API names the stop sequence: {quoted(x.reply.finish_raw)} after {quoted(text)}")
    for twin in row.twins(x, ("stop",)):
        whole = twin.reply.text
        at = min((whole.find(sequence) for sequence in x.ask.stop if sequence in whole), default=-1)
        if not twin.ask.stop and at > 0 and whole[:at].strip() == text.strip():
            return seen(
                f"ends after {quoted(text[-40:])}, where the same without it goes on with "
                f"{quoted(whole[at : at + 20])}",
                twin,
            )
    return accepted(f"none of {', '.join(map(repr, x.ask.stop))} stands in the text: {quoted(text)}")


@stop.asks
def asks(row: Row) -> Asks:
    yield from two_stories(row)
    counted = yield row.ask(_COUNT, name="count")
    numbers = re.findall(r"\d+", counted.reply.text)
    due = numbers[len(numbers) // 2] if len(numbers) > 8 else "11"
    yield row.ask(_COUNT, name="count-stop", stop=(due,))
