"""What changed in results, why, and what was in force on a day."""

import pytest
from msgspec import structs

from scoreboard.mode import Mode
from scoreboard.results.changes import as_of, changes, day, history, question
from scoreboard.results.comparing import Side
from scoreboard.results.model import Cell, Results, RowResult

PLACE = "cassettes/acme/m/sync/hello.yaml#1"
YES = Cell("supported", note="came", evidence=(PLACE,), observed_at="2026-01-01T08:00:00+00:00")
NO = structs.replace(YES, verdict="unsupported", reason="ignored", note="did not")
LATER = "2026-02-01"
SYNC = Mode(False, False)


def row(cell: Cell | None, *, served_as: str = "", judge: int = 1, **more: Cell) -> RowResult:
    cells = {**({"json": cell} if cell else {}), **more}
    return RowResult("m", False, False, cells, served_as, judge)


def why(old: RowResult | None, new: RowResult | None) -> tuple[str, str]:
    sides = [Side.of("", [Results("acme", (), (one,) if one else ())]) for one in (old, new)]
    (change,) = changes(*sides)
    return change.cause.who, change.cause.words


def at(cell: Cell, when: str, *evidence: str) -> Cell:
    return structs.replace(cell, observed_at=when, evidence=evidence or cell.evidence)


@pytest.mark.parametrize(
    ("old", "new", "who", "says"),
    [
        (row(YES), row(NO, judge=2), "judge", "better rule (revision 1 -> 2)"),
        (row(YES, judge=0), row(NO, judge=2), "judge", "better rule (revision not kept -> 2)"),
        (row(YES), row(NO), "", "the same evidence and rules: what stands behind or beside it changed"),
        (row(YES, judge=0), row(NO, judge=0), "judge", "the same evidence, read otherwise (by which revisions was not kept)"),
        (row(YES), row(at(NO, LATER)), "API", "new evidence, to the same question"),
        (row(YES), row(at(NO, LATER), judge=2), "API", "new evidence, to the same question, by another revision of the judge (revision 1 -> 2)"),
        (row(at(YES, LATER)), row(at(NO, "2026-01-01", "https://x.test/a/hello.yaml")), "API", "other evidence, to the same question"),
        (row(YES), row(at(NO, LATER, "cassettes/acme/m/sync/other.yaml#1")), "question", "new evidence, to another question"),
        (row(YES), row(at(NO, LATER), served_as="n"), "model", "another model (m -> n), new evidence"),
        (row(YES), row(NO, served_as="n", judge=2), "judge", "better rule (revision 1 -> 2)"),
        (row(Cell("unknown", "not_asked")), row(YES), "question", "asked for the first time"),
        (row(YES), row(Cell("unsupported", "not_expressible", observed_at=LATER)), "judge", "no exchange is behind it any more"),
        (None, row(YES), "", "a new row"),
        (row(YES), None, "", "gone"),
        (row(None), row(YES), "", "a new cell"),
        (row(YES), row(None), "", "gone"),
    ],
)  # fmt: skip
def test_why_a_cell_changed(old: RowResult | None, new: RowResult | None, who: str, says: str) -> None:
    assert why(old, new) == (who, says)


def test_what_is_the_same_but_for_words_days_and_evidence_is_no_change() -> None:
    same = Results("acme", (), (row(at(structs.replace(YES, note="came again"), LATER, "elsewhere"), judge=9),))
    assert not list(changes(Side.of("", [Results("acme", (), (row(YES),))]), Side.of("", [same])))


def test_forms_that_differ_are_a_change() -> None:
    one = structs.replace(YES, variants={"png": "supported", "gif": "unsupported"})
    two = structs.replace(YES, variants={"png": "supported", "gif": "supported", "jpg": "supported"})
    (change,) = changes(*(Side.of("", [Results("acme", (), (row(cell),))]) for cell in (one, two)))
    assert change.variants == {"gif": ("unsupported", "supported"), "jpg": ("absent", "supported")}


@pytest.mark.parametrize(
    ("evidence", "name"),
    [
        (PLACE, "hello.yaml"),
        ("https://github.com/o/r/blob/0123abc/a/hello.yaml#2", "hello.yaml"),
        ("x.har", "x.har"),
    ],
)
def test_the_question_is_told_by_the_file(evidence: str, name: str) -> None:
    assert question(evidence) == name


def test_a_day_is_told_of_a_time_and_of_an_upper_bound() -> None:
    assert [day(at(YES, when)) for when in ("2026-01-02T10:00:00Z", "≤2026-01-02", "")] == [
        "2026-01-02",
        "2026-01-02",
        "",
    ]


OLD = row(at(YES, "≤2025-06-01"), seed=at(NO, "2025-05-01"))
NEW = row(at(NO, LATER), seed=at(YES, "2026-01-15"), stop=Cell("unknown", "not_asked"), judge=2)
KNOWN = Results("acme", ("m",), (NEW,), (OLD,))


def test_a_cell_has_a_history_of_verdicts_each_with_its_cause() -> None:
    told = [(one.day, one.cell.verdict, one.cause and one.cause.who) for one in history(KNOWN, "m", SYNC, "json")]
    assert told == [("2025-06-01", "supported", None), (LATER, "unsupported", "API")]
    assert history(KNOWN, "m", Mode(True, False), "json") == history(KNOWN, "n", SYNC, "json") == []


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2025-04-30", None),
        ("2025-05-31", {"seed": "unsupported"}),
        ("2025-06-01", {"json": "supported", "seed": "unsupported"}),
        ("2026-01-14", {"json": "supported", "seed": "unsupported"}),
        ("2026-01-15", {"json": "supported", "seed": "supported"}),
        (LATER, {"json": "unsupported", "seed": "supported", "stop": "unknown"}),
        ("2027-01-01", {"json": "unsupported", "seed": "supported", "stop": "unknown"}),
    ],
)
def test_what_was_in_force_on_a_day_rests_on_evidence_of_up_to_then(
    until: str, expected: dict[str, str] | None
) -> None:
    rows = as_of(KNOWN, until).rows
    assert [{name: cell.verdict for name, cell in one.cells.items()} for one in rows] == (
        [expected] if expected else []
    )


def test_today_all_is_in_force_that_is() -> None:
    assert as_of(KNOWN, "9999-12-31").rows == KNOWN.rows
