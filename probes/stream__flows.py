"""Streaming: the answer comes in pieces, as it is made.

Asks:         a plain question; it reads every streamed reply of the row whose pieces have times.
Seen:         a long answer came in several pieces, spread over the time that it took.
Missed:       all of it came in one piece, or in one burst at the end, quicker than any model writes (ignored).
"""

from probes.base import plain_question, probe
from probes.row import Exchange, Finding, Row, missed, nothing, seen

_LONG = 100  # characters: a shorter answer may well be one piece
_SLOW = 0.4  # seconds: a quicker answer cannot be told from a burst
_BURST = 0.05  # the share of the time in which a burst comes
# What came after a long wait may still have been written as it came: in pieces of a few words, and no quicker than
# the quickest engines write, some 3,000 tokens a second, of four characters each.
_PIECE, _FASTEST = 30, 20_000  # characters, characters a second


@probe("Streams", "📡", reads="capped", streams_only=True)
def flows(x: Exchange, row: Row) -> Finding | None:
    del row
    times = [chunk.at for chunk in x.reply.chunks if chunk.at is not None]
    if len(x.reply.text) < _LONG or not times:
        return None
    if len(times) == 1:
        return missed("ignored", f"{len(x.reply.text)} characters came in one piece")
    if times[-1] < _SLOW:
        return nothing("unsure", f"too quick to tell: {times[-1]:.2f} s in all")
    lasted = times[-1] - times[0]
    if lasted < _BURST * times[-1]:
        if len(x.reply.text) > min(_PIECE * len(times), _FASTEST * lasted):
            return missed("ignored", f"all came in one burst, {times[0]:.1f} s after the question")
        return nothing("unsure", f"came within {lasted:.2f} s, {times[0]:.1f} s after the question: made so, or held")
    return seen(f"{len(times)} pieces over {lasted:.1f} s, the first after {times[0]:.1f} s")


flows.asks(plain_question)
