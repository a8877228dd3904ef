"""What an import came to."""

from scoreboard.traffic.report import Counts

COUNTS = Counts.of([
    ("har", [("used", ""), ("passed over", "embeddings")]),
    ("har", [("used", ""), ("unreadable", "")]),
    ("vcr", [("passed over", "embeddings"), ("passed over", "files")]),
    ("", []),
])  # fmt: skip


def test_forms_and_fates_are_a_table() -> None:
    lines = [line.split() for line in COUNTS.lines()]
    assert ["har", "2", "4", "2", "1", "1"] in lines
    assert ["vcr", "1", "2", "0", "2", "0"] in lines


def test_below_it_stands_why_exchanges_were_passed_over_the_most_first() -> None:
    lines = list(COUNTS.lines())
    assert lines[-3:] == [
        "passed over: 2 embeddings",
        "passed over: 1 files",
        "files that are no recordings, or could not be read: 1",
    ]


def test_totals_are_of_all_forms_or_of_one() -> None:
    assert (COUNTS.total("used"), COUNTS.total("passed over", "vcr"), COUNTS.total("used", "vcr")) == (2, 2, 0)
