"""Two sides compared, in words, as Markdown and as JSON."""

import json

from markdown_it import MarkdownIt
from msgspec import structs

from scoreboard.pages.compare import Comparison, document, lines, markdown, title
from scoreboard.results.comparing import Side, compared
from scoreboard.results.model import Cell, Results, RowResult

BAD = "<script>|`x`\n\n# @all https://evil.test [a](javascript:x) \x1b[31m\u202e"
SEEN = Cell("supported", note="came", evidence=("https://x.test/a.yaml", "cassettes/a.yaml#1"))
IGNORED = Cell("unsupported", "ignored", BAD, ("https://x.test/b.yaml",))
WHOLE = structs.replace(SEEN, variants={"png": "supported", "gif": "supported"})
PART = structs.replace(SEEN, variants={"png": "supported", "gif": "unsupported"})


def rows(*cells: dict[str, Cell], model: str = "m") -> Results:
    return Results("acme", (), tuple(RowResult(model, False, bool(place), one) for place, one in enumerate(cells)))


A = rows({"json": SEEN, "in.image": WHOLE, "seed": SEEN, "odd": SEEN, "stop": Cell("unknown")}, {"json": SEEN})
B = rows(
    {"json": IGNORED, "in.image": PART, "seed": Cell("unknown", "timeout", "slow"), "odd": SEEN}, {"json": IGNORED}
)


def made(a: Results = A, b: Results = B, names: tuple[str, str] = ("here", "there")) -> Comparison:
    return Comparison(names, ("2 rows", ""), compared(Side.of(names[0], [a]), Side.of(names[1], [b])))


def test_what_differs_is_told_with_both_notes_and_both_evidences() -> None:
    told = list(lines(made()))
    assert told[:3] == ["A here (2 rows)", "B there", ""]
    lost = told[told.index("Lost") + 1 : told.index("Altered") - 1]
    assert lost == [
        "- JSON mode (json), plain and stream",
        "    A supported: came",
        "      https://x.test/a.yaml",
        "      cassettes/a.yaml#1",
        f"    B unsupported (ignored): {' '.join(BAD.replace(chr(27), ' ').replace(chr(0x202E), ' ').split())}",
        "      https://x.test/b.yaml",
    ]
    assert "    B supported: gif unsupported: came" in told
    assert "- Seed (seed), plain: B is unknown (timeout): slow" in told
    assert "- Known of neither: stop" in told
    assert told[-1] == "2 lost, 1 altered, 0 gained, 2 not comparable, 1 same"
    assert all(line.isprintable() for line in told)


def test_a_row_that_a_side_lacks_is_one_line() -> None:
    told = list(lines(made(b=rows({"json": SEEN}))))
    assert "- All cells, stream: B has no such row" in told
    assert sum("stream" in line for line in told) == 1


def test_of_several_models_each_is_named() -> None:
    a = Results("acme", (), (*A.rows, *rows({"json": SEEN}, model="n").rows))
    b = Results("acme", (), (*B.rows, *rows({"json": IGNORED}, model="n").rows))
    told = list(lines(made(a, b)))
    assert "- JSON mode (json), plain, of acme/n" in told
    assert "- JSON mode (json), plain and stream, of acme/m" in told


def test_markdown_keeps_its_form_under_hostile_text() -> None:
    text = markdown(made(names=(BAD, BAD)))
    parser = MarkdownIt("gfm-like", {"linkify": False, "html": True})
    tokens = parser.parse(text)
    assert [len([token for token in tokens if token.type == kind]) for kind in ("tr_open", "td_open")] == [3, 8]
    shown = parser.render(text)
    assert "<script" not in shown and "<code>" not in shown and shown.count("<h1>") == 1
    assert shown.count("<a ") == shown.count('<a href="https://x.test/') == 4
    assert text.startswith("# 2 lost, 1 altered, 0 gained, 2 not comparable, 1 same\n")
    assert "<details><summary>Not comparable</summary>" in text


def test_where_all_is_the_same_there_is_no_table() -> None:
    same = made(b=A)
    assert (same.differs, same.tells) == (False, True)
    assert "|" not in markdown(same)
    assert "Lost" not in list(lines(same))


def test_what_is_known_on_one_side_alone_tells_nothing() -> None:
    assert not made(b=rows({"json": Cell("unknown")})).tells


def test_the_document_has_every_cell() -> None:
    told = json.loads(json.dumps(document(made())))
    assert told["counts"] == {"lost": 2, "altered": 1, "gained": 0, "not comparable": 2, "same": 1}
    assert len(told["cells"]) == 6
    (image,) = [one for one in told["cells"] if one["cell"] == "in.image"]
    assert (image["change"], image["variants"]) == ("altered", {"gif": ["supported", "unsupported"]})
    (seed,) = [one for one in told["cells"] if one["cell"] == "seed"]
    assert (seed["a"]["verdict"], seed["b"]["verdict"], seed["mode"]) == ("supported", "unknown", "sync")
    assert told["a"] == {"name": "here", "facts": "2 rows"}


def test_a_cell_that_no_probe_is_of_is_called_by_its_id() -> None:
    (odd,) = made().groups("same")
    assert title(odd) == "odd (odd), plain"
