"""Pictures as output.

Asks:         to draw a picture.
Supported:    a picture came back, inline or as an address.
Unsupported:  the error says that none can be made (rejected), only text came back (ignored), another medium came
              (wrong), or the wire has no field for it (not_expressible).
"""

from probes._outputs import asks_for
from probes.base import Asks, Row, probe


@probe("Out➛", "📸", words=r"image|modalit|picture", proves=("output/image",), gate=2)
def out_image(row: Row) -> Asks:
    return (yield from asks_for(row, "image", "Draw a red circle on a white background."))
