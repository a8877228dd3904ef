"""Video as output."""

from providers.chat import Media
from tests.support.claims import Made


class TestVideo(Made):
    cell, feature, words = "out.video", "output/video", "video output"
    options = {"outputs": ("text", "video")}
    came = Media("video", "video/mp4", b"\x00\x00\x00 ftyp")
    other = Media("image", "image/png", b"\x89PNG")
    broken = Media("video", "video/mp4", b"<html>Sign in</html>")
