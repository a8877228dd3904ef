"""The feed of changes."""

from xml.etree import ElementTree as ET

import pytest

from scoreboard.pages.feed import atom, entries, time_of
from scoreboard.results.model import Cell, Results, RowResult
from tests.support.boards import SEEN, UNKNOWN, board, row

ATOM = "{http://www.w3.org/2005/Atom}"


def _cell(verdict: str, day: str, reason: str = "") -> Cell:
    return Cell(verdict, reason, "a note", (f"https://example.com/{day}",), "live", day)  # type: ignore[arg-type]


def _row(model: str, day: str, verdict: str = "supported", reason: str = "") -> RowResult:
    return row(model, json=_cell(verdict, day, reason))


def test_what_a_newer_row_changed_is_told_with_both_verdicts_and_why() -> None:
    was, now = _row("m", "2025-01-02", "unsupported", "rejected"), _row("m", "2026-03-04")
    (entry,) = entries([Results("acme", rows=(now,), history=(was,))])
    assert entry.title == "acme/m sync: json is supported, was unsupported (rejected)"
    assert entry.updated == "2026-03-04T00:00:00+00:00"
    assert entry.link == "index.html#acme/m/sync:json"
    assert "Now: a note. Before: a note." in entry.text


def test_the_newest_change_is_first_and_the_oldest_are_left_out() -> None:
    rows = [_row("m", f"2026-{month:02}-01", "supported" if month % 2 else "flaky") for month in range(1, 13)]
    found = entries([Results("acme", rows=(rows[-1],), history=tuple(rows[:-1]))], most=5)
    assert [entry.updated[:7] for entry in found] == ["2026-12", "2026-11", "2026-10", "2026-09", "2026-08"]


def test_what_is_as_it_was_or_was_never_known_is_no_change() -> None:
    same = Results("acme", rows=(_row("m", "2026-01-01"),), history=(_row("m", "2025-01-01"),))
    never = Results("acme", rows=(row("m", json=UNKNOWN),), history=(row("m", json=Cell("unknown", "rate")),))
    other_mode = Results("acme", rows=(row("m", True, json=SEEN),), history=(_row("m", "2025-01-01", "flaky"),))
    assert entries([same, never, other_mode]) == []


def test_an_entry_keeps_its_id_when_others_come() -> None:
    rows = [_row("m", "2024-01-01"), _row("m", "2025-01-01", "flaky"), _row("m", "2026-01-01")]
    before = entries([Results("acme", rows=(rows[1],), history=(rows[0],))])
    after = entries([Results("acme", rows=(rows[2],), history=tuple(rows[:2]))])
    assert [entry.id for entry in after[1:]] == [entry.id for entry in before]
    assert len({entry.id for entry in after}) == 2


def test_the_feed_is_sound_xml_whatever_a_provider_said() -> None:
    root = ET.fromstring(atom(board()))  # noqa: S314 (our own)
    found = root.findall(f"{ATOM}entry")
    assert len(found) > 10
    assert all(
        entry.find(f"{ATOM}{part}") is not None for entry in found for part in ("id", "title", "updated", "link")
    )
    assert root.findtext(f"{ATOM}updated") == found[0].findtext(f"{ATOM}updated")
    assert ET.fromstring(atom([])).findall(f"{ATOM}entry") == []  # noqa: S314 (our own)


@pytest.mark.parametrize(
    ("observed", "time"),
    [
        ("2026-08-20", "2026-08-20T00:00:00+00:00"),
        ("2026-08-20T10:11:12.5+00:00", "2026-08-20T10:11:12+00:00"),
        ("2026-08-20T10:11:12Z", "2026-08-20T10:11:12+00:00"),
        ("", "1970-01-01T00:00:00+00:00"),
        ("<script>", "1970-01-01T00:00:00+00:00"),
    ],
)
def test_times_are_those_of_rfc_3339(observed: str, time: str) -> None:
    assert time_of(observed) == time
