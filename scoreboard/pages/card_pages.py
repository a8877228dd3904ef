"""A report card as Markdown and as one page of HTML, without a script and with nothing from elsewhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import jinja2

from scoreboard.pages.card import Card
from scoreboard.pages.markup import TEMPLATES, environment, escape, grid

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:1rem}"
    "main{max-width:60rem;margin:auto}h1{overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.2rem .6rem;border-bottom:1px solid #8884}"
    "tbody th{font-weight:normal}tbody tr:first-child th{font-weight:bold;padding-top:1.2rem}"
    ".mark{white-space:nowrap}td p{margin:0;overflow-wrap:anywhere}"
)


def markdown(card: Card) -> str:
    """The card as Markdown: a table of all cells, behind what to know first."""
    body = [
        (
            f"**{group}**" if not place else "",
            escape(f"{line.emoji} {line.title}".strip()),
            *line.marks,
            _notes(line.notes),
        )
        for group, lines in card.groups
        for place, line in enumerate(lines)
    ]
    table = grid(("", "", *card.modes, "why"), body)
    return environment().get_template("card.md.j2").render(card=card, table=table)


def _notes(notes: tuple[str, ...]) -> str:
    return "<br>".join(map(escape, notes))


def html(card: Card) -> str:
    """The card as a page of its own. Everything is escaped."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return env.get_template("card.html.j2").render(card=card, style=_STYLE, style_hash=digest)
