"""What is known of a body of recordings beside its bytes."""

import pytest

from scoreboard.traffic.collections import COLLECTIONS, collection_of, on_the_web


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["shared", "recordings", "2025-08", "gemini", "m"], "2025-08"),
        (["2025-08", "2026-08"], "2026-08"),
        (["2031-12", "acme"], "2031-12"),
        (["recordings", "acme", "m"], ""),
        (["2025-8", "20250-08"], ""),
        ([], ""),
    ],
)
def test_a_collection_is_named_by_the_nearest_folder(folders: list[str], expected: str) -> None:
    assert collection_of(folders) == expected


def test_a_file_of_a_known_collection_stands_on_the_web() -> None:
    found = on_the_web("2025-08/gemini/gemini-2.5-flash/GenSync-Text.yaml")
    assert found == (
        "https://github.com/maruel/genai/blob/a3d5d616/providers/gemini/testdata/TestClient_Scoreboard/"
        "gemini-2.5-flash/GenSync-Text.yaml"
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [("acme/m/a.yaml", "acme/m/a.yaml"), ("acme/a b](x.yaml", "acme/a%20b%5D%28x.yaml"), ("<script>", "%3Cscript%3E")],
)
def test_any_other_path_is_made_fit_for_a_link(where: str, expected: str) -> None:
    assert on_the_web(where) == expected


@pytest.mark.parametrize("name", COLLECTIONS)
def test_each_says_of_which_day_it_is_and_what_its_recorder_struck_out(name: str) -> None:
    known = COLLECTIONS[name]
    assert known.name == name
    assert known.day.startswith(name)
    assert known.strikes == ("date",)
    assert known.thinking_suffix
