"""Where the pages of the site are."""

import re
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoreboard.pages.site_paths import href, path_of, stem
from tests.support.boards import HOSTILE


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: repr(name[:20]))
def test_no_name_leaves_its_folder_or_is_too_long_for_a_file(name: str) -> None:
    path = path_of("model", "acme", name)
    assert len(PurePosixPath(path).parts) == 3
    assert re.fullmatch(r"model/acme/[\w%~-]+\.html", path)
    assert len(path.encode()) < 250


@given(st.text(max_size=400), st.text(max_size=400))
def test_two_names_have_two_files(one: str, other: str) -> None:
    assert (stem(one) == stem(other)) == (one == other)


def test_long_names_that_begin_alike_have_two_files() -> None:
    assert stem("x" * 500) != stem("x" * 501)


@given(st.text(max_size=300))
def test_a_link_leads_to_its_file(name: str) -> None:
    path = path_of("badge", "a.b", name, form="svg")
    assert unquote(href(path)) == path
    assert re.fullmatch(r"[\w%~/.-]+", href(path))
