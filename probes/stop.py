"""Stop sequences: the text ends before a string that the caller names.

Asks:         where questions are shared, a story, then the same with a word of it as the stop sequence; else a sentence that
              begins "Canada is", to end before "is".
Seen:         the API names the stop sequence as the reason, or the same without it goes on where this ends.
Accepted:     sent, and none of the sequences stands in the text; whether one was due is not shown.
Missed:       a sequence stands in the text (ignored; wrong where the text ends with it).
Refused:      the error names the field.
"""

from probes._story import two_stories
from probes.base import Asks, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, seen


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
                f"ends after {quoted(text[-40:])}, where the same without it goes on with {quoted(whole[at : at + 20])}",
                twin,
            )
    return accepted(f"none of {', '.join(map(repr, x.ask.stop))} stands in the text: {quoted(text)}")


@stop.asks
def asks(row: Row) -> Asks:
    yield from two_stories(row)
    yield row.ask("Talk about Canada in great details. Start with: Canada is", name="canada", stop=("is",))
