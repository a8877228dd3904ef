"""Sound as output.

Asks:         to say a short sentence aloud.
Seen:         a sound came back.
Missed:       only text came back (ignored), another medium came (wrong), or bytes that are none (malformed).
Refused:      the error says that none can be made.
"""

from probes._made import made
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row


@probe("Out➛", "🎤", requires={"output/audio"}, named_in_errors=r"audio|speech|modalit|voice")
def out_audio(x: Exchange, row: Row) -> Finding | None:
    del row
    return made(x, "audio")


@out_audio.asks
def asks(row: Row) -> Asks:
    yield row.ask("Say aloud: good morning.", name="make-audio", outputs=("text", "audio"))
