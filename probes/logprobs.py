"""Log-probabilities of the answer's tokens.

Asks:         to say hello, with the two top log-probabilities; where questions are shared, within one that carries
              other options too.
Seen:         tokens of the answer came with their log-probabilities.
Missed:       none came (ignored), they are no probabilities (malformed), or those of another text (wrong).
Refused:      the error names them.
"""

import re

from probes._story import two_stories
from probes.base import Asks, hello, probe, quoted
from probes.row import Exchange, Finding, Row, missed, nothing, seen

_SAME = 12  # characters of the answer that its tokens, joined, must have


@probe("Probs", requires={"top_logprobs"}, named_in_errors=r"log_?prob")
def logprobs(x: Exchange, row: Row) -> Finding | None:
    del row
    reply = x.reply
    if not reply.logprobs:
        if not reply.text.strip():
            return nothing("unsure", "no text came whose tokens could have any")
        return missed("ignored", f"none came with the answer {quoted(reply.text)}")
    if odd := next((token for token in reply.logprobs if token.logprob > 0.01), None):
        return missed("malformed", f"{quoted(odd.token)} has the log-probability {odd.logprob}")
    written = f"{reply.text} {reply.thinking} {' '.join(call.raw or str(call.arguments) for call in reply.calls)}"
    words = [word for token in reply.logprobs for word in re.findall(r"[^\W\d_]{3,}", token.token)]
    joined = "".join(token.token for token in reply.logprobs)
    other = len(words) > len(reply.logprobs) // 2 and not any(word in written for word in words)
    if other and reply.text.strip()[:_SAME] not in joined:
        return missed("wrong", f"of {quoted(words[0])}, where the answer is {quoted(reply.text)}")
    first = reply.logprobs[0]
    return seen(f"{quoted(first.token)} at {first.logprob:.3g}, {len(first.top)} alternatives")


@logprobs.asks
def asks(row: Row) -> Asks:
    yield from two_stories(row)
    yield hello(row, name="hello-logprobs", top_logprobs=2)
