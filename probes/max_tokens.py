"""Max tokens: the caller caps the length of the answer.

Asks:         a long text, with a small cap; first, where questions have their price, within a question that carries other
              options too.
Supported:    the answer is cut at the cap and the finish reason says so (where none is ever given, the count of tokens
              does). All of it may have been thinking.
Unsupported:  the error names the cap (rejected), the answer runs past it (ignored), the finish reason does not tell of
              the cut (wrong), or the wire has no field (not_expressible).
Unknown:      the answer ended of itself before the cap, or nothing tells whether it was cut.
"""

from probes._options import asked_together
from probes.base import Asks, Row, Verdict, probe, quoted, supported, unknown, unsupported
from providers.chat import Ask, Reply

_CHARS_PER_TOKEN = 8  # generous: prose has some four to five
_SMALL = 1000


@probe("Text", "📏", words=r"max_?(output_?|completion_?)?tokens|num_predict|token", proves=("max_tokens",))
def max_tokens(row: Row) -> Asks:
    options = yield from asked_together(row)
    if verdict := options.judged("max_tokens", _judged):
        return verdict
    reply = yield Ask.text(
        "Explain the theory of relativity in great details.",
        name="maxtokens", max_tokens=16, stream=row.stream, thinking=row.thinking,
    )  # fmt: skip
    return _judged(reply)


def _judged(reply: Reply) -> Verdict:
    cap = reply.question.max_tokens or 16
    spent = reply.usage.output if reply.usage else 0
    long = len(reply.text) > cap * _CHARS_PER_TOKEN
    if reply.finish == "length" and not long:
        return supported(reply, f"cut at {cap} tokens: {quoted(reply.text)}")
    if cap > _SMALL:
        return unknown("not_asked", f"the cap that was sent, {cap}, is too high to be reached", reply)
    if long or spent > 2 * cap:
        return unsupported("ignored", reply, f"{spent or '?'} tokens where {cap} were the cap: {quoted(reply.text)}")
    # Fewer characters than the cap has tokens cannot be a cut text either, where nobody counts.
    short = spent < cap if spent else len(reply.text) + len(reply.thinking) < cap
    if short and reply.finish in ("stop", "stop_sequence"):
        return unknown("unsure", f"the answer ended of itself before the cap of {cap} tokens: {quoted(reply.text)}", reply)
    if reply.finish is not None:
        return unsupported(
            "wrong", reply, f"the finish reason {quoted(reply.finish_raw)} does not tell of a cut after {quoted(reply.text)}"
        )
    # No finish reason at all: that is told by its own cell; here the provider's own count must tell of the cut.
    if spent == cap:
        return supported(reply, f"cut at {cap} tokens by the provider's count, though no finish reason says so: {quoted(reply.text)}")
    return unknown("unsure", f"neither finish reason nor count tells of a cut after {quoted(reply.text)}", reply)
