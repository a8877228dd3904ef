"""Batches and files beside the answers: which requests are theirs, what they carry, and what belongs together."""

import msgspec
import pytest

from providers import jobs
from providers.base import Request, Response

BASE = "https://api.example/v1"
FORM = {"content-type": "multipart/form-data; boundary=xyz"}
UPLOAD = Request(
    "POST", f"{BASE}/files",
    b'--xyz\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="word.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    b"%PDF-1.4\r\n--xyz--\r\n",
    FORM,
)  # fmt: skip


def answered(value: object) -> Response:
    return Response(200, {}, msgspec.json.encode(value))


@pytest.mark.parametrize(
    ("method", "path", "serves", "begins"),
    [
        ("POST", "/files", True, True),
        ("POST", "/batches", True, True),
        ("POST", "/batch/jobs", True, True),
        ("GET", "/batches/batch_123456", True, False),
        ("DELETE", "/files/file_123456", True, False),
        ("GET", "/files/file_123456/content", True, False),
        ("POST", "/models/m:batchGenerateContent", True, True),
        ("POST", "/chat/completions", False, False),
        ("POST", "/profiles", False, False),
    ],
)
def test_whose_request_it_is(method: str, path: str, *, serves: bool, begins: bool) -> None:
    request = Request(method, f"{BASE}{path}", b"{}")
    assert (jobs.serves(request), jobs.begins(request)) == (serves, begins)


def test_what_was_made_goes_by_its_ids() -> None:
    made = jobs.given(answered({"id": "batch_123456", "output_file_id": "file-abcdef", "status": "ok", "name": "x"}))
    assert made == {"batch_123456", "file-abcdef"}  # a name of one letter would be in any request
    assert jobs.names(Request("GET", f"{BASE}/batches/batch_123456", b""), made)
    assert jobs.names(Request("POST", f"{BASE}/chat", b'{"file_id": "file-abcdef"}'), made)
    assert not jobs.names(Request("GET", f"{BASE}/batches/batch_654321", b""), made)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[1, 2]", b'"file_123456"', b"null"])
def test_what_is_no_object_made_nothing(body: bytes) -> None:
    assert jobs.given(Response(200, {}, body)) == frozenset()


def test_the_file_of_a_form_is_read() -> None:
    assert jobs.uploaded(UPLOAD) == ("word.pdf", "application/pdf", b"%PDF-1.4")


def test_a_body_that_is_no_form_is_the_file() -> None:
    raw = Request("POST", f"{BASE}/files", b"%PDF", {"content-type": "application/pdf"})
    assert jobs.uploaded(raw) == ("", "application/pdf", b"%PDF")
