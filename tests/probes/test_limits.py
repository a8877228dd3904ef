"""Rate limits in the headers."""

import pytest

from providers.chat import Limit, Reply
from tests.support.judging import HELLO, RATE, exchange, shows, told, verdict_on

LIMITS = (Limit("requests", 100, 99),)
KEPT = ("content-type", "date", "x-request-id", "server", "via")
STRUCK = ("content-type", "date", "content-length", "connection", "set-cookie", "vary")


def test_a_limit_or_what_remains_of_it_is_seen_in_an_error_too() -> None:
    assert shows("limits", exchange("Hi", Reply(text="Hello", limits=LIMITS))) == "seen"
    assert shows("limits", exchange("Hi", Reply(text="Hello", limits=(Limit("tokens", None, 5),)))) == "seen"
    assert shows("limits", exchange("Hi", Reply(429, limits=LIMITS, error=RATE.error))) == "seen"


@pytest.mark.parametrize(
    ("reply", "headers", "everything", "expected"),
    [
        (HELLO, KEPT, False, "missed ignored"),
        (HELLO, STRUCK, False, "nothing unsure"),
        (HELLO, (), False, "nothing unsure"),
        (HELLO, (), True, "missed ignored"),
        (Reply(text="Hello", limits=(Limit("requests"),)), KEPT, False, "missed malformed"),
        (Reply(text="Hello", limits=(Limit("requests", 0, 0),)), KEPT, False, "missed wrong"),
        (RATE, KEPT, True, "nothing unsure"),
    ],
    ids=[
        "kept",
        "struck out",
        "no headers kept",
        "there were none",
        "no number",
        "nothing is allowed",
        "an error without",
    ],
)
def test_headers_that_tell_none(reply: Reply, headers: tuple[str, ...], everything: bool, expected: str) -> None:
    assert shows("limits", exchange("Hi", reply, headers=headers, all_headers=everything)) == expected


def test_one_reply_that_tells_them_decides() -> None:
    without = exchange("Hi", HELLO, headers=KEPT)
    assert (
        told(verdict_on("limits", without, without, exchange("Hi", Reply(text="Hello", limits=LIMITS)))) == "supported"
    )
