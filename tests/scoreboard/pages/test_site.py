"""The files of the site."""

import re
from pathlib import Path
from urllib.parse import unquote

from scoreboard.pages.markdown import render as render_all
from scoreboard.pages.site import files, render
from scoreboard.results.model import Results
from tests.support.boards import NOTHING, SCRIPT, SEEN, board, kept, row


def test_the_site_is_written_once_and_again_only_where_it_changed(tmp_path: Path) -> None:
    assert render(board(), tmp_path, NOTHING)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    assert not render(board(), tmp_path, NOTHING)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == before


def test_what_an_older_site_had_is_gone_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    render([Results("acme", rows=(row("old", json=SEEN), row("m", json=SEEN)))], tmp_path, NOTHING)
    (tmp_path / "CNAME").write_text("example.com")
    assert (tmp_path / "model" / "acme" / "old.html").is_file()
    assert render([Results("acme", rows=(row("m", json=SEEN),))], tmp_path, NOTHING)
    assert not [path for path in tmp_path.rglob("*old*") if path.is_file()]
    assert (tmp_path / "CNAME").is_file()


def test_every_link_within_the_site_leads_to_a_file() -> None:
    written = dict(files(board(), NOTHING))
    assert len(written) > 100
    for name, text in written.items():
        if not name.endswith((".html", ".txt")):
            continue
        links = re.findall(r"\]\(([^)]+)\)" if name.endswith(".txt") else r'(?:href|src)="([^"#?]+)', text)
        links += [f"{'../' * name.count('/')}{link}" for link in re.findall(r"\(ADDRESS/([^)]+)\)", text)]
        for target in links:
            if not re.match(r"https?:", target):
                parts = [*name.split("/")[:-1], *unquote(target).split("/")]
                while ".." in parts:
                    at = parts.index("..")
                    del parts[at - 1 : at + 1]
                assert "/".join(parts) in written, f"{name}: {target}"


def test_every_page_has_a_strict_policy_and_nothing_inline() -> None:
    for name, text in files(board(), NOTHING):
        if name.endswith(".html"):
            assert "default-src 'none'" in text
            assert "unsafe" not in text
            assert not re.search(r"<style|<script(?! src=\"(app|data/index)\.js\")| style=| on\w+=\"", text)
            assert len(text.encode()) < 500_000


def test_pieces_of_data_are_one_call_of_one_function() -> None:
    written = dict(files(board(), NOTHING))
    pieces = {name: text for name, text in written.items() if name.startswith("data/")}
    assert len(pieces) == 7
    assert all(re.fullmatch(r'scoreboard\("[^"]+", \{.*\}\);\n', text) for text in pieces.values())
    assert max(map(len, pieces.values())) < 500_000


def test_a_row_whose_bytes_are_here_has_a_piece_of_its_own(tmp_path: Path) -> None:
    results, archive = kept(tmp_path)
    written = dict(files([results], archive))
    assert [name for name in written if name.startswith("data/bytes/")] == ["data/bytes/openaicompatible.0.js"]
    assert written["data/bytes/openaicompatible.0.js"].startswith('scoreboard("bytes/openaicompatible.0", {')
    assert '"bytes":"bytes/openaicompatible.0"' in written["data/openaicompatible.0.js"]
    assert '"bytes":""' in dict(files([results], NOTHING))["data/openaicompatible.0.js"]


def test_rendering_writes_the_site_beside_the_pages(tmp_path: Path) -> None:
    assert tmp_path / "site" in render_all([Results(SCRIPT, (SCRIPT,), (row(SCRIPT, json=SEEN),))], tmp_path)
    assert (tmp_path / "site" / "index.html").is_file()
    results, _ = kept(tmp_path)
    render_all([results], tmp_path, tmp_path / "cassettes")
    assert (tmp_path / "site" / "data" / "bytes" / "openaicompatible.0.js").is_file()
