"""The site."""

import re
from pathlib import Path

from scoreboard.pages.markdown import render
from scoreboard.results.model import Cell, Results, RowResult


def test_the_site_has_no_script_and_escapes_whatever_a_provider_said(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\"' onload=x"
    row = RowResult(hostile, False, False, {"json": Cell("unsupported", "wrong", hostile)})
    render([Results("<b>acme</b>", (hostile,), (row,))], tmp_path)
    page = (tmp_path / "site" / "index.html").read_text()
    assert "<script" not in page
    assert "<b>acme" not in page
    assert "default-src 'none'" in page
    assert "json: unsupported (wrong): &lt;script&gt;" in page
    assert not re.search(r"""title="[^"]*"[^>]*onload""", page)
