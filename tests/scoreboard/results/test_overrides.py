"""Corrections by people: data beside the results, shown as such wherever they are shown, and counted nowhere."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from msgspec import structs

from scoreboard.claims.measured import word
from scoreboard.pages.card import mark
from scoreboard.pages.coverage import covered
from scoreboard.pages.site_index import state
from scoreboard.pages.table import CORRECTED, columns, is_measured, union
from scoreboard.results.model import Cell, Correction, Results
from scoreboard.results.overrides import NAME, corrected, overrides
from scoreboard.results.store import ResultsError, load, save
from tests.support.catalogue_copies import NO, YES, row
from tests.support.command import scoreboard

WHERE = "https://example.com/changelog#json"
ONE = f"""[[override]]
model = "groq/plain"
cell = "json"
verdict = "supported"
source = "{WHERE}"
date = 2026-11-20
"""
BOARD = Results("groq").merged([row({"json": NO, "tools": YES}), row({"json": YES}, stream=True)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "results", BOARD)
    return tmp_path / "results"


def written(folder: Path, text: str = ONE) -> Path:
    (folder / NAME).write_text(text, "utf-8")
    return folder


def cell(folder: Path, name: str = "json", *, stream: bool = False, until: str = "") -> Cell:
    (found,) = corrected([load(folder, "groq")], folder, until)
    return next(one.cells[name] for one in found.rows if one.stream == stream)


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n"])
def test_no_file_and_an_empty_one_correct_nothing(folder: Path, text: str | None) -> None:
    if text is not None:
        written(folder, text)
    assert corrected([BOARD], folder) == [BOARD]


def test_a_correction_stands_beside_what_was_measured(folder: Path) -> None:
    written(folder)
    assert cell(folder) == structs.replace(NO, correction=Correction("supported", WHERE, "2026-11-20"))
    # Where the same was measured, it needs none.
    assert cell(folder, stream=True) == YES
    assert cell(folder, "tools") == YES
    # What is read of the results themselves has none.
    assert load(folder, "groq") == BOARD


def test_a_cell_that_nobody_asked_can_be_corrected_in_one_mode(folder: Path) -> None:
    written(folder, ONE.replace("json", "cite", 1).replace("[[override]]", '[[override]]\nmodes = ["stream"]'))
    found = cell(folder, "cite", stream=True)
    assert (found.verdict, found.reason, found.correction) == (
        "unknown", "not_asked", Correction("supported", WHERE, "2026-11-20"),
    )  # fmt: skip
    with pytest.raises(KeyError):
        cell(folder, "cite")


def test_as_of_a_day_before_it_there_is_none(folder: Path) -> None:
    written(folder)
    assert cell(folder, until="2026-11-19").correction is None
    assert cell(folder, until="2026-11-20").correction


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("json", "jsn"), "correction 1 is of a cell 'jsn', which there is not (did you mean json?)"),
        (('"supported"', '"works"'), "Invalid enum value 'works'"),
        ((WHERE, "javascript:alert(1)"), "has the source 'javascript:alert(1)', which is no address on the web"),
        ((WHERE, "https://a b"), "which is no address on the web"),
        (("groq/plain", "groq/plane"), "is of 'groq/plane', of which there is no such row (did you mean plain?)"),
        (("groq/plain", "nobody/x"), "is of 'nobody/x', of which there is no such row"),
        (("groq/plain", "../x"), "of which there is no such row"),
        (("date = 2026-11-20", 'date = "soon"'), "Invalid RFC3339"),
        (("date = 2026-11-20", ""), "missing required field `date`"),
        (("date =", 'who = "me"\ndate ='), "unknown field `who`"),
        (("date =", 'modes = ["both"]\ndate ='), "is of a mode 'both'; there are sync, stream, "),
        (("[[override]]", "[[overrides]]"), "unknown field `overrides`"),
        (("[[override]]", "[[override"), "Expected ']]'"),
    ],
)
def test_a_bad_one_is_one_line(folder: Path, change: tuple[str, str], says: str) -> None:
    written(folder, ONE.replace(*change, 1))
    with pytest.raises(ResultsError) as error:
        overrides(folder)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_bad_one_ends_each_command_that_shows_results(folder: Path) -> None:
    written(folder, ONE.replace("json", "jsn", 1))
    for command in (["render"], ["export"], ["explain", "groq/plain"]):
        done = scoreboard(*command, cwd=folder.parent)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert done.stderr.startswith(f"scoreboard: results/{NAME}")
    assert [path.name for path in folder.parent.iterdir()] == ["results"]


def test_what_cannot_be_read_is_one_line(folder: Path) -> None:
    (folder / NAME).write_bytes(b"\xff")
    with pytest.raises(ResultsError, match="mend it, or leave the correction out"):
        overrides(folder)
    (folder / NAME).unlink()
    (folder / NAME).mkdir()
    with pytest.raises(ResultsError, match="check its permissions"):
        overrides(folder)


def test_it_is_marked_in_tables_and_counted_nowhere(folder: Path) -> None:
    written(folder)
    (found,) = corrected([load(folder, "groq")], folder)
    plain = found.rows[0]
    assert plain.cells["json"].correction
    assert columns(plain.cells, ("JSON",)) == (f"✅{CORRECTED}",)
    assert columns(BOARD.rows[0].cells, ("JSON",)) == ("❌",)
    assert mark(plain.cells["json"]) == f"✅{CORRECTED}"
    assert state(plain.cells["json"]).words == "works, people say, which was not measured"
    down = structs.replace(YES, correction=Correction("unsupported", WHERE, "2026-11-20"))
    assert columns({"json": down}, ("JSON",)) == (f"❌{CORRECTED}",)
    # Of what is as good, what was measured is shown for all.
    assert columns(union(found), ("JSON",)) == ("✅",)
    assert columns(union(structs.replace(found, rows=(plain,))), ("JSON",)) == (f"✅{CORRECTED}",)
    assert covered([found]) == covered([BOARD])
    assert word("json", plain.cells["json"]) == word("json", NO)
    assert is_measured(plain.cells["json"]) and not is_measured(
        Cell("unknown", correction=Correction("supported", WHERE, "2026-11-20"))
    )


def test_it_is_told_by_pages_site_explanation_and_exports(folder: Path) -> None:
    written(folder)
    root, words = folder.parent, f"not measured, but corrected by people to supported, 2026-11-20, {WHERE}"
    assert scoreboard("render", cwd=root).returncode == 0
    page = (root / "docs" / "groq.md").read_text("utf-8")
    assert f"✅{CORRECTED}" in page and "corrected by people to supported" in page
    assert f"- {CORRECTED}, behind a column: people corrected" in page
    assert "not measured, but corrected by people" in (root / "site" / "model" / "groq" / "plain.html").read_text(
        "utf-8"
    )
    script = "".join(path.read_text("utf-8") for path in (root / "site").rglob("*.js"))
    assert re.search(
        r'"?correction"?:\s*\{"?verdict"?:"supported","?source"?:"https://example.com/changelog#json"', script
    )
    told = scoreboard("explain", "groq/plain", "json", cwd=root).stdout
    assert words in told and "unsupported (rejected): 400: image input" in told
    done = scoreboard("export", cwd=root).stdout
    cells = [one["cells"]["json"] for one in json.loads(done)["rows"]]
    assert [one.get("correction") for one in cells] == [
        {"verdict": "supported", "source": WHERE, "date": "2026-11-20"}, None,
    ]  # fmt: skip
    assert [one["verdict"] for one in cells] == ["unsupported", "supported"]
    table = list(csv.DictReader(io.StringIO(scoreboard("export", "--format", "csv", cwd=root).stdout)))
    assert [(one["correction"], one["correction_source"]) for one in table if one["correction"]] == [
        ("supported", WHERE)
    ]
    # A comparison goes by what was measured.
    (root / "a.json").write_text(done)
    assert scoreboard("compare", "a.json", "results", cwd=root).returncode == 0


def test_a_render_learns_of_a_correction_that_came_later(folder: Path) -> None:
    assert scoreboard("render", cwd=folder.parent).returncode == 0
    assert "nothing changed" in scoreboard("render", cwd=folder.parent).stdout
    written(folder)
    assert scoreboard("render", cwd=folder.parent).returncode == 0
    assert CORRECTED in (folder.parent / "docs" / "groq.md").read_text("utf-8").partition("## Evidence")[0]


def test_the_committed_corrections_are_sound() -> None:
    from tests.support import ROOT

    overrides(ROOT / "results")
