"""Cassettes of vcrpy in their dialects, and our own."""

import json
from pathlib import Path

import pytest

from providers.base import Request
from scoreboard.evidence.cassettes import load
from scoreboard.traffic.kept import Kept
from scoreboard.traffic.reading import parse, read_file
from tests.support import ROOT

URL = "https://api.example.com/v1/chat/completions"


def only(text: str) -> Kept:
    content = parse(text.encode())
    assert content.form == "vcrpy"
    (kept,) = content.kept
    assert not kept.broken
    return kept


def cassette(request: str, response: str, end: str = "version: 1") -> str:
    return f"interactions:\n- request: {{method: POST, uri: '{URL}', {request}}}\n  response: {{{response}}}\n{end}\n"


STATUS = "status: {code: 200, message: OK}"


@pytest.mark.parametrize(
    ("response", "body", "grade"),
    [
        (f"{STATUS}, body: {{string: abc}}", b"abc", "bytes"),
        (f"{STATUS}, body: {{string: !!binary YWJj}}", b"abc", "bytes"),
        (f"{STATUS}, body: {{string: [!!binary YWI=, c]}}", b"abc", "bytes"),
        (f"{STATUS}, body: null", b"", "bytes"),
        (f"{STATUS}, body: abc", b"abc", "bytes"),
        (STATUS, b"", "bytes"),
        ("status_code: 200, content: abc, http_version: HTTP/1.1", b"abc", "bytes"),
        (f"{STATUS}, parsed_body: {{b: [1, 2.5, true, null, '3', \"4\"], a: ''}}", b'{"b":[1,2.5,true,null,"3","4"],"a":""}', "rewritten"),
    ],
)  # fmt: skip
def test_bodies_of_replies(response: str, body: bytes, grade: str) -> None:
    kept = only(cassette("body: null", response))
    assert (kept.response.status, kept.response.body, kept.grade) == (200, body, grade)


@pytest.mark.parametrize(
    ("request_", "body", "grade"),
    [
        ("body: '{}'", b"{}", "bytes"),
        ("parsed_body: {model: m}", b'{"model":"m"}', "rewritten"),
        ("body: {model: m, stream: false}", b'{"model":"m","stream":false}', "rewritten"),
    ],
)
def test_bodies_of_requests(request_: str, body: bytes, grade: str) -> None:
    kept = only(cassette(request_, STATUS))
    assert kept.request == Request("POST", URL, body)
    assert kept.grade == grade


def test_names_that_are_to_be_made_by_code_are_read_and_nothing_is_run(tmp_path: Path) -> None:
    there = tmp_path / "run"
    names = (
        "headers:\n      ? !!python/object/apply:multidict._multidict.istr\n      - Content-Type\n      : - application/json\n"
        f"      ? !!python/object/apply:os.system\n      - touch {there}\n      : - x\n"
    )
    text = f"interactions:\n- request:\n    method: POST\n    uri: {URL}\n    body: null\n    {names}  response:\n    {STATUS}\n"
    kept = only(text)
    assert kept.request
    assert kept.request.headers == {"content-type": "application/json", f"touch {there}": "x"}
    assert not there.exists()


def test_a_file_without_version_is_taken_for_version_1() -> None:
    assert only(cassette("body: null", STATUS, "")).response.status == 200


def test_json_is_as_good() -> None:
    tree = {
        "version": 1,
        "interactions": [
            {
                "request": {"method": "POST", "uri": URL, "body": "1", "headers": {"A": ["b"]}},
                "response": {"status": {"code": 200}, "body": {"string": "null"}, "headers": {}},
            }
        ],
    }
    kept = only(json.dumps(tree))
    assert kept.request == Request("POST", URL, b"1", {"a": "b"})
    assert kept.response.body == b"null"


def test_our_own_keep_what_only_the_asker_knew() -> None:
    path = next(iter(sorted((ROOT / "cassettes").rglob("root.yaml"))))
    for kept, own in zip(read_file(path).kept, load(path), strict=True):
        assert (kept.request, kept.response) == (own.request, own.response)
        assert (kept.when, kept.question, kept.sample, kept.expects) == (
            own.observed_at,
            own.question,
            own.sample,
            own.expects,
        )
        assert kept.all_headers
