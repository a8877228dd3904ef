"""Who may speak an endpoint's wire, and which addresses are taken for another."""

import pytest

from scoreboard.live.candidates import endpoint_of, others, put


def test_the_plainest_is_first_and_all_ask_something_else() -> None:
    candidates = endpoint_of("http://127.0.0.1:1/v1", "m", {}).candidates()
    assert not candidates[0].base_url
    paths = [put(known, "m").url.removeprefix(known.base_url) for known in candidates]
    assert len(set(paths)) == len(paths) <= 8


@pytest.mark.parametrize(
    ("url", "first"),
    [
        ("http://h", "http://h/v1"),
        ("http://h/v1", "http://h"),
        ("http://h/v1/chat/completions", "http://h/v1"),
        ("http://h/api/v1", "http://h/api"),
    ],
)
def test_what_is_tried_where_nothing_answers(url: str, first: str) -> None:
    found = others(url, endpoint_of(url, "m", {}).candidates())
    assert found[0][0] == first
    assert len(found) <= 6


def test_a_header_takes_the_place_of_the_key() -> None:
    (known,) = endpoint_of("http://h", "m", {}, wire="anthropic", headers={"x-api-key": "mine-12345"}).candidates()
    assert known.key_env is None
    assert known.headers["x-api-key"] == "mine-12345"
