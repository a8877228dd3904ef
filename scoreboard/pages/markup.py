"""Markdown: hostile text as text, tables, the templates."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

import jinja2
from tabulate import tabulate

from scoreboard.bundled import bundled
from scoreboard.text import one_line
from scoreboard.traffic.collections import on_the_web

TEMPLATES = bundled("templates")
_BRIEF = 300  # characters of a note on a page; `scoreboard explain` tells the rest


def escape(text: str) -> str:
    """Hostile text as plain text of Markdown, on one line."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Within a word, an underscore means nothing.
    line = re.sub(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", line)
    # A bare address or a mention would become a link on the web.
    line = line.replace("@", "&#64;").replace("://", ":&#47;&#47;")
    return re.sub(r"\b(www)\.", r"\1&#46;", line, flags=re.IGNORECASE)


def brief(text: str) -> str:
    """The same, cut where it is long."""
    return escape(_cut(text))


def brief_html(text: str) -> str:
    """The same where Markdown is not read, since an element of HTML begins the line."""
    return html.escape(one_line(_cut(text)))


def _cut(text: str) -> str:
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF]}…"


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, padded by the width that a terminal shows."""
    return tabulate(list(rows), header, tablefmt="github", disable_numparse=True)


def environment() -> jinja2.Environment:
    """Jinja with our filters; an undefined name is an error."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701 (Markdown; each text passes `md` or `brief`)
    )  # fmt: skip
    env.filters["md"] = escape
    env.filters["brief"] = brief
    env.filters["brief_html"] = brief_html
    env.filters["link"] = on_the_web
    return env
