"""Sound as input.

Asks:         what word is said, per format (mp3, aac, flac, ogg, wav) and source (inline, URL).
Supported:    the answer has the word, for at least one of them.
Unsupported:  the error says that sound is not taken (rejected), the model says that it hears none (ignored),
              the answer lacks the word (wrong), or the wire has no field for sound (not_expressible).
"""

from probes._inputs import asks_each
from probes.base import Asks, Row, probe


@probe("➛In", "🎤", words=r"audio|sound|speech|multimodal|modalit|mime|content|file uri", proves=("audio",))
def in_audio(row: Row) -> Asks:
    return (yield from asks_each(row, "audio", "What word is said last? Reply with only the word."))
