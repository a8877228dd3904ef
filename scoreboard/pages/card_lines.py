"""A report card as lines for a terminal or a file: no line is wider than it may be, by what a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text
from wcwidth import wcswidth

from scoreboard.pages.card import Card, Line
from scoreboard.pages.table import UNSUPPORTED
from scoreboard.text import printable

_INDENT = 2
_DEEPER = 6
_MOST = 4  # lines of one reason
_STYLES = {"✅": "green", UNSUPPORTED: "red", "💨": "yellow", "?": "yellow", "–": "dim"}


def width(text: str) -> int:
    """How many columns a terminal takes for it."""
    return max(wcswidth(text), 0)


def lines(card: Card, columns: int = 80) -> Iterator[Text]:
    """The card, line by line."""
    facts = card.facts
    for piece in wrapped(f"{facts.model} at {facts.endpoint}", columns, 0):
        yield Text(piece, "bold")
    course = f"wire {facts.wire}, {facts.day}, {facts.requests} requests in {facts.seconds:.1f} s"
    for piece in wrapped(course, columns, 0):
        yield Text(piece, "dim")
    column = max(5, *(width(mode) + 2 for mode in card.modes)) if card.modes else 5
    for number, (group, found) in enumerate(card.groups):
        yield Text()
        heads = "".join(padded(mode, column) for mode in card.modes) if not number else ""
        lead = padded(group, columns - column * len(card.modes) - _INDENT) if heads else group
        yield Text(f"{lead}{heads}".rstrip(), "bold")
        for line in found:
            yield from _capability(line, columns, column)
    yield Text()
    yield from (Text(piece, "dim") for piece in wrapped(card.legend, columns, 0))
    yield Text()
    yield Text("Know first", "bold")
    for sentence in card.first:
        for place, piece in enumerate(wrapped(sentence, columns - _INDENT, 0)):
            yield Text(f"{'- ' if not place else '  '}{piece}")


def _capability(line: Line, columns: int, column: int) -> Iterator[Text]:
    room = columns - column * len(line.marks) - _INDENT
    name = f"{' ' * _INDENT}{padded(line.emoji, 3)}{line.title}"
    whole = name if width(name) < room else f"{cut(name, room - 2)}…"
    shown = Text(padded(whole, room))
    for mark in line.marks:
        shown.append(padded(mark, column), _STYLES.get(mark[:1], ""))
    shown.rstrip()
    yield shown
    for note in line.notes:
        pieces = list(wrapped(note, columns, _DEEPER))
        if len(pieces) > _MOST:
            pieces = [*pieces[: _MOST - 1], f"{cut(pieces[_MOST - 1], columns - 1)}…"]
        yield from (Text(piece, "dim") for piece in pieces)


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it, as wide as that."""
    return text + " " * max(columns - width(text), 0)


def cut(text: str, columns: int) -> str:
    """As much of a text's beginning as is that wide."""
    kept = ""
    for char in text:
        if width(kept + char) > columns:
            break
        kept += char
    return kept


def wrapped(text: str, columns: int, indent: int) -> Iterator[str]:
    """The text on lines no wider than that, each behind so many blanks; a word that is wider is broken."""
    lead, line = " " * indent, ""
    for word in printable(text).split():
        rest = word
        while width(f"{lead}{line}{' ' if line else ''}{rest}") > columns:
            if line:
                yield lead + line
                line = ""
                continue
            piece = cut(rest, max(columns - indent, 2))
            if len(piece) == len(rest):
                break
            yield lead + piece
            rest = rest[len(piece) :]
        line = f"{line} {rest}" if line else rest
    if line:
        yield lead + line
