"""Max tokens: the caller caps the length of the answer.

Asks:         a long text, with a small cap; where questions are shared, within one that carries other options too.
Seen:         the finish reason says that the cap was reached, and no more tokens are counted than it allows (where no
              reason is ever given, the count alone tells). All of it may have been thinking.
Accepted:     the answer ended before the cap.
Missed:       the answer runs past the cap (ignored), or breaks off there, and its finish reason does not tell of it
              (wrong).
Refused:      the error names the cap.
"""

from probes._story import two_stories
from probes.base import Asks, breaks_off, probe, quoted
from probes.row import Exchange, Finding, Row, accepted, missed, seen

_CHARS_PER_TOKEN = 8  # generous: prose has some four to five
_CHARS = 40  # that one token may have: the whole alphabet is one
_MORE = 1.1, 2  # a tenth and two tokens: what servers count beside the answer


@probe(
    "Text", "📏", requires={"max_tokens"}, reads="capped",
    named_in_errors=r"max_?(output_?|completion_?)?tokens|maxOutputTokens|num_predict|token",
)  # fmt: skip
def max_tokens(x: Exchange, row: Row) -> Finding | None:
    del row
    reply, cap = x.reply, x.ask.max_tokens or 0
    spent = reply.usage.output if reply.usage else 0
    text = quoted(reply.text)
    if len(reply.text) > cap * _CHARS_PER_TOKEN + _CHARS or spent > cap * _MORE[0] + _MORE[1]:
        return missed("ignored", f"{spent or '?'} tokens where {cap} were the cap: {text}")
    if reply.finish == "length":
        return seen(f"cut at {cap} tokens: {text}")
    if reply.finish is None and spent == cap:
        return seen(f"cut at {cap} tokens by the provider's count, though no finish reason says so: {text}")
    is_cut = spent >= cap and not reply.calls and not x.ask.stop and breaks_off(reply.text)
    if reply.finish in ("stop", "stop_sequence") and is_cut:
        return missed(
            "wrong", f"the finish reason {quoted(reply.finish_raw)} does not tell of a cut at {cap} tokens after {text}"
        )
    return accepted(f"the answer ended before the cap of {cap} tokens: {text}")


@max_tokens.asks
def asks(row: Row) -> Asks:
    yield from two_stories(row)
    yield row.ask("Explain the theory of relativity in great details.", name="relativity", max_tokens=16)
