"""Video as input."""

from tests.support.claims import Perceived


class TestVideo(Perceived):
    kind, form, mime = "video", "mp4", "video/mp4"
