"""What is typed at the command line."""

from importlib.metadata import version

import pytest

from scoreboard.cli import _days
from tests.support.command import scoreboard


@pytest.mark.parametrize(("span", "days"), [("30d", 30.0), ("36h", 1.5), ("0", 0.0), ("0.5", 0.5)])
def test_a_span_of_time(span: str, days: float) -> None:
    assert _days(span) == days


def test_the_version_is_told() -> None:
    done = scoreboard("--version")
    assert (done.returncode, done.stdout) == (0, f"llm-scoreboard {version('llm-scoreboard')}\n")


@pytest.mark.parametrize("span", ["", "d", "soon", "-1", "30m", "1e9"])
def test_what_is_no_span_of_time_is_a_line(span: str) -> None:
    done = scoreboard("record", "openaichat", "--stale", span, "--dry-run")
    assert done.returncode == 2
    assert "no span of time" in done.stderr
    assert "Traceback" not in done.stderr
