"""Results on disk and as the exported document."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from probes.base import Verdict
from scoreboard.disk import write
from scoreboard.mode import MODES, Mode
from scoreboard.results.export import exported, json_schema
from scoreboard.results.model import Cell, Results, RowResult, cell_of, cells_of
from scoreboard.results.store import encode, file_of, load, load_all, parse, save
from tests.support import ROOT
from tests.support.judging import exchange


def row(model: str, day: str, verdict: str = "supported", **more: object) -> RowResult:
    return RowResult(model, False, False, {"json": Cell(verdict, observed_at=day, **more)})  # type: ignore[arg-type]


def test_what_is_saved_is_loaded_and_a_changed_cell_is_one_changed_line(tmp_path: Path) -> None:
    one = Results("acme", ("m", "n")).merged([row("m", "2026-01-01")])
    assert save(tmp_path, one)
    assert load(tmp_path, "acme") == one
    assert not save(tmp_path, one)
    two = one.merged([row("m", "2026-01-01", "unsupported")])
    assert len(set(encode(one).splitlines()) ^ set(encode(two).splitlines())) == 2


def test_a_mode_is_read_from_its_name() -> None:
    assert [Mode.parse(mode.name) for mode in MODES] == list(MODES)
    assert [mode.name for mode in MODES] == ["sync", "stream", "sync+thinking", "stream+thinking"]
    assert [mode.emoji for mode in MODES] == ["🕰️", "📡", "🕰️🧠", "📡🧠"]
    for name in ("", "+thinking", "thinking", "sync+", "Sync", "stream+thinking+"):
        with pytest.raises(ValueError, match="no mode is named"):
            Mode.parse(name)


def test_what_was_only_accepted_is_said_and_kept(tmp_path: Path) -> None:
    one = Results("acme").merged([row("m", "2026-01-01", strength="accepted"), row("n", "2026-01-01")])
    save(tmp_path, one)
    assert load(tmp_path, "acme") == one
    assert encode(one).count(b"strength") == 1


def test_who_answered_where_it_was_asked_and_how_it_was_kept_are_kept(tmp_path: Path) -> None:
    other = structs.replace(row("m", "2026-01-01", grade="rewritten"), served_as="n")
    one = structs.replace(Results("acme"), endpoint="https://here.example/v1").merged([other, row("o", "2026-01-01")])
    save(tmp_path, one)
    assert load(tmp_path, "acme") == one
    assert one.merged([row("p", "2026-01-02")]).endpoint == one.endpoint
    assert encode(one).count(b"served_as") == encode(one).count(b"rewritten") == 1
    assert b"endpoint" not in encode(Results("acme").merged([row("m", "2026-01-01")]))


def test_the_judges_revision_is_kept_by_row_and_files_without_it_are_read(tmp_path: Path) -> None:
    one = Results("acme").merged([structs.replace(row("m", "2026-01-01"), judge=3), row("n", "2026-01-01")])
    save(tmp_path, one)
    assert load(tmp_path, "acme") == one
    assert encode(one).count(b'"judge": 3') == encode(one).count(b"judge") == 1
    assert exported([one])["judge"] == 3
    assert [told.get("judge") for told in exported([one])["rows"]] == [3, None]


def test_a_row_that_says_the_same_under_new_rules_keeps_the_number_and_the_bytes() -> None:
    old = structs.replace(row("m", "2025-01-01", "unsupported"), judge=1)
    first = Results("acme").merged([structs.replace(row("m", "2026-01-01"), judge=2), old])
    again = first.merged([structs.replace(row("m", "2026-01-01"), judge=3), structs.replace(old, judge=3)])
    assert encode(again) == encode(first)
    changed = first.merged([structs.replace(row("m", "2026-01-01", "unsupported"), judge=3)])
    assert [one.judge for one in changed.rows] == [3]


@pytest.mark.parametrize(
    ("grades", "expected"),
    [(("bytes",), "bytes"), (("bytes", "rewritten"), "rewritten"), (("reply", "rewritten"), "reply"), ((), "bytes")],
)
def test_a_cell_is_of_the_poorest_grade_of_its_evidence(grades: tuple[str, ...], expected: str) -> None:
    kept = [exchange("Hi", where=f"#{number}", grade=grade) for number, grade in enumerate(grades)]
    others = [exchange("Hi", where="elsewhere", grade="reply")]
    verdict = Verdict("supported", evidence=tuple(x.where for x in kept))
    assert cells_of({"json": verdict}, "recording", [*kept, *others])["json"].grade == expected


def test_results_of_schema_1_are_read_and_written_as_2(tmp_path: Path) -> None:
    one = Results("acme").merged([row("m", "2026-01-01")])
    file_of(tmp_path, "acme").write_bytes(encode(one).replace(b'"schema": 2', b'"schema": 1'))
    assert load(tmp_path, "acme") == one
    assert save(tmp_path, load(tmp_path, "acme"))
    assert file_of(tmp_path, "acme").read_bytes() == encode(one)


def test_the_newer_row_is_in_force_and_the_older_is_history_in_any_order() -> None:
    old, new = row("m", "2025-08-29"), row("m", "2026-08-20", "unsupported")
    for first, second in ((old, new), (new, old)):
        merged = Results("acme").merged([first]).merged([second])
        assert (merged.rows, merged.history) == ((new,), (old,))
    assert Results("acme").merged([old, new]).merged([new, old]).history == (old,)


def test_inherited_verdicts_say_so_and_never_take_the_place_of_measured_ones() -> None:
    base = Results("acme").merged([row("big", "2026-01-01", note="draws")])
    inherited = base.with_inherited({"small": "big", "big": "big"})
    (cell,) = [r.cells["json"] for r in inherited.rows if r.model == "small"]
    assert (cell.source, cell.note) == ("inherited", "as big: draws")
    measured = inherited.merged([row("small", "2026-02-01", "unsupported")]).with_inherited({"small": "big"})
    assert [r.cells["json"].source for r in measured.rows if r.model == "small"] == ["recording"]


def test_what_a_provider_said_is_kept_on_one_line_without_control_characters() -> None:
    cell = cell_of(Verdict("supported", note="a\x1b[31m\nb\u202ec"), "live", "2026")
    assert cell.note == "a [31m b c"


@given(st.text(min_size=1, max_size=60))
def test_a_name_never_leaves_the_folder(name: str) -> None:
    path = file_of(Path("results"), name)
    assert path.parent == Path("results")
    assert not path.name.startswith(".")


def test_the_published_schema_describes_what_is_exported() -> None:
    published = json.loads((ROOT / "docs" / "results.schema.json").read_text())
    assert published == json.loads(json.dumps(json_schema())), (
        "run `scoreboard export --schema -o docs/results.schema.json`"
    )
    document = json.loads(json.dumps(exported(load_all(ROOT / "results"))))
    assert len(document["rows"]) > 50
    forms: set[tuple[object, ...]] = set()  # of cells alike one is looked at
    for row in document["rows"]:
        for name, cell in list(row["cells"].items()):
            form = (*map(cell.get, ("verdict", "reason", "strength", "source")), *sorted(cell))
            if form in forms:
                del row["cells"][name]
            forms.add(form)
    jsonschema.validate(document, published)
    document["rows"][0]["cells"]["json"] = {"verdict": "perhaps"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, published)


def test_committed_results_are_in_their_own_form() -> None:
    for path in (ROOT / "results").glob("*.json"):
        assert encode(parse(path.read_bytes(), path)) == path.read_bytes()


def test_every_judged_cell_has_evidence_or_needs_none() -> None:
    for results in load_all(ROOT / "results"):
        for one in (*results.rows, *results.history):
            for name, cell in one.cells.items():
                if cell.verdict != "unknown" and cell.reason != "not_expressible":
                    assert cell.evidence, (results.provider, one.model, name)
                if cell.verdict == "unknown":
                    assert cell.reason
                assert cell.note


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    assert write(tmp_path / "a" / "b", b"x")
    before = (tmp_path / "a" / "b").stat().st_mtime_ns
    assert not write(tmp_path / "a" / "b", b"x")
    assert (tmp_path / "a" / "b").stat().st_mtime_ns == before
