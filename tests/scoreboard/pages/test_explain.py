"""What is said of cells in words, with what they rest on."""

from pathlib import Path

import pytest

from providers.base import Request
from scoreboard.evidence.redaction import Redactor
from scoreboard.pages.curl import Files
from scoreboard.pages.explain import Why, body, explained, lines, named
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.store import ResultsError
from scoreboard.traffic.behind import Archive
from tests.support.made_up import ANSWER, REQUEST, recording

CANARY = "canary-secret-0123456789"
ENDS = Cell("unsupported", "ignored", "it just stops")
JSON = Cell("supported", note="{}", evidence=("acme/m/a.yaml", "https://x.test/gone.yaml"), variants={"x": "supported"})
PLAIN = RowResult(
    "m", False, False, {"json": JSON, "usage": Cell("supported", note=f"3 in {CANARY}", evidence=("acme/m/a.yaml",))}
)
STREAM = RowResult("m", False, True, {"json": Cell("unsupported", "rejected", "no JSON"), "stream.ends": ENDS})
ACME = Results("acme", ("m", "n"), (PLAIN, STREAM))
ASKED = REQUEST[:-1] + f', "user": "{CANARY}", "response_format": {{"type": "json_object"}}}}'


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    path = tmp_path / "acme" / "m" / "a.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(recording(ANSWER.replace("Hello", '{\\"is\\": \\"\\u001b[31m\\u202e\\"}'), request=ASKED))
    return Archive(tmp_path / "cassettes", [tmp_path])


def told(archive: Archive, cell: str | None) -> list[Why]:
    return list(explained(ACME, "m", cell, archive, Redactor([CANARY]), Files()))


def test_a_cell_is_explained_in_each_mode(archive: Archive) -> None:
    said = list(lines(told(archive, "stream.ends")))
    assert said[0].startswith("stream.ends: Streams end")
    assert "    unknown: no such cell in the results" in said
    assert any("it just stops" in line for line in said)


def test_each_exchange_is_told_with_question_answer_sentence_and_command(archive: Archive) -> None:
    said = list(lines(told(archive, "json")))
    assert "    evidence: acme/m/a.yaml" in said
    assert "      asked  POST http://localhost/v1/chat/completions" in said
    assert any('"response_format"' in line for line in said)
    assert "      came   200 application/json" in said
    assert any(line.startswith("      shows  missed (malformed): the text is no JSON") for line in said)
    (again,) = [line for line in said if line.startswith("      again  ")]
    assert again.startswith("      again  curl -sSg http://localhost/v1/chat/completions")
    assert "      not here: name the folder that holds it in SCOREBOARD_RECORDINGS" in said
    assert all(line.isprintable() for line in said if not line.startswith("json:"))


def test_a_secret_is_nowhere(archive: Archive) -> None:
    said = "\n".join(lines(told(archive, None)))
    assert CANARY not in said
    assert said.count("REDACTED") >= 3  # in a note, in a request, in its command


def test_hostile_results_keep_to_their_lines(archive: Archive) -> None:
    bad = "x\n  acme/m supported\x1b[31m\u202e"
    cell = Cell("supported", note=bad, evidence=(bad,), variants={bad: "supported"})
    row = RowResult("m", False, False, {"json": cell})
    found = explained(Results("acme", (), (row,)), "m", "json", archive, Redactor(), Files())
    said = [line for line in lines(found) if not line.startswith("json:")]
    assert all(line.isprintable() for line in said)
    assert sum("acme/m" in line[:8] for line in said) == 1


def test_an_exchange_is_shown_once(archive: Archive) -> None:
    said = list(lines(told(archive, None)))
    assert said.count("    evidence: acme/m/a.yaml") == 2
    assert said.count("      shown above") == 1
    assert sum("again  curl" in line for line in said) == 1


@pytest.mark.parametrize(
    ("model", "cell", "says"),
    [("m", "jsn", "did you mean json"), ("n", None, "nobody probed it"), ("mm", None, "did you mean m")],
)
def test_a_name_that_is_not_known_is_told_with_what_may_be_meant(model: str, cell: str | None, says: str) -> None:
    with pytest.raises(ResultsError, match=says):
        named(ACME, model, cell)


def test_a_body_is_shown_on_one_line_cut_and_without_media() -> None:
    shown = body(Request("POST", "", b'{"a":\n"' + b"QUJD" * 100 + b'"}'))
    assert shown == '{"a": "<400 characters>"}'
    assert len(body(Request("POST", "", b"word " * 100_000))) < 500
    assert body(Request("POST", "", b"\xff\x1b[31m")).isprintable()
