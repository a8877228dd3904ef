"""Recordings of httpmock."""

from providers.base import Request
from scoreboard.traffic.reading import parse

ONE = """\
when:
  path: /v1beta/models/m:generateContent
  method: POST
  query_param:
  - name: alt
    value: sse
  header:
  - name: Accept
    value: '*/*'
  body: '{}'
then:
  status: 200
  header:
  - name: x-id
    value: '1'
  body: YWJj
  body_encoding: base64
"""


def test_documents_are_exchanges_without_hosts() -> None:
    content = parse(f"{ONE}---\n{ONE}".encode())
    assert [kept.place for kept in content.kept] == [1, 2]
    kept = content.kept[0]
    assert kept.request == Request("POST", "/v1beta/models/m:generateContent?alt=sse", b"{}", {"accept": "*/*"})
    assert (kept.response.status, kept.response.body, kept.response.headers) == (200, b"abc", {"x-id": "1"})
    assert (content.form, kept.grade) == ("httpmock", "rewritten")


def test_what_is_not_there_is_empty() -> None:
    (kept,) = parse(b"when: {path: /a}\nthen: {status: 204}\n").kept
    assert kept.request == Request("GET", "/a")
    assert (kept.response.status, kept.response.body) == (204, b"")


def test_a_document_that_is_broken_costs_its_own_evidence() -> None:
    first, second = parse(b"when: {path: /a}\nthen: {status: fine}\n---\nwhen: {path: /b}\nthen: {status: 200}\n").kept
    assert "status" in first.broken
    assert not second.broken
