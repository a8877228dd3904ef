"""Pictures as input.

Asks:         what word a picture shows, per format (jpg, png, gif, webp) and source (inline, URL).
Supported:    the answer has the word, for at least one of them.
Unsupported:  the error says that pictures are not taken (rejected), the model says that it sees none (ignored),
              the answer lacks the word (wrong), or the wire has no field for a picture (not_expressible).
"""

from probes._inputs import asks_each
from probes.base import Asks, Row, probe


@probe("➛In", "📸", words=r"image|vision|visual|multimodal|modalit|mime|content|picture|file uri", proves=("image",))
def in_image(row: Row) -> Asks:
    return (yield from asks_each(row, "image", "What word is shown? Reply with only the word."))
