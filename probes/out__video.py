"""Video as output.

Asks:         to make a short video.
Supported:    a video came back.
Unsupported:  the error says that none can be made (rejected), only text came back (ignored), another medium came
              (wrong), or the wire has no field for it (not_expressible).
"""

from probes._outputs import asks_for
from probes.base import Asks, Row, probe


@probe("Out➛", "🎥", words=r"video|modalit", proves=("output/video",))
def out_video(row: Row) -> Asks:
    return (yield from asks_for(row, "video", "Make a two-second video of a red circle that moves to the right."))
