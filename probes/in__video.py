"""Video as input.

Asks:         what word is shown, per format (mp4, webm) and source (inline, URL).
Seen:         the answer has the word that is known to be in it, for at least one of them.
Accepted:     taken and answered; what it shows is not known here, or the question is about something else.
Missed:       the model says that it sees none (ignored), or the answer lacks the word (wrong).
Refused:      the error says that video is not taken.
"""

from probes._media import NAMED, asks_each, names_a_format, understood, variants_of
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row


@probe(
    "➛In", "🎥", requires={"video"}, variants=variants_of("video"), named_in_errors=NAMED["video"],
    is_narrow=names_a_format("video"),
)  # fmt: skip
def in_video(x: Exchange, row: Row) -> list[Finding]:
    del row
    return understood(x, "video")


@in_video.asks
def asks(row: Row) -> Asks:
    yield from asks_each(row, "video", "What word is shown? Reply with only the word.")
