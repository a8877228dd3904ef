"""The journal of a row."""

import os
from pathlib import Path

import msgspec

from providers.base import Request, Response
from scoreboard.disk import taken
from scoreboard.evidence.exchange import Interaction
from scoreboard.evidence.redaction import Redactor
from scoreboard.live.journal import NAME, Journal, held, read

ANSWERED = Interaction(
    Request("POST", "https://example.com"), Response(200, {}, b"{}"), "json", 1, "2026-11-24", ("tools",)
)


def journal_of(folder: Path) -> Path:
    """One that a run was killed at."""
    with held(folder, Redactor()) as journal:
        assert journal
        journal.append(ANSWERED)
    return folder / NAME


def test_what_was_appended_is_there_for_the_next_run_until_it_is_cleared(tmp_path: Path) -> None:
    path = journal_of(tmp_path)
    with held(tmp_path, Redactor()) as journal:
        assert journal
        assert journal.left == [ANSWERED]
        journal.clear()
    assert path.read_bytes() == b""
    assert read(tmp_path) == []


def test_a_line_that_was_cut_off_is_left_out_and_spoils_none(tmp_path: Path) -> None:
    path = journal_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    journal_of(tmp_path)
    assert read(tmp_path) == [ANSWERED]


def test_a_row_is_held_by_one_run(tmp_path: Path) -> None:
    with held(tmp_path, Redactor()) as journal, held(tmp_path, Redactor()) as other:
        assert isinstance(journal, Journal)
        assert other is None


def test_a_journal_of_the_old_name_is_read_held_and_removed(tmp_path: Path) -> None:
    old = tmp_path / ".lock"
    old.write_bytes(b'{"cell": "json", "recording": %s}\n' % msgspec.json.encode(ANSWERED))
    with held(tmp_path, Redactor()) as journal:
        assert journal
        assert journal.left == [ANSWERED]
        assert taken(old) is None
        journal.clear()
    assert not old.exists()


def test_a_row_that_an_older_release_is_at_is_not_to_be_had(tmp_path: Path) -> None:
    handle = taken(tmp_path / ".lock", os.O_CREAT | os.O_WRONLY)
    with held(tmp_path, Redactor()) as journal:
        assert handle is not None
        assert journal is None
    os.close(handle)
    with held(tmp_path, Redactor()) as journal:
        assert journal
