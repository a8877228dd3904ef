"""Cassettes of VCR for Ruby, and of vcr for R."""

import pytest

from scoreboard.traffic.kept import Kept
from scoreboard.traffic.reading import parse


def only(response: str, recorded_at: str = "Wed, 19 Aug 2026 14:34:53 GMT") -> Kept:
    text = (
        "http_interactions:\n- request: {method: post, uri: 'https://a.example/v1/x', body: {encoding: UTF-8, string: abc}}\n"
        f"  response: {{{response}}}\n  recorded_at: {recorded_at}\nrecorded_with: VCR 6.3.1\n"
    )
    content = parse(text.encode())
    assert content.form == "vcr"
    (kept,) = content.kept
    assert not kept.broken
    return kept


@pytest.mark.parametrize(
    ("response", "body"),
    [
        ("status: {code: 200, message: OK}, body: {encoding: UTF-8, string: abc}", b"abc"),
        ("status: {code: 200}, body: {string: !binary YWJj}", b"abc"),
        ("status: {code: 200}, body: {encoding: ASCII-8BIT, base64_string: YWJj}", b"abc"),
        ("status: {code: 200}", b""),
        ("status: 200, body: {string: abc}", b"abc"),
        ("status: {status_code: '200', message: OK}, body: {encoding: '', file: no, string: abc}", b"abc"),
    ],
)
def test_replies_in_their_dialects(response: str, body: bytes) -> None:
    kept = only(response)
    assert kept.request
    assert (kept.request.method, kept.request.body) == ("POST", b"abc")
    assert (kept.response.status, kept.response.body) == (200, body)


def test_values_of_headers_may_be_bare() -> None:
    assert only("status: 200, headers: {A: b, C: [d, e]}").response.headers == {"a": "b", "c": "d, e"}


@pytest.mark.parametrize(
    ("written", "day"),
    [("Wed, 19 Aug 2026 14:34:53 GMT", "2026-08-19"), ("2026-08-19 14:34:53", "2026-08-19"), ("some day", "some day")],
)
def test_the_day_is_written_in_two_ways(written: str, day: str) -> None:
    assert only("status: 200", written).when[:10] == day
