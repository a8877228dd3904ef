"""Files of go-vcr, read with suspicion."""

import re
from pathlib import Path

import pytest

from providers.base import Request, Response
from scoreboard.traffic.formats._packed import LIMIT
from scoreboard.traffic.kept import BadRecording
from scoreboard.traffic.reading import pairs, parse, read_file
from tests.support.made_up import ANSWER, REQUEST, URL, recording


def test_requests_and_responses_are_read_as_bytes_with_headers_in_lower_case() -> None:
    ((request, response),) = pairs(parse(recording().encode()))
    assert request == Request("POST", URL, REQUEST.encode(), request.headers)
    assert response == Response(200, {"content-type": "application/json"}, ANSWER.encode())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (recording(version="3").encode(), "version '3' of go-vcr's format"),
        (b"version: 2\ninteractions: []\n", "holds no exchange"),
        (b"just a text", "of no form that is known"),
        (b"", "is empty"),
        (recording().encode()[:200], "no whole YAML"),
        (recording().replace("code: 200", "code: fine").encode(), "code"),
        (recording().replace("method: POST", "method: [POST]").encode(), "method"),
    ],
)
def test_what_is_no_recording_is_said_in_words_that_follow_the_files_name(data: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        parse(data)


def test_a_file_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"just a text")
    with pytest.raises(BadRecording) as raised:
        read_file(tmp_path / "a.yaml")
    assert str(raised.value).startswith(str(tmp_path / "a.yaml"))
    with pytest.raises(BadRecording, match="cannot be read"):
        read_file(tmp_path / "absent.yaml")


def test_a_file_larger_than_any_recording_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.yaml").open("wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(BadRecording, match="64 MB, more than any recording"):
        read_file(tmp_path / "a.yaml")
