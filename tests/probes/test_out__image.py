"""Pictures as output."""

from providers.chat import Media
from tests.support.claims import Made


class TestPictures(Made):
    cell, feature, words = "out.image", "output/image", "image output"
    options = {"outputs": ("text", "image")}
    came = Media("image", "image/png", b"\x89PNG")
    other = Media("audio", "audio/wav", b"RIFF")
    broken = Media("image", "image/png", b"<html>Sign in</html>")
