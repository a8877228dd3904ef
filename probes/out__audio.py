"""Sound as output.

Asks:         to say a short sentence aloud.
Supported:    a sound came back.
Unsupported:  the error says that none can be made (rejected), only text came back (ignored), another medium came
              (wrong), or the wire has no field for it (not_expressible).
"""

from probes._outputs import asks_for
from probes.base import Asks, Row, probe


@probe("Out➛", "🎤", words=r"audio|speech|modalit|voice", proves=("output/audio",))
def out_audio(row: Row) -> Asks:
    return (yield from asks_for(row, "audio", "Say aloud: good morning.", with_text=True))
