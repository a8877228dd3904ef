"""What changed, in words and as Markdown."""

from markdown_it import MarkdownIt

from probes.base import probes
from scoreboard.pages.changes import cut, history_lines, lines, markdown, said
from scoreboard.results.changes import Change, changes_of
from scoreboard.results.model import Cell, Results, RowResult

BAD = "<script>|`x`\n\n# @all https://evil.test [a](javascript:x) \x1b[31m\u202e"
WAS = Cell(
    "supported",
    note="came",
    evidence=("cassettes/a/m/sync/x.yaml#1",),
    observed_at="2026-01-01",
    variants={"png": "supported"},
)
IS = Cell(
    "unsupported", "ignored", note=BAD, evidence=WAS.evidence, observed_at="2026-02-01", variants={"png": "unsupported"}
)


def row(cell: Cell, judge: int = 1, **more: Cell) -> RowResult:
    return RowResult("m", False, True, {"json": cell, **more}, judge=judge)


OLD, NEW = Results("acme", (), (row(WAS),)), Results("acme", (), (row(IS, seed=WAS),))
FOUND = changes_of([(OLD, NEW)])


def test_a_line_tells_both_reasons_and_what_changed() -> None:
    one, two = lines(FOUND)
    assert one.startswith(
        "acme/m 📡 json: supported -> unsupported (ignored): (png supported -> unsupported) came -> <script>|`x` # @all"
    )
    assert one.endswith("[API: new evidence, to the same question]")
    assert two == "acme/m 📡 seed: absent -> supported: came [a new cell]"
    assert one.isprintable()


def test_verdicts_in_words() -> None:
    assert [said(cell) for cell in (None, WAS, IS, Cell("supported", strength="accepted"))] == [
        "absent", "supported", "unsupported (ignored)", "supported (accepted)",
    ]  # fmt: skip
    assert cut("x" * 999) == "x" * 200 + "…"


def test_the_table_keeps_its_form_under_hostile_text() -> None:
    made = markdown((BAD, "results"), FOUND)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(made)
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type == "td_open"]
    assert (len(rows), len(cells)) == (3, 12)
    html = MarkdownIt("gfm-like", {"linkify": False}).render(made)
    assert "<script" not in html and "<a " not in html and "<code>" not in html
    assert html.count("<h1>") == 1
    assert made.startswith("# 2 cells differ\n")
    assert "the API answers otherwise: 1, new, gone, or not told: 1." in made


def test_nothing_that_differs_is_a_page_without_a_table() -> None:
    none: list[Change] = []
    assert markdown(("a", "b"), none) == "# 0 cells differ\n\nFrom a to b.\n"
    assert not list(lines(none))


def test_a_history_is_a_line_a_verdict_with_its_evidence() -> None:
    known = Results("acme", (), (row(IS),), (row(WAS),))
    assert list(history_lines(known, "m", [probes()["json"]])) == [
        "json: JSON mode",
        "  acme/m 📡",
        "    2026-01-01 supported: came",
        "                cassettes/a/m/sync/x.yaml#1",
        f"    2026-02-01 unsupported (ignored): {' '.join(BAD.split()).replace(chr(27), ' ').replace(chr(0x202E), ' ').strip()} [API: new evidence, to the same question]".replace(
            "  [31m", " [31m"
        ),
        "                cassettes/a/m/sync/x.yaml#1",
    ]


def test_of_all_cells_those_are_told_of_which_anything_was_known() -> None:
    known = Results("acme", (), (row(WAS, seed=Cell("unknown", "not_asked", "never")),))
    told = list(history_lines(known, "m", list(probes().values())))
    assert [line for line in told if not line.startswith(" ")] == ["json: JSON mode"]
    assert list(history_lines(known, "m", [probes()["seed"]]))[2] == "    2026-01-01 unknown (not_asked): never"
