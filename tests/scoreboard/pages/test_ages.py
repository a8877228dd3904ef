"""How much is known over time, as a picture."""

import re
from xml.etree import ElementTree as ET

import pytest
from msgspec import structs

from scoreboard.pages.ages import counts, over_time
from scoreboard.results.model import Cell, Results, RowResult
from tests.support.boards import NO_FIELD, SEEN, UNKNOWN, board, row


def observed(day: str) -> Cell:
    return structs.replace(SEEN, observed_at=day)


def test_a_cell_is_known_from_its_first_evidence_on_and_as_old_as_its_newest() -> None:
    before = row("m", json=observed("2025-01-31"))
    now = row("m", json=observed("2025-05-01T00:00:00+00:00"), schema=observed("≤2025-05-20"))
    known = counts([Results("acme", rows=(now,), history=(before,))])
    assert known == {
        "2025-01": (1, 0, 0), "2025-02": (1, 0, 0), "2025-03": (1, 0, 0), "2025-04": (0, 1, 0), "2025-05": (2, 0, 0),
    }  # fmt: skip
    old = Results("acme", rows=(row("m", json=observed("2024-04-01"), schema=observed("2025-04-01")),))
    assert counts([old])["2025-03"] == (0, 1, 0)
    assert counts([old])["2025-04"] == (1, 0, 1)


def test_what_is_not_known_now_or_of_no_known_month_is_not_counted() -> None:
    cells = {
        "json": UNKNOWN, "seed": NO_FIELD, "schema": observed(""), "stop": observed("soon"), "usage": observed("2025-13-01"),
        "tools": structs.replace(SEEN, source="inherited"),
    }  # fmt: skip
    assert counts([Results("acme", rows=(RowResult("m", False, False, cells),), history=(row("m", json=SEEN),))]) == {}


def test_no_more_than_five_years_are_shown() -> None:
    known = counts([Results("acme", rows=(row("m", json=observed("0001-01-01"), schema=observed("2026-08-01")),))])
    assert (len(known), next(iter(known))) == (60, "2021-09")
    assert known["2026-08"] == (1, 0, 1)


@pytest.mark.parametrize("everything", [[], board()], ids=["nothing", "hostile names"])
def test_the_bars_of_a_month_are_as_high_as_it_has_cells(everything: list[Results]) -> None:
    picture = ET.fromstring(over_time(everything))  # noqa: S314 (our own)
    svg = "{http://www.w3.org/2000/svg}"
    months = [(one.find(f"{svg}title"), one.findall(f"{svg}rect")) for one in picture.iter(f"{svg}g")]
    assert len(months) == len(counts(everything))
    marks = [one.text or "" for one in picture.iter(f"{svg}text") if re.fullmatch(r"[\d,]+", one.text or "")]
    top = max(int(mark.replace(",", "")) for mark in marks)
    assert len(set(marks)) == 5
    for (title, bars), ages in zip(months, counts(everything).values(), strict=True):
        assert title is not None and f"{sum(ages):,} cells known" in (title.text or "")
        assert sum(float(bar.get("height") or 0) for bar in bars) == pytest.approx(200 * sum(ages) / top, abs=0.2)
