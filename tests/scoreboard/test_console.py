"""What is printed, and what becomes of what goes wrong."""

import pytest

from scoreboard.console import complaining, say, warn
from scoreboard.errors import ScoreboardError

KEY = "canary-test-key-0123456789"


def failing(error: Exception) -> None:
    def command() -> None:
        raise error

    complaining(command)


def test_no_control_character_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1b[2J\nb")
    warn("c\x1b]0;d\x07\n  e")
    printed = capsys.readouterr()
    assert printed.out == "a�[2J\nb\n"
    assert printed.err == "scoreboard: c ]0;d e\n"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ScoreboardError("x.yaml is cut; record it again"), "x.yaml is cut; record it again"),
        (ExceptionGroup("all", [ExceptionGroup("some", [ScoreboardError("the first")]), ValueError()]), "the first"),
        (
            PermissionError(13, "Permission denied", "results"),
            "results cannot be used: Permission denied; check the folder, or name another",
        ),
        (KeyError("x"), "internal error: KeyError: 'x'; SCOREBOARD_DEBUG=1 shows where"),
        (ScoreboardError(f"got {KEY}"), "got REDACTED"),
    ],
)
def test_what_goes_wrong_is_one_line_without_keys(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    with pytest.raises(SystemExit) as exit_code:
        failing(error)
    assert exit_code.value.code == 1
    assert capsys.readouterr().err == f"scoreboard: {says}\n"
