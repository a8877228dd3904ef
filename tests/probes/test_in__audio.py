"""Sound as input."""

from tests.support.claims import Perceived


class TestSound(Perceived):
    kind, form, mime = "audio", "wav", "audio/wav"
