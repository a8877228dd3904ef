"""Markdown as the web reads it."""

import re
from itertools import pairwise

from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = st.text(st.sampled_from("aB1|\\`*_~[]()<>#-!&;:/@$\n\t\r \u2028\x1b.=+"), max_size=40)


def tables(page: str) -> list[list[list[str]]]:
    """What the cells of all tables show, row by row."""
    found: list[list[list[str]]] = []
    tokens = GFM.parse(page)
    for token, inner in pairwise(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("td_open", "th_open"):
            found[-1][-1].append(text_of(inner))
    return found


def text_of(inline: Token) -> str:
    return "".join(token.content for token in inline.children or () if token.type in ("text", "text_special"))


def cells_of_lines(page: str) -> set[int]:
    """How many cells the lines of tables have, by their bars: a parser gives each row as many as its head."""
    return {len(re.findall(r"(?<!\\)\|", line)) - 1 for line in page.splitlines() if line.startswith("|")}
