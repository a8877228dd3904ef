"""Sound as output."""

from providers.chat import Media
from tests.support.claims import Made


class TestSound(Made):
    cell, feature, words = "out.audio", "output/audio", "audio output"
    options = {"outputs": ("text", "audio")}
    came = Media("audio", "audio/wav", b"RIFF")
    other = Media("video", "video/mp4", b"\x1aE\xdf\xa3")
    broken = Media("audio", "audio/wav", b"<html>Sign in</html>")
