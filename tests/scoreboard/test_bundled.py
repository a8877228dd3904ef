"""What comes with the project is found in a checkout; test_wheel.py looks in an installed package."""

import pytest

from scoreboard.bundled import bundled
from tests.support import ROOT


@pytest.mark.parametrize("name", ["templates", "assets", "results", "collections.toml"])
def test_it_is_there(name: str) -> None:
    assert bundled(name) == ROOT / name
    assert bundled(name).exists()
