"""Video as input.

Asks:         what word is shown, per format (mp4, webm) and source (inline, URL).
Supported:    the answer has the word, for at least one of them.
Unsupported:  the error says that video is not taken (rejected), the model says that it sees none (ignored),
              the answer lacks the word (wrong), or the wire has no field for video (not_expressible).
"""

from probes._inputs import asks_each
from probes.base import Asks, Row, probe


@probe("➛In", "🎥", words=r"video|multimodal|modalit|mime|content|file uri", proves=("video",))
def in_video(row: Row) -> Asks:
    return (yield from asks_each(row, "video", "What word is shown? Reply with only the word."))
