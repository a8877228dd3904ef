"""What becomes of cells from one side to the other, and which rows answer to each other."""

from typing import Any

import pytest

from scoreboard.results.comparing import DIFFERENT, KINDS, ComparisonError, Side, compared, kind, paired, variants
from scoreboard.results.model import Cell, Results, RowResult

SEEN = Cell("supported")
ACCEPTED = Cell("supported", strength="accepted")
FLAKY = Cell("flaky")
REJECTED = Cell("unsupported", "rejected")
IGNORED = Cell("unsupported", "ignored")
NO_FIELD = Cell("unsupported", "not_expressible")
UNKNOWN = Cell("unknown", "timeout")
EVERY = (SEEN, ACCEPTED, FLAKY, REJECTED, IGNORED, NO_FIELD, UNKNOWN, None)


def side(name: str, *rows: tuple[str, str], stream: bool = False, **cells: Cell) -> Side:
    made = [
        Results(provider, (), (RowResult(model, False, stream, cells or {"json": SEEN}),)) for provider, model in rows
    ]
    return Side.of(name, made)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (SEEN, SEEN, "same"),
        (SEEN, IGNORED, "lost"),
        (SEEN, NO_FIELD, "lost"),
        (IGNORED, SEEN, "gained"),
        (SEEN, FLAKY, "altered"),
        (FLAKY, REJECTED, "altered"),
        (REJECTED, IGNORED, "altered"),
        (REJECTED, REJECTED, "same"),
        (ACCEPTED, ACCEPTED, "same"),
        (SEEN, ACCEPTED, "not comparable"),
        (ACCEPTED, IGNORED, "not comparable"),
        (ACCEPTED, REJECTED, "lost"),
        (NO_FIELD, ACCEPTED, "gained"),
        (IGNORED, ACCEPTED, "not comparable"),
        (SEEN, UNKNOWN, "not comparable"),
        (UNKNOWN, SEEN, "not comparable"),
        (None, SEEN, "not comparable"),
        (SEEN, None, "not comparable"),
    ],
)
def test_what_becomes_of_a_cell(a: Cell | None, b: Cell | None, expected: str) -> None:
    assert kind(a, b) == expected


@pytest.mark.parametrize("a", EVERY)
@pytest.mark.parametrize("b", EVERY)
def test_the_other_way_round_losses_are_gains_and_all_else_stays(a: Cell | None, b: Cell | None) -> None:
    turned = {"lost": "gained", "gained": "lost"}
    assert kind(b, a) == turned.get(kind(a, b), kind(a, b))
    if a is b:
        assert kind(a, b) not in DIFFERENT
    if UNKNOWN in (a, b) or None in (a, b):
        assert kind(a, b) == "not comparable"


def test_other_forms_of_media_alter_a_cell_where_both_sides_know_of_them() -> None:
    whole = Cell("supported", variants={"png/inline": "supported", "gif/inline": "supported", "webp/inline": "unknown"})
    part = Cell(
        "supported",
        variants={
            "png/inline": "supported",
            "gif/inline": "unsupported",
            "webp/inline": "supported",
            "jpg/url": "supported",
        },
    )
    assert variants(whole, part) == {"gif/inline": ("supported", "unsupported")}
    assert kind(whole, part) == "altered"
    assert kind(whole, whole) == "same"
    assert variants(None, part) == {}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (side("A", ("x", "m"), ("x", "n")), side("B", ("x", "m")), [("x/m", "x/m"), ("x/n", None)]),
        (
            side("A", ("x", "m"), ("x", "n")),
            side("B", ("y", "m"), ("y", "o")),
            [("x/m", "y/m"), ("x/n", None), (None, "y/o")],
        ),
        (side("A", ("x", "m")), side("B", ("y", "vendor/m")), [("x/m", "y/vendor/m")]),
    ],
    ids=["by name", "by model", "one each"],
)
def test_which_rows_answer_to_each_other(a: Side, b: Side, expected: list[Any]) -> None:
    assert [(pair.a and pair.a.name, pair.b and pair.b.name) for pair in paired(a, b)] == expected


def test_modes_answer_to_themselves_alone() -> None:
    pairs = paired(side("A", ("x", "m")), side("B", ("x", "m"), stream=True))
    assert [(pair.mode.name, bool(pair.a), bool(pair.b)) for pair in pairs] == [
        ("sync", True, False),
        ("stream", False, True),
    ]
    assert {one.kind for one in compared(side("A", ("x", "m")), side("B", ("x", "m"), stream=True))} == {
        "not comparable"
    }


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (side("A", ("x", "m"), ("x", "n")), side("B", ("y", "o")), "A and B have no model in common; name one of each"),
        (side("A"), side("B", ("y", "o")), "A holds no rows"),
    ],
)
def test_sides_with_nothing_in_common_are_a_line(a: Side, b: Side, says: str) -> None:
    with pytest.raises(ComparisonError, match=says):
        compared(a, b)


def test_all_cells_of_both_sides_are_compared() -> None:
    found = compared(side("A", ("x", "m"), json=SEEN, seed=IGNORED), side("B", ("y", "m"), json=IGNORED, odd=SEEN))
    assert [(one.cell, one.kind) for one in found] == [
        ("json", "lost"),
        ("seed", "not comparable"),
        ("odd", "not comparable"),
    ]
    assert {one.kind for one in found} <= set(KINDS)
    assert Side.of(
        "A", [Results("x", (), (RowResult("m", False, False, {}), RowResult("n", False, False, {})))], "n"
    ).models == {"x/n"}
