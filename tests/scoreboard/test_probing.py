"""Headers and names as they are typed; the rest of a probe is tested as a whole, in tests/whole/test_card.py."""

import pytest

from scoreboard.live.obstacles import Obstacle
from scoreboard.probing import headers_of, named


def test_headers_are_read() -> None:
    assert headers_of(["X-A: b: c", "y:z"]) == {"x-a": "b: c", "y": "z"}


@pytest.mark.parametrize("text", ["nothing", ": v", "a b: c", "a: ü", "a: b\nc: d", "a: b\x00"])
def test_what_is_no_header_is_told_without_its_value(text: str) -> None:
    with pytest.raises(Obstacle, match="is no header") as met:
        headers_of([text])
    assert "\n" not in str(met.value)


def test_names_that_are_none() -> None:
    named("", "")
    with pytest.raises(Obstacle, match="no wire is named"):
        named("nope", "")
    with pytest.raises(Obstacle, match="no provider is named"):
        named("", "nope")
