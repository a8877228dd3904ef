"""Pictures as output.

Asks:         to draw a picture.
Seen:         a picture came back, inline or as an address.
Missed:       only text came back (ignored), another medium came (wrong), or bytes that are none (malformed).
Refused:      the error says that none can be made.
"""

from probes._made import made
from probes.base import Asks, probe
from probes.row import Exchange, Finding, Row


@probe("Out➛", "📸", requires={"output/image"}, named_in_errors=r"image|modalit|picture", asked_first=2)
def out_image(x: Exchange, row: Row) -> Finding | None:
    del row
    return made(x, "image")


@out_image.asks
def asks(row: Row) -> Asks:
    yield row.ask("Draw a red circle on a white background.", name="make-image", outputs=("image",))
