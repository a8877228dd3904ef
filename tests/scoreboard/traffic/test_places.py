"""Where a file lies."""

from pathlib import Path

import pytest

from scoreboard.traffic.places import place_of, places_below


def made(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


def test_a_file_belongs_to_the_nearest_collection_above_it(tmp_path: Path) -> None:
    made(tmp_path, "simonw+llm/tests/a.yaml", "2025-08/x/m/b.yaml", "own/c.yaml")
    found = {place.path.name: (place.collection, place.below) for place in places_below(tmp_path)}
    assert found == {"a.yaml": ("simonw+llm", ("tests",)), "b.yaml": ("2025-08", ("x", "m")), "c.yaml": ("", ("own",))}


def test_its_address_is_that_on_the_web_where_the_collection_is_known(tmp_path: Path) -> None:
    made(tmp_path, "simonw+llm/tests/a.yaml", "unheard+of/a.yaml")
    one, two = (place.where for place in places_below(tmp_path))
    assert one.startswith("https://github.com/simonw/llm/blob/")
    assert one.endswith("/tests/a.yaml")
    assert two == "unheard+of/a.yaml"


def test_a_collection_may_be_named(tmp_path: Path) -> None:
    made(tmp_path, "tests/a.yaml")
    (place,) = places_below(tmp_path, "simonw+llm")
    assert (place.collection, place.below) == ("simonw+llm", ("tests",))
    assert place.where.endswith("/tests/a.yaml")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("simonw+llm/a.yaml", "≤2026-08-05"),
        ("2025-08/x/m/a.yaml", "2025-08-29"),
        ("own/a.yaml", ""),
        ("un+known/a.yaml", ""),
    ],
)
def test_its_day_is_that_up_to_which_it_was_recorded(tmp_path: Path, name: str, day: str) -> None:
    made(tmp_path, name)
    assert place_of(tmp_path / name, tmp_path).day == day


def test_a_table_of_days_beside_the_folder_knows_better(tmp_path: Path) -> None:
    made(tmp_path, "simonw+llm/tests/a.yaml", "simonw+llm/tests/b.yaml")
    (tmp_path / "simonw+llm" / "_days.tsv").write_text("2026-01-02\ttests/a.yaml\n")
    one, two = places_below(tmp_path)
    assert (one.day, two.day) == ("≤2026-01-02", "≤2026-08-05")


def test_what_is_hidden_or_was_to_fail_is_left_out(tmp_path: Path) -> None:
    made(
        tmp_path, "a.yaml", ".git/b.yaml", "x/.c.yaml", "x/_errors/d.yaml", "_other/e.yaml", "_days.tsv", "_vcr/f.yaml"
    )
    assert [place.path.name for place in places_below(tmp_path)] == ["f.yaml", "a.yaml"]


def test_a_file_that_is_named_itself_is_read_wherever_it_lies(tmp_path: Path) -> None:
    made(tmp_path, "2025-08/x/_errors/a.yaml")
    (place,) = places_below(tmp_path / "2025-08/x/_errors/a.yaml")
    assert (place.collection, place.below) == ("2025-08", ("x", "_errors"))
