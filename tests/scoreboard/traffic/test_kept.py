"""What a recorder kept."""

from providers.base import Response
from scoreboard.errors import ScoreboardError
from scoreboard.traffic.kept import BadRecording, Kept


def test_what_is_not_said_is_as_it_is_with_most() -> None:
    kept = Kept(None, Response(200, {}, b""))
    assert (kept.place, kept.grade, kept.passed, kept.broken, kept.all_headers) == (1, "bytes", "", "", False)


def test_a_bad_recording_is_an_error_for_the_user() -> None:
    assert issubclass(BadRecording, ScoreboardError)
