"""Log-probabilities of the answer's tokens.

Asks:         to say hello, with the two top log-probabilities; first, where questions have their price, within a question that
              carries other options too.
Supported:    a token with its log-probability came back.
Unsupported:  the error names them (rejected), none came (ignored), they are no probabilities (malformed), they are
              those of another text (wrong), or the wire has
              no field (not_expressible).
"""

import re

from probes._options import asked_together
from probes.base import Asks, Row, Verdict, hello, probe, quoted, supported, unsupported
from providers.chat import Reply


@probe("Probs", words=r"log_?prob", proves=("top_logprobs",))
def logprobs(row: Row) -> Asks:
    options = yield from asked_together(row)
    if verdict := options.judged("top_logprobs", _judged):
        return verdict
    reply = yield hello(name="toplogprobs", top_logprobs=2, stream=row.stream, thinking=row.thinking)
    return _judged(reply)


def _judged(reply: Reply) -> Verdict:
    if not reply.logprobs:
        return unsupported("ignored", reply, "none came with the answer")
    odd = [found for found in reply.logprobs if found.logprob > 0.01]
    if odd:
        return unsupported("malformed", reply, f"{quoted(odd[0].token)} has the log-probability {odd[0].logprob}")
    said = f"{reply.text} {reply.thinking} {' '.join(call.raw or str(call.arguments) for call in reply.calls)}"
    words = [word for found in reply.logprobs for word in re.findall(r"[^\W\d_]{3,}", found.token)]
    if words and reply.text.strip() and not any(word in said for word in words):
        return unsupported("wrong", reply, f"of {quoted(words[0])}, where the answer is {quoted(reply.text)}")
    first = reply.logprobs[0]
    return supported(reply, f"{quoted(first.token)} at {first.logprob:.3g}, {len(first.top)} alternatives")
