"""Why cells show what they show, as one page of HTML, without a script and with nothing from elsewhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence

import jinja2

from scoreboard.pages.explain import Why
from scoreboard.pages.markup import TEMPLATES

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:1rem}"
    "main{max-width:60rem;margin:auto}h1,p,dd{overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere;"
    "background:#8882;padding:.5rem;margin:.3rem 0;font-size:.85rem}section section{border-top:1px solid #8884}"
)


def html(title: str, whys: Sequence[Why]) -> str:
    """The page: each cell with its verdicts, then each exchange once. Everything is escaped."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    by_cell: dict[str, list[Why]] = {}
    for why in whys:
        by_cell.setdefault(why.probe.id, []).append(why)
    shown = {rest.shown.where: rest.shown for why in whys for rest in why.rests}
    numbers = {where: number for number, where in enumerate(shown, 1)}
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return env.get_template("explain.html.j2").render(
        title=title, cells=list(by_cell.values()), shown=list(shown.values()), numbers=numbers,
        style=_STYLE, style_hash=digest,
    )  # fmt: skip
