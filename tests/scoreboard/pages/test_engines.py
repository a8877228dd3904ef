"""The page of engines: versions side by side, what came and what went, each with its evidence; hostile text stays text."""

from pathlib import Path

from scoreboard.pages.engines import page, versions
from scoreboard.pages.markdown import render
from scoreboard.pages.markup import environment
from scoreboard.results.model import Cell, Results, RowResult
from scoreboard.results.outcomes import Outcome, all_outcomes
from scoreboard.results.store import load_all
from tests.support import ROOT


def cell(verdict: str, where: str = "", note: str = "", reason: str = "") -> Cell:
    return Cell(verdict, reason, note, (where,) if where else (), "live", "2026-11-27")  # type: ignore[arg-type]


def row(model: str, **cells: Cell) -> RowResult:
    return RowResult(model, False, False, cells)


def text(*everything: Results, **known: dict[str, Outcome]) -> str:
    return page(everything, known, environment())


OLD = row("tiny@0.9", json=cell("unsupported", "cassettes/vllm/a.yaml#1", "no <b>", "ignored"), seed=cell("supported"))
NEW = row("tiny@0.10", json=cell("supported", "cassettes/vllm/b.yaml#2", "answers '{}'"), seed=cell("supported"))
DONE = Outcome("2026-11-27", "3.11", 12.5, 300, {"tiny": 1.5})


def test_versions_stand_side_by_side_in_their_order_each_cell_with_its_evidence() -> None:
    results = Results("vllm", rows=(NEW, OLD, row("tiny@main"), row("tiny")))
    assert list(versions(results)["tiny"]) == ["0.9", "0.10"]
    shown = text(results, vllm={"0.10": DONE})
    (line,) = [line for line in shown.splitlines() if line.startswith("| `json`")]
    assert line.index("[❌ ignored](<../cassettes/vllm/a.yaml#1>)") < line.index("[✅](<../cassettes/vllm/b.yaml#2>)")
    assert "12.5 s" in shown and "300 MB" in shown and "recorded" in shown


def test_what_came_is_told_with_its_bytes_and_what_stayed_is_not() -> None:
    shown = text(Results("vllm", rows=(OLD, NEW)), vllm={})
    assert "From 0.9 to 0.10:" in shown
    assert (
        "- 🕰️ **json** came: unsupported (ignored): no &lt;b&gt; [1](<../cassettes/vllm/a.yaml#1>) → "
        "supported: answers '{}' [1](<../cassettes/vllm/b.yaml#2>)"
    ) in shown
    assert "**seed**" not in shown


def test_what_went_is_told_so() -> None:
    back = Results("vllm", rows=(row("tiny@1", json=NEW.cells["json"]), row("tiny@2", json=OLD.cells["json"])))
    assert "**json** went: supported" in text(back, vllm={})


def test_a_gateways_rows_are_held_against_those_of_the_engine_behind_it() -> None:
    engine, gateway = Results("vllm", rows=(NEW,)), Results("litellm", rows=(row("vllm-tiny@1.0", **OLD.cells),))
    shown = text(engine, gateway, vllm={}, litellm={})
    assert "vllm 0.10 through 1.0:" in shown and "**json** went: supported" in shown


def test_two_engines_whose_models_have_one_name_are_none_behind_the_other() -> None:
    other = Results("llamacpppython", rows=(row("tiny@1.0", **OLD.cells),))
    assert "through" not in text(Results("vllm", rows=(NEW,)), other, vllm={}, llamacpppython={})


def test_a_version_that_fails_is_a_fact_and_hostile_text_stays_text() -> None:
    failed = Outcome("2026-11-27", "3.11", failed="ended at once: <img src=x> [a](http://a.test) | b")
    shown = text(vllm={"1|0`<b>": failed})
    assert "&lt;img src=x&gt; \\[a\\]" in shown and "<b>" not in shown and "\\| b" in shown
    assert "1\\|0" in shown


def test_what_is_no_engine_has_no_versions_there() -> None:
    assert "seed" not in text(Results("groq", rows=(row("llama@1", seed=cell("supported")),)), vllm={})


def test_the_page_is_rendered_from_what_is_kept_and_only_where_there_are_engines(tmp_path: Path) -> None:
    render([], tmp_path / "none")
    assert not (tmp_path / "none" / "docs" / "engines.md").exists()
    (tmp_path / "engines" / "vllm").mkdir(parents=True)
    (tmp_path / "engines" / "vllm" / "engine.py").touch()
    (tmp_path / "engines" / "vllm" / "outcomes.json").write_text('{"1.0": {"day": "2026-11-27", "python": "3.11"}}')
    render([], tmp_path)
    assert "| 1.0" in (tmp_path / "docs" / "engines.md").read_text()


def test_each_of_our_engines_is_on_the_page_with_all_its_versions() -> None:
    known = all_outcomes(ROOT / "engines")
    shown = page(load_all(ROOT / "results"), known, environment())
    for outcomes in known.values():
        assert all(f"| {version} " in shown for version in outcomes)
    assert "### tiny-functions" in shown
