"""The same as a page: escaped, with a policy that lets nothing run."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from probes.base import probes
from scoreboard.pages.explain import Rest, Shown, Why
from scoreboard.pages.explain_page import html
from scoreboard.results.model import Cell, RowResult

BAD = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
ROW = RowResult("m", False, False, {})


def page(*shown: Shown) -> str:
    rests = tuple(Rest(one, (BAD,)) for one in shown)
    return html(BAD, [Why(probes()["json"], "acme", ROW, Cell("supported", note=BAD), rests)])


def test_hostile_text_is_text() -> None:
    made = page(
        Shown(f"https://x.test/{BAD}", Path(BAD), "", ((BAD, BAD),), (BAD, BAD), (BAD,)), Shown("b", missing=BAD)
    )
    assert "<script" not in made and "<img" not in made
    assert made.count("&lt;script&gt;") >= 8
    links = re.findall(r'href="([^"]*)"', made)
    assert all(link.startswith(("https://", "#x")) for link in links)


def test_the_policy_lets_only_its_own_style_be() -> None:
    made = page(Shown("a"))
    style = re.search(r"<style>(.*?)</style>", made, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in made


def test_only_addresses_of_the_web_are_links() -> None:
    made = page(Shown("javascript:alert(1)"), Shown("cassettes/a/b.yaml#1"), Shown("https://x.test/a"))
    assert re.findall(r'href="((?!#x)[^"]*)"', made) == ["https://x.test/a"]


def test_an_exchange_that_several_cells_rest_on_stands_there_once() -> None:
    one = Shown("https://x.test/a", Path("a"), "", (("POST /", ""),), ("200", ""), ("curl x",))
    assert page(one, one).count("curl x") == 1
    assert page(one, one).count('href="#x1"') == 2
