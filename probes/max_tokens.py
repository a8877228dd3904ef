"""Max tokens: the caller caps the length of the answer.

Asks:         a long text, with a small cap.
Supported:    the answer is cut at the cap and the finish reason says so. All of it may have been thinking.
Unsupported:  the error names the cap (rejected), the answer runs past it (ignored), the finish reason does not tell of
              the cut (wrong), or the wire has no field (not_expressible).
"""

from probes.base import Asks, Row, probe, quoted, supported, unknown, unsupported
from providers.chat import Ask

_CHARS_PER_TOKEN = 8  # generous: prose has some four to five


@probe("Text", "📏", words=r"max_?(output_?|completion_?)?tokens|num_predict|token", proves=("max_tokens",))
def max_tokens(row: Row) -> Asks:
    reply = yield Ask.text(
        "Explain the theory of relativity in great details.",
        name="maxtokens", max_tokens=16, stream=row.stream, thinking=row.thinking,
    )  # fmt: skip
    cap = reply.question.max_tokens or 16
    spent = reply.usage.output if reply.usage else 0
    long = len(reply.text) > cap * _CHARS_PER_TOKEN
    if reply.finish == "length" and not long:
        return supported(reply, f"cut at {cap} tokens: {quoted(reply.text)}")
    if long or spent > 2 * cap:
        return unsupported("ignored", reply, f"{spent or '?'} tokens where {cap} were the cap: {quoted(reply.text)}")
    if reply.finish is None and reply.empty:
        return unknown("unsure", "neither text nor finish reason", reply)
    return unsupported("wrong", reply, f"the finish reason {quoted(reply.finish_raw)} does not tell of a cut after {quoted(reply.text)}")
