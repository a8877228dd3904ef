"""The card as Markdown and HTML: hostile text stays text."""

import hashlib
import re
from base64 import b64encode

from probes.base import probes
from scoreboard.pages.card import card
from scoreboard.pages.card_pages import html, markdown
from scoreboard.results.model import Cell
from tests.scoreboard.pages.test_card import FACTS, rows
from tests.scoreboard.pages.test_card_lines import hostile


def test_markdown_keeps_its_table() -> None:
    table = [line for line in markdown(hostile()).splitlines() if line.startswith("|")]
    assert len(table) == len(probes()) + 2
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {6}
    assert "<script>" not in markdown(hostile())


def test_html_runs_nothing() -> None:
    page = html(hostile())
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert f"'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'" in page


def test_both_tell_what_the_card_tells() -> None:
    made = card(rows(json=Cell("unsupported", "ignored", "no effect")), FACTS, list(probes()))
    for page in (markdown(made), html(made)):
        assert "JSON mode is accepted and ignored." in page
        assert "taken, without any effect: no effect" in page
        assert "31 requests in 4.2 s" in page
