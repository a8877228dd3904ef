"""Sound as input.

Asks:         what word is said, per format (mp3, aac, flac, ogg, wav) and source (inline, URL).
Seen:         the answer has the word that is known to be in it, for at least one of them.
Accepted:     taken and answered; what it shows is not known here, or the question is about something else.
Missed:       the model says that it hears none (ignored), or the answer lacks the word (wrong).
Refused:      the error says that sound is not taken.
"""

from probes._media import NAMED, asks_each, names_a_format, understood, variants_of
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row


@probe(
    "➛In", "🎤", requires={"audio"}, variants=variants_of("audio"), named_in_errors=NAMED["audio"],
    is_narrow=names_a_format("audio"),
)  # fmt: skip
def in_audio(x: Exchange, row: Row) -> list[Finding]:
    del row
    return understood(x, "audio")


@in_audio.asks
def asks(row: Row) -> Asks:
    yield from asks_each(row, "audio", "What word is said last? Reply with only the word.")
