"""Video as output.

Asks:         to make a short video.
Seen:         a video came back.
Missed:       only text came back (ignored), another medium came (wrong), or bytes that are none (malformed).
Refused:      the error says that none can be made.
"""

from probes._made import made
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row


@probe("Out➛", "🎥", requires={"output/video"}, named_in_errors=r"video|modalit")
def out_video(x: Exchange, row: Row) -> Finding | None:
    del row
    return made(x, "video")


@out_video.asks
def asks(row: Row) -> Asks:
    yield row.ask(
        "Make a two-second video of a red circle that moves to the right.", name="make-video", outputs=("video",)
    )
