"""The page of claims, whatever the names in it hold."""

from hypothesis import given

from scoreboard.pages.claims import page, table
from scoreboard.pages.markup import environment
from scoreboard.results.claimed import Claimed
from tests.support.markdown import HOSTILE, tables


def test_a_row_per_catalogue_and_the_commands_behind_it() -> None:
    text = page(
        {"litellm": Claimed("LiteLLM", "a|b", 1, 2, 3, 4, 5), "catwalk": Claimed("catwalk", "c")}, environment()
    )
    assert [row[0] for row in tables(text)[0]] == ["catalogue", "LiteLLM", "catwalk"]
    assert tables(text)[0][1] == ["LiteLLM", "a|b", "1", "2", "3", "4", "5"]
    assert "    scoreboard claims --against litellm --against catwalk --patch out\n" in text


@given(HOSTILE)
def test_a_hostile_copy_changes_no_table(name: str) -> None:
    (found,) = tables(table([Claimed("A", name, 1)]))
    assert [len(row) for row in found] == [7, 7]
